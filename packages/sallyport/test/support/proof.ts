// DPoP proofs for the tables: an honest one to start from, and how another differs from it.
import { createHash, type KeyObject } from "node:crypto";
import { base64url, signBytes, type TestJwk, type TestKey } from "./signing.ts";

/** How a proof differs from the honest one. */
export interface ProofParts {
  /** Merged into the honest header; `undefined` takes a member out. */
  readonly header?: Record<string, unknown>;
  /** Merged into the honest claims; `undefined` takes a claim out. */
  readonly claims?: Record<string, unknown>;
  /** The payload's exact text. */
  readonly rawPayload?: string;
  /** Signs, whoever's key the header shows. Default: the client's. */
  readonly signer?: TestKey;
  /** The algorithm that really signs. Default: the signer's. */
  readonly signAs?: string;
  /** Makes the signature in place of the key. */
  readonly sign?: (signingInput: string) => Uint8Array | string;
}

/** Where and when the honest proof is good. */
export interface ProofPlace {
  readonly client: TestKey;
  readonly token: string;
  readonly method: string;
  readonly url: string;
  readonly nowSeconds: number;
}

/** The members of a JWK that make the key. */
export function bareJwk({ jwk }: TestKey): TestJwk {
  const { kid: _kid, alg: _alg, use: _use, ...bare } = jwk;
  return bare;
}

/** RFC 7638, written once more: nothing here shares code with what is tested. */
export function thumbprintOf(key: TestKey): string {
  const { kty, crv, e, n, x, y } = bareJwk(key);
  const members = kty === "RSA" ? { e, kty, n } : kty === "EC" ? { crv, kty, x, y } : { crv, kty, x };
  return sha256(JSON.stringify(members));
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("base64url");

let made = 0;

/** A proof as `jti` after `jti` would be made for a request. */
export function proofOf(
  { client, token, method, url, nowSeconds }: ProofPlace,
  parts: ProofParts = {},
): string {
  const { signer = client, signAs = signer.alg } = parts;
  made += 1;
  const header = { typ: "dpop+jwt", alg: client.alg, jwk: bareJwk(client), ...parts.header };
  const claims = {
    jti: `proof-${made}`,
    htm: method,
    htu: url,
    iat: nowSeconds,
    ath: sha256(token),
    ...parts.claims,
  };
  const payload = parts.rawPayload ?? JSON.stringify(claims);
  const input = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  const signature =
    parts.sign?.(input) ?? signBytes(signAs, signer.privateKey as KeyObject, Buffer.from(input));
  return `${input}.${typeof signature === "string" ? signature : base64url(signature)}`;
}
