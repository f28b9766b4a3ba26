// Who is asking: the client's credentials as headers or form fields (RFC 6749 §2.3.1, RFC 7523 §2.2).
import { base64url } from "../../base64url.ts";
import type { Algorithm } from "../keys/algorithms.ts";
import { algorithms } from "../keys/algorithms.ts";
import type { ClientCredentials } from "./settings.ts";

/** What authentication adds to a request. */
export interface Authentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

/** What {@link createAuthenticator} needs beside the credentials. */
export interface AuthenticatorOptions {
  readonly clientId: string;
  readonly issuer: string;
  readonly now: () => number;
  /** Random 32-bit numbers. */
  readonly random: () => number;
}

const assertionSeconds = 60;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Makes what authenticates one request after the other. */
export function createAuthenticator(
  credentials: ClientCredentials,
  options: AuthenticatorOptions,
): (endpoint: string) => Authentication | Promise<Authentication> {
  const { clientId } = options;
  if (credentials.method === "private_key_jwt") return assertions(credentials, options);
  const { method, secret } = credentials;
  const fixed: Authentication =
    method === "client_secret_post"
      ? { headers: {}, fields: { client_id: clientId, client_secret: secret } }
      : {
          // Both halves are form-encoded first: a colon in an id would end it, and base64 takes no letter beyond ASCII.
          headers: { authorization: `Basic ${btoa(`${formEncode(clientId)}:${formEncode(secret)}`)}` },
          fields: {},
        };
  return () => fixed;
}

function formEncode(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

type KeyCredentials = Extract<ClientCredentials, { readonly method: "private_key_jwt" }>;

function assertions(
  { key: jwk, algorithm, kid, audience }: KeyCredentials,
  { clientId, issuer, now, random }: AuthenticatorOptions,
): (endpoint: string) => Promise<Authentication> {
  const header = segment({ alg: algorithm, typ: "JWT", ...(kid !== undefined && { kid }) });
  let imported: Promise<CryptoKey> | undefined;
  let count = 0;
  return async (endpoint) => {
    imported ??= importPrivateKey(jwk, algorithm);
    const key = await imported;
    const issuedAt = Math.floor(now() / 1000);
    count += 1;
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: audience === "issuer" ? issuer : endpoint,
      // Counted as well: a provider that has seen a `jti` refuses it, whatever the numbers are worth.
      jti: `${[random(), random(), random(), random()].map((part) => part.toString(36)).join("")}.${count}`,
      iat: issuedAt,
      exp: issuedAt + assertionSeconds,
    };
    const input = `${header}.${segment(claims)}`;
    const signature = await crypto.subtle.sign(
      signParameters(algorithm),
      key,
      new TextEncoder().encode(input),
    );
    return {
      headers: {},
      fields: {
        client_id: clientId,
        client_assertion_type: assertionType,
        client_assertion: `${input}.${base64url(new Uint8Array(signature))}`,
      },
    };
  };
}

/** A client's private key, judged already, to sign with. */
export function importPrivateKey(
  jwk: Readonly<Record<string, unknown>>,
  algorithm: Algorithm,
): Promise<CryptoKey> {
  // Judged already; runtimes differ in what they make of these.
  const { alg: _alg, use: _use, key_ops: _operations, ext: _extractable, ...material } = jwk;
  return crypto.subtle.importKey("jwk", material as JsonWebKey, importParameters(algorithm), false, ["sign"]);
}

function importParameters(
  algorithm: Algorithm,
): RsaHashedImportParams | EcKeyImportParams | { name: string } {
  const { kty, pss, hash = "", crv = "" } = algorithms[algorithm];
  if (kty === "RSA") return { name: pss ? "RSA-PSS" : "RSASSA-PKCS1-v1_5", hash };
  return kty === "EC" ? { name: "ECDSA", namedCurve: crv } : { name: "Ed25519" };
}

function signParameters(algorithm: Algorithm): RsaPssParams | EcdsaParams | { name: string } {
  const { kty, pss, hash = "", hashBytes } = algorithms[algorithm];
  if (kty === "RSA") return pss ? { name: "RSA-PSS", saltLength: hashBytes } : { name: "RSASSA-PKCS1-v1_5" };
  return kty === "EC" ? { name: "ECDSA", hash } : { name: "Ed25519" };
}

function segment(content: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(content)));
}
