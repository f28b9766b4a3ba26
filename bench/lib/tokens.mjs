// The tokens that every row verifies: RFC 9068 access tokens of one fixed length, signed here with fresh keys.
import { Buffer } from "node:buffer";
import { constants, generateKeyPairSync, sign } from "node:crypto";

export const issuer = "https://idp.example.org/realms/bench";
export const audience = "https://api.example.org";

const kinds = {
  RS256: { type: "rsa", make: { modulusLength: 2048 }, hash: "sha256", options: {} },
  PS256: {
    type: "rsa",
    make: { modulusLength: 2048 },
    hash: "sha256",
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  },
  ES256: {
    type: "ec",
    make: { namedCurve: "P-256" },
    hash: "sha256",
    options: { dsaEncoding: "ieee-p1363" },
  },
  EdDSA: { type: "ed25519", make: {}, hash: null, options: {} },
};

/** What `crypto.verify` and `crypto.sign` need for an algorithm beside the key. */
export const signatureForm = (algorithm) => ({
  hash: kinds[algorithm].hash,
  options: kinds[algorithm].options,
});

/** A key pair for an algorithm; `jwk` is its public half as an issuer publishes it. */
export function makeKey(algorithm, kid = "2026-11-signing-key-of-the-idp-1") {
  const { type, make } = kinds[algorithm];
  const { publicKey, privateKey } = generateKeyPairSync(type, make);
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg: algorithm, use: "sig" };
  return { algorithm, kid, publicKey, privateKey, jwk };
}

/** Signs claims as they are. */
export function signToken({ algorithm, kid, privateKey }, claims, header = {}) {
  const { hash, options } = kinds[algorithm];
  const input = `${encode({ alg: algorithm, typ: "at+jwt", kid, ...header })}.${encode(claims)}`;
  return `${input}.${sign(hash, Buffer.from(input), { key: privateKey, ...options }).toString("base64url")}`;
}

/**
 * The claims of one caller, `payloadBytes` long as JSON. With 840 bytes and RS256 the token has 1,559 characters;
 * with 500 bytes 1,106: about a kilobyte.
 */
export function claimsOf(index, { payloadBytes = 840, lifetimeSeconds = 7200 } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const number = String(index).padStart(6, "0");
  const claims = {
    iss: issuer,
    sub: `248289761${number}`,
    aud: [audience, "account"],
    exp: now + lifetimeSeconds,
    iat: now - 10,
    jti: `4f2c1d9e-7a33-4c2b-9f10-0000${number}ab`,
    client_id: "web-shop",
    scope: "openid profile orders:read orders:write",
    roles: ["Reader", "Editor"],
    auth_time: now - 60,
    acr: "1",
    preferred_username: `person-${number}`,
  };
  const wide = {
    ...claims,
    nbf: now - 10,
    sid: `0f1e2d3c-4b5a-6978-8796-a5b4c3${number}`,
    name: `Person Number ${number}`,
    email: `person-${number}@example.org`,
    email_verified: true,
    groups: ["/staff", "/staff/warehouse", "/staff/warehouse/night-shift"],
    allowed_origins: ["https://shop.example.org"],
  };
  const chosen = payloadBytes >= 840 ? wide : claims;
  const rest = payloadBytes - JSON.stringify({ ...chosen, note: "" }).length;
  if (rest < 0) throw new RangeError(`The claims need ${-rest} bytes more than ${payloadBytes}`);
  return { ...chosen, note: "x".repeat(rest) };
}

/** Bytes of `count` tokens that differ in subject and token id. */
export function makeTokens(key, count, options) {
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(signToken(key, claimsOf(index, options)), "latin1"),
  );
}

/**
 * Strings as an HTTP parser delivers them: flat, fresh, their hash not yet computed. A benchmark that verifies one
 * string object again and again measures V8's cached hash instead.
 */
export const fresh = (bytes) => bytes.latin1Slice(0, bytes.length);

/** A `fetch` that serves a key set from memory, as a provider's `jwks_uri` would. */
export const serveKeys = (keys) => async () =>
  new Response(JSON.stringify({ keys }), { headers: { "content-type": "application/json" } });

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
