// The JWS algorithms the library knows: one row each (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2).
import type { AlgorithmRow } from "../../platform/types.ts";

const rsa = { kty: "RSA", crv: undefined, signatureBytes: undefined } as const;
const ec = { kty: "EC", pss: false } as const;
const hmac = { kty: "oct", pss: false, crv: undefined } as const;
const ed25519 = {
  kty: "OKP",
  hash: undefined,
  hashBytes: 0,
  pss: false,
  crv: "Ed25519",
  signatureBytes: 64,
} as const;

export const algorithms = {
  RS256: { ...rsa, pss: false, hash: "SHA-256", hashBytes: 32 },
  RS384: { ...rsa, pss: false, hash: "SHA-384", hashBytes: 48 },
  RS512: { ...rsa, pss: false, hash: "SHA-512", hashBytes: 64 },
  PS256: { ...rsa, pss: true, hash: "SHA-256", hashBytes: 32 },
  PS384: { ...rsa, pss: true, hash: "SHA-384", hashBytes: 48 },
  PS512: { ...rsa, pss: true, hash: "SHA-512", hashBytes: 64 },
  ES256: { ...ec, crv: "P-256", hash: "SHA-256", hashBytes: 32, signatureBytes: 64 },
  ES384: { ...ec, crv: "P-384", hash: "SHA-384", hashBytes: 48, signatureBytes: 96 },
  ES512: { ...ec, crv: "P-521", hash: "SHA-512", hashBytes: 64, signatureBytes: 132 },
  EdDSA: ed25519,
  Ed25519: ed25519,
  HS256: { ...hmac, hash: "SHA-256", hashBytes: 32, signatureBytes: 32 },
  HS384: { ...hmac, hash: "SHA-384", hashBytes: 48, signatureBytes: 48 },
  HS512: { ...hmac, hash: "SHA-512", hashBytes: 64, signatureBytes: 64 },
} as const satisfies Record<string, AlgorithmRow>;

/** A JWS algorithm by its registered name. */
export type Algorithm = keyof typeof algorithms;

/** What an issuer may sign with where neither the configuration nor a preset says otherwise. */
export const defaultAlgorithms: readonly Algorithm[] = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

/** The row of a registered name; compared case-sensitively (RFC 7515 §4.1.1), own rows only. */
export function algorithmRow(name: string): AlgorithmRow | undefined {
  return Object.hasOwn(algorithms, name) ? algorithms[name as Algorithm] : undefined;
}

/** `EdDSA` and `Ed25519` name the same thing for an Ed25519 key (RFC 9864 §2.2 deprecates the former). */
export function sameAlgorithm(left: string, right: string): boolean {
  return left === right || (algorithmRow(left)?.kty === "OKP" && algorithmRow(right)?.kty === "OKP");
}
