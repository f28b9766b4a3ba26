// What the checks of a provider look at: its metadata, its keys, and what the library makes of both.
import {
  AuthError,
  createVerifier,
  type Preset,
  type PresetName,
  presets,
  type VerifierOptions,
} from "sallyport";
import { inferPreset, judgeKey } from "sallyport/diagnose";
import { type Answer, ask, isObject, isSafeUrl } from "../../answer.ts";
import type { Io } from "../../io.ts";

/** What was asked for. */
export interface ProviderQuestion {
  readonly issuer: string;
  /** As an API would be configured. */
  readonly options: VerifierOptions;
}

/** One key of the set, and what the verifier says of it. */
export interface KeyFacts {
  readonly jwk: Readonly<Record<string, unknown>>;
  /** How the report calls it. */
  readonly name: string;
  readonly flaw: string | undefined;
}

export interface ProviderFacts extends ProviderQuestion {
  readonly chosen: Preset;
  /** The preset that was named. */
  readonly preset: PresetName | undefined;
  /** The one that the issuer's URL proves. */
  readonly proven: PresetName | undefined;
  readonly algorithms: Preset["algorithms"];
  readonly insecureAllowLoopback: boolean;
  /** The sentence by which the library refuses the configuration. */
  readonly refused: string | undefined;
  readonly metadata: Answer | undefined;
  /** The metadata document; `undefined` where there is none. */
  readonly document: Readonly<Record<string, unknown>> | undefined;
  readonly keySet: Answer | undefined;
  /** The keys to verify with: those for encryption are left out. `undefined` where there is no list. */
  readonly keys: readonly KeyFacts[] | undefined;
  /** What the library's own `ready()` rejects with. */
  readonly notReady: AuthError | undefined;
}

/** Asks a provider for its metadata and keys. */
export async function gatherProvider(question: ProviderQuestion, io: Io): Promise<ProviderFacts> {
  const { issuer } = question;
  // Nothing that is asked here depends on the audience.
  const options: VerifierOptions = { audience: "sallyport-doctor", ...question.options };
  const { preset, jwksUri, discoveryUrl, insecureAllowLoopback = false } = options;
  const proven = inferPreset(issuer);
  const named = preset as PresetName | undefined;
  const chosen = presets[named ?? proven ?? "rfc9068"];
  const algorithms = options.algorithms ?? chosen.algorithms;
  const refused = refusalOf(options);
  const safe = (url: unknown): url is string => isSafeUrl(url, insecureAllowLoopback);
  const address = discoveryUrl ?? `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const metadata = jwksUri === undefined && safe(address) ? await ask(address, io) : undefined;
  const document = metadata?.status === 200 ? metadata.document : undefined;
  const uri = jwksUri ?? document?.jwks_uri;
  const keySet = safe(uri) ? await ask(uri, io) : undefined;
  const list = keySet?.status === 200 ? keySet.document?.keys : undefined;
  return {
    ...question,
    chosen,
    preset: named,
    proven,
    algorithms,
    insecureAllowLoopback,
    refused,
    metadata,
    document,
    keySet,
    keys: Array.isArray(list) ? keysOf(list, algorithms) : undefined,
    notReady: refused === undefined ? await notReady(options, io) : undefined,
  };
}

function refusalOf(options: VerifierOptions): string | undefined {
  try {
    createVerifier(options).close();
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return error.message.replace(/^createVerifier: /, "");
    throw error;
  }
}

async function notReady(options: VerifierOptions, { fetch, now }: Io): Promise<AuthError | undefined> {
  const verifier = createVerifier(options, { fetch, now });
  try {
    await verifier.ready();
    return undefined;
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  } finally {
    verifier.close();
  }
}

function keysOf(list: readonly unknown[], algorithms: Preset["algorithms"]): readonly KeyFacts[] {
  return list.flatMap((jwk, index) => {
    if (!isObject(jwk)) return [{ jwk: {}, name: `Key ${index}`, flaw: "it is not an object" }];
    // An encryption key beside the signing key is everyday life.
    if (jwk.use === "enc") return [];
    const name =
      typeof jwk.kid === "string" ? `Key ${index} (kid ${JSON.stringify(jwk.kid)})` : `Key ${index}`;
    return [{ jwk, name, flaw: judgeKey(jwk, algorithms).flaw }];
  });
}
