// The platform on web standards alone: WebCrypto, `atob` and `TextDecoder` (Bun, Deno, workerd, browsers).
import { base64url } from "../base64url.ts";
import { createMessageKeys, nonceBytes, saltBytes, tagBytes } from "./message-keys.ts";
import type { AlgorithmRow, Platform, PlatformKey } from "./types.ts";

interface WebKey extends PlatformKey {
  readonly platformKey: { readonly key: CryptoKey; readonly algorithm: AlgorithmIdentifier };
}

const canonical = /^[A-Za-z0-9_-]*$/;
// `ignoreBOM: true` keeps a byte-order mark in the text, so that it can be refused.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!canonical.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return unusedBitsAreZero(text) ? bytes : undefined;
}

// RFC 4648 §3.5: two characters carry one byte and four unused bits, three carry two bytes and two unused bits.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
function unusedBitsAreZero(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 0) return true;
  return (alphabet.indexOf(text.charAt(text.length - 1)) & (rest === 2 ? 15 : 3)) === 0;
}

function decodeText(segment: string): string | undefined {
  const bytes = decodeBase64url(segment);
  if (!bytes) return undefined;
  try {
    const text = decoder.decode(bytes);
    return text.charCodeAt(0) === 0xfeff ? undefined : text;
  } catch {
    return undefined;
  }
}

async function importKey(jwk: Readonly<Record<string, unknown>>, row: AlgorithmRow): Promise<WebKey> {
  // `alg`, `use` and `key_ops` have been judged already; runtimes differ in what they make of them.
  const { alg: _alg, use: _use, key_ops: _operations, ...material } = jwk;
  const key = await crypto.subtle.importKey("jwk", material as JsonWebKey, parameters(row), false, [
    "verify",
  ]);
  return { platformKey: { key, algorithm: parameters(row) } };
}

async function importSecret(secret: Uint8Array, row: AlgorithmRow): Promise<WebKey> {
  const key = await crypto.subtle.importKey("raw", new Uint8Array(secret), parameters(row), false, [
    "verify",
  ]);
  return { platformKey: { key, algorithm: parameters(row) } };
}

function parameters(row: AlgorithmRow) {
  switch (row.kty) {
    case "RSA":
      return row.pss
        ? { name: "RSA-PSS", hash: row.hash ?? "", saltLength: row.hashBytes }
        : { name: "RSASSA-PKCS1-v1_5", hash: row.hash ?? "" };
    case "EC":
      return { name: "ECDSA", namedCurve: row.crv ?? "", hash: row.hash ?? "" };
    case "OKP":
      return { name: "Ed25519" };
    case "oct":
      return { name: "HMAC", hash: row.hash ?? "" };
  }
}

const encoder = new TextEncoder();
async function verify(
  row: AlgorithmRow,
  key: PlatformKey,
  data: string,
  signature: Uint8Array,
): Promise<boolean> {
  // Of an Ed25519 signature of another length workerd would throw.
  if (row.signatureBytes !== undefined && signature.length !== row.signatureBytes) return false;
  const { key: cryptoKey, algorithm } = (key as WebKey).platformKey;
  return crypto.subtle.verify(algorithm, cryptoKey, new Uint8Array(signature), encoder.encode(data));
}

async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === "string" ? encoder.encode(data) : new Uint8Array(data);
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

async function hmacSha256(secret: Uint8Array, data: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new Uint8Array(secret), algorithm, false, ["sign"]);
  return base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(data))));
}

const keys = createMessageKeys(messageKey, () => crypto.getRandomValues(new Uint8Array(saltBytes)));

async function messageKey(secret: Uint8Array, salt: Uint8Array): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new Uint8Array(secret), algorithm, false, ["sign"]);
  const derived = await crypto.subtle.sign("HMAC", key, new Uint8Array(salt));
  return crypto.subtle.importKey("raw", derived, "AES-GCM", false, ["encrypt", "decrypt"]);
}

const gcm = (nonce: Uint8Array, context: string) => ({
  name: "AES-GCM",
  iv: new Uint8Array(nonce),
  additionalData: encoder.encode(context),
  tagLength: tagBytes * 8,
});

async function seal(secret: Uint8Array, text: string, context: string): Promise<string> {
  const { salt, key: making } = keys.toSeal(secret);
  const key = await making.catch((error: unknown) => {
    keys.failed(secret);
    throw error;
  });
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const body = await crypto.subtle.encrypt(gcm(nonce, context), key, encoder.encode(text));
  const sealed = new Uint8Array(saltBytes + nonceBytes + body.byteLength);
  sealed.set(salt);
  sealed.set(nonce, saltBytes);
  sealed.set(new Uint8Array(body), saltBytes + nonceBytes);
  return base64url(sealed);
}

async function open(secret: Uint8Array, sealed: string, context: string): Promise<string | undefined> {
  const bytes = decodeBase64url(sealed);
  if (!bytes || bytes.length < saltBytes + nonceBytes + tagBytes) return undefined;
  const opening = keys.toOpen(secret, bytes.subarray(0, saltBytes));
  const nonce = bytes.subarray(saltBytes, saltBytes + nonceBytes);
  const key = await opening.key;
  let body: ArrayBuffer;
  try {
    body = await crypto.subtle.decrypt(gcm(nonce, context), key, bytes.slice(saltBytes + nonceBytes));
  } catch {
    return undefined;
  }
  keys.opened(secret, opening);
  return new TextDecoder().decode(body);
}

export const platform: Platform = {
  decodeBase64url,
  decodeText,
  importKey,
  importSecret,
  verify,
  sha256,
  hmacSha256,
  seal,
  open,
  randomText: (bytes) => base64url(crypto.getRandomValues(new Uint8Array(bytes))),
  randomUint32: () => crypto.getRandomValues(new Uint32Array(1))[0] as number,
};
