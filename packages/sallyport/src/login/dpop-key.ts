// The key that a session's tokens are bound to (RFC 9449): made for it, kept in it, sealed.
import { platform } from "#platform";
import type { JsonObject } from "../identity.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A new private key as a JWK. */
export async function createDpopKey(): Promise<JsonObject> {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", privateKey);
  return { kty, crv, x, y, d } as JsonObject;
}

/** The key pair of a JWK of {@link createDpopKey}. */
export async function importDpopKey(jwk: JsonObject): Promise<CryptoKeyPair> {
  const { d: _private, ...open } = jwk;
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey("jwk", jwk as JsonWebKey, algorithm, false, ["sign"]),
    // Its public half goes into every proof's header.
    crypto.subtle.importKey("jwk", open as JsonWebKey, algorithm, true, ["verify"]),
  ]);
  return { privateKey, publicKey };
}

/** The thumbprint of a JWK of {@link createDpopKey}, which its tokens name (RFC 7638 §3). */
export async function dpopThumbprint({ crv, kty, x, y }: JsonObject): Promise<string> {
  return platform.sha256(JSON.stringify({ crv, kty, x, y }));
}
