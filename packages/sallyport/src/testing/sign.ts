// Signing for tests: any header, any payload, byte by byte, with keys made here.

import { base64url } from "../base64url.ts";

/** A signature algorithm that test keys are made for. */
export type TestAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA"
  | "Ed25519";

/** A signing key with its public half as a JWK. */
export interface TestKey {
  readonly kid: string;
  readonly algorithm: TestAlgorithm;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** The public JWK, with `kid`, `alg` and `use`. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

/** A JOSE header or a payload: an object, or the exact text or bytes. */
export type Segment = Readonly<Record<string, unknown>> | string | Uint8Array;

interface KeyRow {
  readonly generate: RsaHashedKeyGenParams | EcKeyGenParams | Algorithm;
  readonly sign: AlgorithmIdentifier | RsaPssParams | EcdsaParams;
}

const rsa = (name: string, bits: number) => ({
  name,
  hash: `SHA-${bits}`,
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
});
const rs = (bits: number): KeyRow => ({
  generate: rsa("RSASSA-PKCS1-v1_5", bits),
  sign: "RSASSA-PKCS1-v1_5",
});
const ps = (bits: number): KeyRow => ({
  generate: rsa("RSA-PSS", bits),
  sign: { name: "RSA-PSS", saltLength: bits / 8 },
});
const es = (bits: number, namedCurve: string): KeyRow => ({
  generate: { name: "ECDSA", namedCurve },
  sign: { name: "ECDSA", hash: `SHA-${bits}` },
});
const ed: KeyRow = { generate: { name: "Ed25519" }, sign: "Ed25519" };

const keyRows: Readonly<Record<TestAlgorithm, KeyRow>> = {
  RS256: rs(256),
  RS384: rs(384),
  RS512: rs(512),
  PS256: ps(256),
  PS384: ps(384),
  PS512: ps(512),
  ES256: es(256, "P-256"),
  ES384: es(384, "P-384"),
  ES512: es(512, "P-521"),
  EdDSA: ed,
  Ed25519: ed,
};

/** The algorithms that test keys are made for. */
export const testAlgorithms = Object.freeze(Object.keys(keyRows)) as readonly TestAlgorithm[];

/**
 * Makes a key pair.
 *
 * @throws TypeError by rejection, where the algorithm is none that keys are made for
 *
 * @example
 * ```ts
 * const key = await createTestKey("ES256", "key-1");
 * const verifier = createVerifier({ issuer, audience, jwks: { keys: [key.jwk] } });
 * ```
 */
export async function createTestKey(algorithm: TestAlgorithm, kid = "key-1"): Promise<TestKey> {
  const row = Object.hasOwn(keyRows, algorithm) ? keyRows[algorithm] : undefined;
  if (!row) throw new TypeError(`\`algorithm\` takes one of ${testAlgorithms.join(", ")}`);
  const pair = (await crypto.subtle.generateKey(row.generate, true, ["sign", "verify"])) as CryptoKeyPair;
  const { key_ops: _, ext: __, ...material } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = Object.freeze({ ...material, kid, alg: algorithm, use: "sig" });
  return Object.freeze({ kid, algorithm, privateKey: pair.privateKey, publicKey: pair.publicKey, jwk });
}

/**
 * Signs whatever it is given as a compact JWS: nothing is added to the header, nothing is checked.
 * The key is a {@link TestKey}, bytes for an HMAC (SHA-256, or what the header's HS384 or HS512 says),
 * or `null` for no signature.
 *
 * @example
 * ```ts
 * const key = await createTestKey("ES256");
 * const twice = '{"iss":"https://issuer.example","sub":"admin","sub":"user-1"}';
 * const token = await signJws({ alg: "ES256", kid: key.kid, typ: "at+jwt" }, twice, key);
 * ```
 */
export async function signJws(
  header: Segment,
  payload: Segment,
  key: TestKey | Uint8Array | null,
): Promise<string> {
  return signSegments(segment(header), segment(payload), key, algOf(header));
}

/** The same over segments as they stand, canonical base64url or not. */
export async function signSegments(
  header: string,
  payload: string,
  key: TestKey | Uint8Array | null,
  alg?: unknown,
): Promise<string> {
  const input = `${header}.${payload}`;
  if (key === null) return `${input}.`;
  return `${input}.${base64url(await signBytes(new TextEncoder().encode(input), key, alg))}`;
}

async function signBytes(data: BufferSource, key: TestKey | Uint8Array, alg: unknown): Promise<Uint8Array> {
  if (!(key instanceof Uint8Array)) {
    return new Uint8Array(await crypto.subtle.sign(keyRows[key.algorithm].sign, key.privateKey, data));
  }
  const hash = alg === "HS384" ? "SHA-384" : alg === "HS512" ? "SHA-512" : "SHA-256";
  // WebCrypto refuses an empty key; HMAC pads with zeros, so one zero byte is the same key (RFC 2104 §2).
  const bytes = key.length === 0 ? new Uint8Array(1) : new Uint8Array(key);
  const secret = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", secret, data));
}

function algOf(header: Segment): unknown {
  return typeof header === "string" || header instanceof Uint8Array ? undefined : header.alg;
}

/** One segment of a compact JWS. */
export function segment(content: Segment): string {
  if (content instanceof Uint8Array) return base64url(content);
  return base64url(new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content)));
}
