// Keys and signatures for tests, made with `node:crypto` alone: nothing here shares code with what is tested.
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign as signWith } from "node:crypto";

/** A JWK as a test writes it. */
export type TestJwk = Record<string, unknown>;

/** A private key with the JWK its issuer publishes. */
export interface TestKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: TestJwk;
}

const hashOf = (alg: string) => `sha${alg.slice(2)}`;
const curves: Record<string, string> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

/** Makes a key pair for one algorithm; the JWK names `kid`, `alg` and `use`. */
export function createTestKey(kid: string, alg: string, bits = 2048): TestKey {
  const { privateKey, publicKey } = pair(alg, bits);
  // As text and back: on workerd, the private members are there, and undefined.
  const exported = JSON.parse(JSON.stringify(publicKey.export({ format: "jwk" })));
  const jwk = { ...exported, kid, alg, use: "sig" };
  return { kid, alg, privateKey, publicKey, jwk };
}

function pair(alg: string, bits: number) {
  if (/^(RS|PS)/.test(alg)) return generateKeyPairSync("rsa", { modulusLength: bits });
  if (/^Ed/.test(alg)) return generateKeyPairSync("ed25519");
  return generateKeyPairSync("ec", { namedCurve: curves[alg] ?? "P-256" });
}

/** Signs as JWS wants it (RFC 7518 §3, RFC 8037 §3.1). */
export function signBytes(alg: string, key: KeyObject, data: Uint8Array): Buffer {
  if (/^Ed/.test(alg)) return signWith(null, data, key);
  if (alg.startsWith("ES")) return signWith(hashOf(alg), data, { key, dsaEncoding: "ieee-p1363" });
  if (alg.startsWith("PS")) {
    return signWith(hashOf(alg), data, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: Number(alg.slice(2)) / 8,
    });
  }
  return signWith(hashOf(alg), data, key);
}

export function hmac(alg: string, secret: string | Uint8Array, data: string): Buffer {
  return createHmac(hashOf(alg), secret).update(data).digest();
}

export const base64url = (data: string | Uint8Array) => Buffer.from(data).toString("base64url");
