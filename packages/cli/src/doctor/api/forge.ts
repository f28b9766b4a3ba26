// Tokens that no API may take: each well-formed, each with one thing that gives it away.
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomUUID,
  sign,
} from "node:crypto";

type Json = Readonly<Record<string, unknown>>;

/** What forged tokens claim to be. */
export interface Model {
  readonly header: Json;
  readonly claims: Json;
}

/** What is known of the API's issuer. */
export interface ForgingScene {
  readonly model: Model;
  /** The issuer's public keys, as it publishes them. */
  readonly publicKeys: readonly Json[];
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A model where there is no real token to take one from. */
export function modelFor(issuer: string | undefined, audience: readonly string[], nowSeconds: number): Model {
  return {
    header: { typ: "at+jwt" },
    claims: {
      iss: issuer ?? "https://issuer.invalid",
      aud: audience.length === 1 ? audience[0] : audience.length === 0 ? "api" : audience,
      sub: "sallyport-doctor",
      client_id: "sallyport-doctor",
      azp: "sallyport-doctor",
      iat: nowSeconds - 10,
      exp: nowSeconds + 300,
      jti: randomUUID(),
      scope: "openid",
    },
  };
}

const ownKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

/** `alg: none`, with nothing where the signature would be. */
export function unsigned({ model: { header, claims } }: ForgingScene): readonly string[] {
  return ["none", "None"].map((alg) => `${encode({ ...header, alg })}.${encode(claims)}.`);
}

/** Signed by a key that nobody knows. */
export function selfSigned({ model }: ForgingScene, changes: Json = {}): readonly string[] {
  const { header, claims } = model;
  return [es256({ ...header, kid: header.kid ?? "sallyport-doctor" }, { ...claims, ...changes }, ownKey())];
}

/** Signed by a key that the header brings along (RFC 8725 §3.10). */
export function bringingItsKey({ model: { header, claims } }: ForgingScene): readonly string[] {
  const pair = ownKey();
  const jwk = pair.publicKey.export({ format: "jwk" });
  return [es256({ ...header, jwk }, claims, pair)];
}

/** HS256 with the issuer's public key as the secret (RFC 8725 §2.1). */
export function byPublicKey({ model: { header, claims }, publicKeys }: ForgingScene): readonly string[] {
  return publicKeys.flatMap((jwk) => {
    const pem = pemOf(jwk);
    if (pem === undefined) return [];
    const confused = { ...header, ...(jwk.kid !== undefined && { kid: jwk.kid }) };
    // With the line ending of a file, and as it is often pasted.
    return [pem, pem.trimEnd()].map((secret) => hs256(confused, claims, secret));
  });
}

/** Secrets from documentation and examples. */
const knownSecrets = ["secret", "changeme", "your-256-bit-secret", "your-secret-key", "password"];

/** HS256 with secrets that everybody knows. */
export function byKnownSecret({ model: { header, claims } }: ForgingScene): readonly string[] {
  return knownSecrets.map((secret) => hs256(header, claims, secret));
}

/** A real token with another claim in it, and its old signature. */
export function tampered(token: string): readonly string[] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Json;
  return [[header, encode({ ...claims, sub: "sallyport-doctor" }), signature].join(".")];
}

function es256(header: Json, claims: Json, { privateKey }: ReturnType<typeof ownKey>): string {
  const input = `${encode({ ...header, alg: "ES256" })}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

function hs256(header: Json, claims: Json, secret: string): string {
  const input = `${encode({ ...header, alg: "HS256" })}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function pemOf(jwk: Json): string | undefined {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: "jwk" })
      .export({ type: "spki", format: "pem" })
      .toString();
  } catch {
    return undefined;
  }
}
