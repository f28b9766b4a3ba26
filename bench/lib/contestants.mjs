// The verifiers that stand side by side, each set to check the same things: signature, algorithm, issuer, audience, times.
import { Buffer } from "node:buffer";
import { verify as verifySignature } from "node:crypto";
import { JwtVerifier } from "aws-jwt-verify";
import { createVerifier as createFastVerifier } from "fast-jwt";
import { importJWK, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import { createVerifier } from "sallyport";
import { audience, issuer, serveKeys, signatureForm } from "./tokens.mjs";

/** Sallyport with remote keys (served from memory), ready. `cache` as its option. */
export async function sallyportVerifier(key, cache) {
  const verifier = createVerifier(
    {
      issuer,
      audience,
      preset: "rfc9068",
      jwksUri: "https://idp.example.org/keys",
      ...(cache === undefined ? {} : { cache }),
    },
    { fetch: serveKeys([key.jwk]) },
  );
  await verifier.ready();
  return verifier;
}

/** Sallyport with an issuer that is asked about its tokens, and calls every one of them active. */
export function introspectingVerifier() {
  const now = Math.floor(Date.now() / 1000);
  return createVerifier(
    {
      issuer,
      audience,
      introspection: {
        endpoint: "https://idp.example.org/introspect",
        clientId: "my-api",
        clientSecret: "b0d8c1f7e2a94d6385c7f01e9a3b6d24",
        cacheSeconds: 3600,
      },
    },
    {
      fetch: async (_url, { body }) => {
        const sub = new URLSearchParams(body).get("token")?.slice(0, 12);
        const token = {
          active: true,
          token_type: "Bearer",
          iss: issuer,
          aud: audience,
          sub,
          client_id: "web-shop",
        };
        return Response.json({ ...token, scope: "orders:read", iat: now - 10, exp: now + 7200 });
      },
    },
  );
}

/** The least that can be called verification: three segments decoded, the signature checked, nothing else. */
export function laxest({ algorithm, publicKey }) {
  const { hash, options } = signatureForm(algorithm);
  const key = { key: publicKey, ...options };
  return (token) => {
    const [header, payload, signature] = token.split(".");
    JSON.parse(Buffer.from(header, "base64url").toString());
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const input = Buffer.from(token.slice(0, token.length - signature.length - 1), "latin1");
    return verifySignature(hash, input, key, Buffer.from(signature, "base64url")) && claims;
  };
}

/** `crypto.verify` alone, with bytes made beforehand: what no verifier can be faster than. */
export function bare({ algorithm, publicKey }) {
  const { hash, options } = signatureForm(algorithm);
  const key = { key: publicKey, ...options };
  return ({ input, signature }) => verifySignature(hash, input, key, signature);
}

/** The input of {@link bare}. */
export function bareInput(token) {
  const end = token.lastIndexOf(".");
  return {
    input: Buffer.from(token.slice(0, end), "latin1"),
    signature: Buffer.from(token.slice(end + 1), "base64url"),
  };
}

export function fastJwt({ algorithm, publicKey }, cache = false) {
  return createFastVerifier({
    key: publicKey.export({ type: "spki", format: "pem" }),
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: "at+jwt",
    requiredClaims: ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"],
    cache,
  });
}

export async function jose({ algorithm, jwk }) {
  const key = await importJWK(jwk, algorithm);
  const options = {
    issuer,
    audience,
    algorithms: [algorithm],
    typ: "at+jwt",
    requiredClaims: ["sub", "jti"],
  };
  return (token) => jwtVerify(token, key, options);
}

export function jsonWebToken({ algorithm, publicKey }) {
  const options = { issuer, audience, algorithms: [algorithm] };
  return (token) => jsonwebtoken.verify(token, publicKey, options);
}

export function awsJwtVerify({ jwk }) {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: "https://idp.example.org/keys" });
  verifier.cacheJwks({ keys: [jwk] });
  return (token) => verifier.verifySync(token);
}
