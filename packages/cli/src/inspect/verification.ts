// The library's own verdict, with what only whoever holds the token may be told: the values that differ.
import {
  AuthError,
  type AuthErrorCode,
  createVerifier,
  type Identity,
  type VerifierOptions,
} from "sallyport";
import { advice } from "sallyport/diagnose";
import type { Io } from "../io.ts";
import { accepting } from "../shared-options.ts";
import { harmless } from "../style.ts";
import type { DecodedToken } from "./decode.ts";
import { moment } from "./times.ts";

/** What the verifier says. */
export type Verdict =
  | { readonly outcome: "good"; readonly preset: string; readonly identity: Identity }
  | {
      /** `not_verified`: the token is opaque, and an API with `introspection` would ask the provider, which is not done here. */
      readonly outcome: "refused" | "unanswered" | "not_verified";
      readonly preset: string;
      readonly code: AuthErrorCode;
      readonly sentence: string;
      /** What the token has, and what was expected. */
      readonly differs: string | undefined;
      readonly mend: string;
    };

interface Scene {
  readonly token: DecodedToken;
  readonly options: VerifierOptions;
  readonly kids: readonly string[];
  readonly now: number;
}

const quoted = (value: unknown) => harmless(JSON.stringify(value) ?? "nothing");

/** By code: what is different, with the values. */
const differences: Partial<Record<AuthErrorCode, (scene: Scene) => string>> = {
  invalid_audience: ({ token, options }) =>
    `aud is ${quoted(token.claims?.aud)}, and --audience is ${quoted(options.audience)}`,
  invalid_issuer: ({ token, options }) =>
    `iss is ${quoted(token.claims?.iss)}, and --issuer is ${quoted(options.issuer)}`,
  disallowed_alg: ({ token }) => `alg is ${quoted(token.header?.alg)}`,
  wrong_token_type: ({ token }) => `typ in the header is ${quoted(token.header?.typ)}`,
  key_not_found: ({ token, kids }) =>
    `kid is ${quoted(token.header?.kid)}; the issuer publishes ${kids.map(quoted).join(", ") || "no key that can be used"}`,
  token_expired: ({ token, now }) => `exp is ${moment(Number(token.claims?.exp), now)}`,
  token_not_yet_valid: ({ token, now }) =>
    `iat is ${moment(Number(token.claims?.iat), now)}${token.claims?.nbf === undefined ? "" : `, nbf is ${moment(Number(token.claims.nbf), now)}`}`,
  // The sender is asked for last.
  sender_constrained: ({ token }) =>
    `All else about it is good; cnf has ${Object.keys((token.claims?.cnf ?? {}) as object)
      .map(quoted)
      .join(", ")}`,
};

function outcomeOf({ status, code }: AuthError, { form }: DecodedToken) {
  if (status === 503) return "unanswered";
  return form === "opaque" && code === "malformed_token" ? "not_verified" : "refused";
}

/**
 * Verifies a token as an API with these options would.
 *
 * @throws UsageError where the library refuses the options
 */
export async function verdictOn(
  token: string,
  decoded: DecodedToken,
  options: VerifierOptions,
  { fetch, now }: Pick<Io, "fetch" | "now">,
): Promise<Verdict> {
  const verifier = accepting(() => createVerifier(options, { fetch, now }));
  const preset = verifier.health().issuers[0]?.preset ?? "";
  try {
    return { outcome: "good", preset, identity: await verifier.verify(token) };
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { code } = error;
    const kids = verifier.signingKeys().map(({ kid }) => kid ?? "(none)");
    const differs = differences[code]?.({ token: decoded, options, kids, now: now() });
    return {
      outcome: outcomeOf(error, decoded),
      preset,
      code,
      sentence: error.message,
      differs,
      mend: advice[code],
    };
  } finally {
    verifier.close();
  }
}
