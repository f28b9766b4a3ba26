// Options of introspection → what is decided once: every contradiction is found here, at construction.
import { checkOptions } from "../../options.ts";
import type { IssuerOptions } from "../issuers/issuer-options.ts";
import type { Preset } from "../issuers/preset.ts";
import { requireHttps } from "../issuers/urls.ts";
import { type Algorithm, algorithms } from "../keys/algorithms.ts";
import { judgeJwk } from "../keys/jwk.ts";
import { introspectionTable } from "./options.ts";

/** How the client authenticates: exactly one way. */
export type ClientCredentials =
  | { readonly method: "client_secret_basic" | "client_secret_post"; readonly secret: string }
  | {
      readonly method: "private_key_jwt";
      readonly key: Readonly<Record<string, unknown>>;
      readonly algorithm: Algorithm;
      readonly kid: string | undefined;
      readonly audience: "issuer" | "endpoint";
    };

/** All there is to know about asking one issuer. Times in milliseconds. */
export interface IntrospectionSettings {
  /** `undefined`: from the metadata. */
  readonly endpoint: string | undefined;
  readonly clientId: string;
  readonly credentials: ClientCredentials;
  /** Whether this issuer's JWTs are asked about as well. */
  readonly all: boolean;
  readonly prefix: string;
  readonly cacheMs: number;
  readonly negativeMs: number;
  readonly staleMs: number;
  readonly signed: boolean;
  readonly maxInFlight: number;
  readonly audienceRequired: boolean;
  readonly typeRequired: boolean;
}

/**
 * Resolves `introspection` of one issuer.
 *
 * @throws TypeError one sentence that names the option and what it takes
 */
export function resolveIntrospection(
  options: IssuerOptions,
  preset: Preset,
  issuerWhere: string,
): IntrospectionSettings | undefined {
  const { introspection: own, jwks, jwksUri, secret } = options;
  if (own === undefined) return undefined;
  const where = `${issuerWhere}: \`introspection\``;
  checkOptions(where, own, introspectionTable);
  if (preset.tenancy || preset.singleAudience) {
    throw new TypeError(
      `${issuerWhere}: \`introspection\` does not go with the preset ${preset.name}, whose tokens are JWTs and have no endpoint to ask`,
    );
  }
  const { endpoint, clientId, tokens = "opaque", signedResponse: signed = false } = own;
  if (clientId === undefined) {
    throw new TypeError(`${where}: \`clientId\` is missing; it takes ${introspectionTable.clientId.takes}`);
  }
  const fixedKeys = Object.entries({ jwks, jwksUri, secret }).find(([, value]) => value !== undefined)?.[0];
  if (endpoint !== undefined) requireHttps(endpoint, "endpoint", options, where);
  else if (fixedKeys !== undefined) {
    throw new TypeError(`${where}: \`endpoint\` is missing: with \`${fixedKeys}\` no discovery is made`);
  }
  const all = tokens === "all";
  if (all && !signed && fixedKeys !== undefined) {
    throw new TypeError(
      `${where}: \`tokens\` is all, so nothing is verified with \`${fixedKeys}\`: leave one of them out`,
    );
  }
  return {
    endpoint,
    clientId,
    credentials: credentialsOf(own, where),
    all,
    prefix: own.prefix ?? "",
    cacheMs: (own.cacheSeconds ?? 60) * 1000,
    negativeMs: (own.negativeCacheSeconds ?? 10) * 1000,
    staleMs: (own.staleSeconds ?? 300) * 1000,
    signed,
    maxInFlight: own.maxInFlight ?? 100,
    audienceRequired: own.insecureAllowMissingAudience !== true,
    typeRequired: own.insecureAllowMissingTokenType !== true,
  };
}

/**
 * Which of several issuers a token goes to must follow from the token alone: a token that reached somebody else's provider
 * would be in the wrong hands.
 *
 * @throws TypeError where two have no prefix, or one that the other's begins with
 */
export function checkPrefixes(all: readonly (IntrospectionSettings | undefined)[]): void {
  const prefixes = all.flatMap((one) => (one ? [one.prefix] : []));
  for (const [index, prefix] of prefixes.entries()) {
    for (const other of prefixes.slice(index + 1)) {
      if (prefix === "" && other === "") {
        throw new TypeError(
          "`issuers` takes several with `introspection` only where all but one say by `prefix` what their tokens begin with",
        );
      }
      if (prefix !== "" && other !== "" && (prefix.startsWith(other) || other.startsWith(prefix))) {
        throw new TypeError(
          "`issuers` takes several with `introspection` only where no `prefix` begins with another's",
        );
      }
    }
  }
}

function credentialsOf(
  { clientSecret, privateKey, authMethod, assertionAudience }: NonNullable<IssuerOptions["introspection"]>,
  where: string,
): ClientCredentials {
  if (clientSecret === undefined && privateKey === undefined) {
    throw new TypeError(
      `${where}: \`clientSecret\` or \`privateKey\` is missing: the provider must know who asks (RFC 7662 §2.1)`,
    );
  }
  if (clientSecret !== undefined && privateKey !== undefined) {
    throw new TypeError(`${where}: \`clientSecret\` and \`privateKey\` exclude each other`);
  }
  if (privateKey !== undefined) {
    if (authMethod !== undefined && authMethod !== "private_key_jwt") {
      throw new TypeError(`${where}: \`privateKey\` goes with the \`authMethod\` private_key_jwt only`);
    }
    const { algorithm, kid } = judgePrivateKey(privateKey, where);
    return {
      method: "private_key_jwt",
      key: structuredClone(privateKey),
      algorithm,
      kid,
      audience: assertionAudience ?? "issuer",
    };
  }
  if (authMethod === "private_key_jwt") {
    throw new TypeError(`${where}: \`authMethod\` private_key_jwt needs \`privateKey\``);
  }
  if (assertionAudience !== undefined) {
    throw new TypeError(`${where}: \`assertionAudience\` goes with \`privateKey\` only`);
  }
  return { method: authMethod ?? "client_secret_basic", secret: clientSecret as string };
}

const asymmetric = (Object.keys(algorithms) as Algorithm[]).filter((name) => algorithms[name].kty !== "oct");

/** The same rules as for an issuer's key: one algorithm, RSA of 2048 bits at least. */
export function judgePrivateKey(jwk: Readonly<Record<string, unknown>>, where: string) {
  const { key_ops: operations, ...rest } = jwk;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("sign"))) {
    throw new TypeError(`${where}: \`privateKey\` takes a key whose key_ops, if there, include sign`);
  }
  const verdict = judgeJwk(rest, asymmetric);
  if (typeof verdict === "string") {
    throw new TypeError(
      `${where}: \`privateKey\` takes a key to sign with, and this one is none: ${verdict}`,
    );
  }
  if (typeof jwk.d !== "string" || jwk.d === "") {
    throw new TypeError(`${where}: \`privateKey\` takes a private key, and this one is the public half`);
  }
  return verdict;
}
