// A client's DPoP key, and the proofs made with it (RFC 9449 §4.2). Web standards alone, so that it runs in a browser, too.
import { base64url } from "../base64url.ts";
import { isUrl } from "../options.ts";
import { checkClientOptions, checkDpopKey, optionally, type Rules, text } from "./checks.ts";

/** A key pair that tokens are bound to. */
export interface DpopKey {
  readonly privateKey: CryptoKey;
  /** The public half, as every proof shows it. */
  readonly jwk: Readonly<Record<string, string>>;
  /** The `alg` of its proofs. */
  readonly algorithm: string;
  /** `jkt`: the thumbprint that the authorization server binds tokens to (RFC 7638). */
  readonly thumbprint: string;
}

/** What a proof is made for. */
export interface DpopProofRequest {
  readonly method: string;
  /** Query and fragment are left out of the proof. */
  readonly url: string;
  /** The token that the proof goes with; none at the token endpoint. */
  readonly accessToken?: string | undefined;
  /** The server's nonce, where it has given one. */
  readonly nonce?: string | undefined;
  /** Milliseconds since 1970. Default: the clock's. */
  readonly now?: number | undefined;
}

const rows: Readonly<
  Record<string, { readonly name: string; readonly sign: AlgorithmIdentifier | RsaPssParams | EcdsaParams }>
> = {
  "P-256": { name: "ES256", sign: { name: "ECDSA", hash: "SHA-256" } },
  "P-384": { name: "ES384", sign: { name: "ECDSA", hash: "SHA-384" } },
  Ed25519: { name: "EdDSA", sign: { name: "Ed25519" } },
  "RSA-PSS": { name: "PS256", sign: { name: "RSA-PSS", saltLength: 32 } },
  "RSASSA-PKCS1-v1_5": { name: "RS256", sign: { name: "RSASSA-PKCS1-v1_5" } },
};

/**
 * Makes a DPoP key, or takes a key pair of WebCrypto (P-256, P-384, Ed25519, or RSA with SHA-256). The private half of the one it
 * makes can't be exported.
 *
 * @throws TypeError by rejection, where the pair is of another kind
 *
 * @example
 * ```ts
 * const key = await createDpopKey();
 * key.thumbprint; // the dpop_jkt of an authorization request
 * ```
 */
export async function createDpopKey(pair?: CryptoKeyPair): Promise<DpopKey> {
  if (pair !== undefined && !(pair?.privateKey?.algorithm && pair.publicKey?.algorithm)) {
    throw new TypeError(
      "createDpopKey takes a key pair of WebCrypto ({ privateKey, publicKey }), or nothing",
    );
  }
  const { privateKey, publicKey } =
    pair ??
    (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]));
  const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey("jwk", publicKey);
  // RFC 7638 §3.2: the members that make the key, in the order of their names.
  const members = kty === "RSA" ? { e, kty, n } : kty === "EC" ? { crv, kty, x, y } : { crv, kty, x };
  const row = rowOf(publicKey);
  if (!row)
    throw new TypeError("createDpopKey takes a key pair of P-256, P-384, Ed25519, or RSA with SHA-256");
  return Object.freeze({
    privateKey,
    jwk: Object.freeze(members as Record<string, string>),
    algorithm: row.name,
    thumbprint: await sha256(JSON.stringify(members)),
  });
}

function rowOf({ algorithm }: CryptoKey) {
  const { name, namedCurve, hash } = algorithm as EcKeyAlgorithm & RsaHashedKeyAlgorithm;
  if (name.startsWith("RSA") && hash.name !== "SHA-256") return undefined;
  return rows[namedCurve ?? name];
}

const rules: Rules = {
  method: text,
  url: (value) => (isUrl(value) ? undefined : "the absolute URL of the request"),
  accessToken: optionally(text),
  nonce: optionally(text),
  now: optionally((value) => (Number.isFinite(value) ? undefined : "milliseconds since 1970")),
};

/**
 * Signs a proof for one request; the next request needs another.
 *
 * @throws TypeError by rejection, where the key is none of createDpopKey's, or what the proof is for is not told
 *
 * @example
 * ```ts
 * const headers = {
 *   authorization: `DPoP ${accessToken}`,
 *   dpop: await createDpopProof(key, { method: "GET", url: "https://api.example.org/orders", accessToken }),
 * };
 * ```
 */
export async function createDpopProof(key: DpopKey, request: DpopProofRequest): Promise<string>;
export async function createDpopProof(
  key: DpopKey,
  request: DpopProofRequest,
  ...others: readonly unknown[]
): Promise<string> {
  checkDpopKey("createDpopProof", key);
  checkClientOptions("createDpopProof's second argument", request, rules, others);
  const { method, url, accessToken, nonce, now = Date.now() } = request;
  const { origin, pathname } = new URL(url);
  const header = { typ: "dpop+jwt", alg: key.algorithm, jwk: key.jwk };
  const payload = {
    jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
    htm: method,
    htu: origin + pathname,
    iat: Math.floor(now / 1000),
    ...(accessToken !== undefined && { ath: await sha256(accessToken) }),
    ...(nonce !== undefined && { nonce }),
  };
  const segment = (part: object) => base64url(encoder.encode(JSON.stringify(part)));
  const input = `${segment(header)}.${segment(payload)}`;
  const { sign } = rowOf(key.privateKey) as NonNullable<ReturnType<typeof rowOf>>;
  const signature = await crypto.subtle.sign(sign, key.privateKey, encoder.encode(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

const encoder = new TextEncoder();

async function sha256(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))));
}
