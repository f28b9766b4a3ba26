// Section D: DPoP proofs at the resource server (RFC 9449 §4.3), each beside a token that is bound to the client's key.
import type { AuthErrorCode, DpopOptions, Presentation } from "../../src/index.ts";
import type { Kit, TokenParts } from "../support/kit.ts";
import {
  bareJwk,
  type ProofParts,
  type ProofPlace,
  proofOf,
  thumbprintOf as thumbprint,
} from "../support/proof.ts";
import { createTestKey, hmac, type TestKey } from "../support/signing.ts";

/** One request, and the answer it must get. */
export interface DpopCase {
  /** The row of the table of attacks. */
  readonly id: string;
  readonly name: string;
  /** How the proof differs from the honest one; or the whole value of the header. */
  readonly proof?: ProofParts | ((place: ProofPlace) => string | readonly string[] | undefined);
  /** How the request differs from `GET /v1/orders?page=2`. */
  readonly shown?: Partial<Presentation>;
  /** How the token differs from one that is bound to the client's key. */
  readonly token?: TokenParts;
  /** Default: {@link publicUrl}. */
  readonly publicUrl?: string;
  /** Options of DPoP. Default: none. */
  readonly dpop?: DpopOptions | "required" | "off";
  /** The client's key. Default: an EC key. */
  readonly client?: keyof typeof clientKeys;
  readonly expect: "accept" | AuthErrorCode;
  /** What the error's sentence says, where the code alone tells too little. */
  readonly because?: RegExp;
}

export const publicUrl = "https://api.example/v1";
const proofUrl = "https://api.example/v1/orders";

/** Keys of clients. */
export const clientKeys = {
  es: createTestKey("client-es", "ES256"),
  es384: createTestKey("client-es384", "ES384"),
  es512: createTestKey("client-es512", "ES512"),
  ed: createTestKey("client-ed", "EdDSA"),
  rs: createTestKey("client-rs", "RS256"),
  ps: createTestKey("client-ps", "PS256"),
  short: createTestKey("client-short", "RS256", 1024),
  other: createTestKey("client-other", "ES256"),
};

const { es, other, rs } = clientKeys;
const privateJwk = (key: TestKey) => key.privateKey.export({ format: "jwk" }) as Record<string, unknown>;
const ip = "invalid_dpop_proof" as const;

const one = (
  id: string,
  name: string,
  proof: DpopCase["proof"],
  expect: DpopCase["expect"] = ip,
): DpopCase => (proof === undefined ? { id, name, expect } : { id, name, proof, expect });
const header = (id: string, name: string, changes: Record<string, unknown>, expect?: DpopCase["expect"]) =>
  one(id, name, { header: changes }, expect);
const claims = (id: string, name: string, changes: Record<string, unknown>, expect?: DpopCase["expect"]) =>
  one(id, name, { claims: changes }, expect);
const aged = (id: string, name: string, seconds: number, expect?: DpopCase["expect"]) =>
  one(id, name, (place) => proofOf(place, { claims: { iat: place.nowSeconds + seconds } }), expect);

const honest: readonly DpopCase[] = [
  { id: "D00", name: "an honest proof", expect: "accept" },
  { id: "D00", name: "an honest proof where DPoP is required", dpop: "required", expect: "accept" },
  ...(["es384", "es512"] as const).map(
    (client): DpopCase => ({
      id: "D00",
      name: `an honest proof by ${clientKeys[client].alg}, which is configured`,
      client,
      dpop: { algorithms: ["ES384", "ES512"] },
      expect: "accept",
    }),
  ),
  ...(["ed", "rs", "ps"] as const).map(
    (client): DpopCase => ({
      id: "D00",
      name: `an honest proof by ${clientKeys[client].alg}`,
      client,
      expect: "accept",
    }),
  ),
  header("D00", "typ with application/", { typ: "application/dpop+jwt" }, "accept"),
  header("D00", "typ in capitals", { typ: "DPoP+JWT" }, "accept"),
  header("D00", "jwk with kid, alg and use", { jwk: es.jwk }, "accept"),
  header(
    "D00",
    "jwk as WebCrypto exports it",
    { jwk: { ...bareJwk(es), ext: true, key_ops: ["verify"] } },
    "accept",
  ),
  header("D00", "a kid beside the jwk", { kid: "client-1" }, "accept"),
  claims("D00", "claims nobody knows", { iss: "client", aud: "x", extra: { a: [1] } }, "accept"),
  {
    id: "D00",
    name: "another method",
    shown: { method: "DELETE" },
    proof: { claims: { htm: "DELETE" } },
    expect: "accept",
  },
];

const forms: readonly DpopCase[] = [
  one("D01", "no DPoP header", () => undefined),
  one("D01", "two DPoP headers", (place) => [proofOf(place), proofOf(place)]),
  one("D01", "the same header twice", (place) => {
    const proof = proofOf(place);
    return [proof, proof];
  }),
  one("D01", "two proofs in one header", (place) => `${proofOf(place)}, ${proofOf(place)}`),
  one("D01", "an empty header", () => ""),
  one("D01", "white space before the proof", (place) => ` ${proofOf(place)}`),
  one("D01", "not a JWT", () => "proof"),
  one("D01", "four segments", (place) => `${proofOf(place)}.x`),
  one("D01", "a payload that is a list", { rawPayload: "[]" }),
  one("D01", "a claim twice", (place) =>
    proofOf(place, { rawPayload: `{"jti":"a","htm":"GET","htm":"POST","htu":"${place.url}","iat":1}` }),
  ),
  one("D01", "longer than 8192 characters", { claims: { pad: "x".repeat(8192) } }),
  one("D01", "not canonical base64url", (place) => `${proofOf(place)}=`),
  header("D02", "typ missing", { typ: undefined }),
  header("D02", "typ JWT", { typ: "JWT" }),
  header("D02", "typ at+jwt", { typ: "at+jwt" }),
  header("D02", "typ not a string", { typ: ["dpop+jwt"] }),
  one("D02", "alg none", { header: { alg: "none" }, sign: () => "AA" }),
  one("D02", "alg none and no signature", (place) => {
    const proof = proofOf(place, { header: { alg: "none" } });
    return proof.slice(0, proof.lastIndexOf(".") + 1);
  }),
  one("D02", "alg HS256 with the public key as secret", {
    header: { alg: "HS256" },
    sign: (input) => hmac("HS256", JSON.stringify(bareJwk(es)), input),
  }),
  header("D02", "alg RS1", { alg: "RS1" }),
  header("D02", "alg missing", { alg: undefined }),
  header("D02", "alg a list", { alg: ["EdDSA"] }),
  header("D02", "alg in lower case", { alg: "es256" }),
  { id: "D02", name: "an alg that is not configured", client: "es384", expect: ip },
  { id: "D02", name: "RS256 where only ES256 is", client: "rs", dpop: { algorithms: ["ES256"] }, expect: ip },
  header("D02", "an alg that is not the key's", { alg: "PS256", jwk: bareJwk(es) }),
  header("D02", "a key that names another alg", { jwk: { ...bareJwk(rs), alg: "PS256" }, alg: "RS256" }),
];

const keys: readonly DpopCase[] = [
  header("D03", "no jwk", { jwk: undefined }),
  header("D03", "kid only", { jwk: undefined, kid: "client-es" }),
  header("D03", "jwk null", { jwk: null }),
  header("D03", "jwk a string", { jwk: JSON.stringify(bareJwk(es)) }),
  header("D03", "jwk a list", { jwk: [bareJwk(es)] }),
  header("D03", "jwk empty", { jwk: {} }),
  header("D03", "jwk with the private d", { jwk: privateJwk(es) }),
  header("D03", "jwk with a private member of RSA", { jwk: { ...bareJwk(es), p: "AQAB" } }),
  header("D03", "jwk oct", { jwk: { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0" } }),
  header("D03", "jwk for encryption", { jwk: { ...bareJwk(es), use: "enc" } }),
  header("D03", "jwk with key_ops of signing alone", { jwk: { ...bareJwk(es), key_ops: ["sign"] } }),
  header("D03", "jwk off its curve", { jwk: { ...bareJwk(es), y: bareJwk(es).x } }),
  { id: "D03", name: "an RSA key of 1024 bits", client: "short", expect: ip },
  header("D03", "x5c in place of jwk", { jwk: undefined, x5c: ["MIIB"] }),
  ...["x5c", "x5u", "jku", "crit", "b64", "zip", "cty", "enc", "epk", "p2c"].map((member) =>
    header("D03", `${member} beside jwk`, { [member]: member === "crit" ? ["exp"] : "x" }),
  ),
  one("D04", "signed by another key", { signer: other }),
  one("D04", "the signature of another proof", (place) => {
    const [head, , signature] = proofOf(place).split(".");
    return `${head}.${proofOf(place).split(".")[1]}.${signature}`;
  }),
  one("D04", "a signature of zeros", { sign: () => new Uint8Array(64) }),
  one("D04", "a signature in DER", (place) => proofOf(place, { sign: () => new Uint8Array(71).fill(48) })),
  one("D04", "signed by another algorithm of the key", { signAs: "ES384" }),
];

const requests: readonly DpopCase[] = [
  claims("D05", "htm of another method", { htm: "POST" }),
  claims("D05", "htm in lower case", { htm: "get" }),
  claims("D05", "htm missing", { htm: undefined }),
  claims("D05", "htm a list", { htm: ["GET"] }),
  claims("D05", "htu of another path", { htu: "https://api.example/v1/users" }),
  claims("D05", "htu of a path below", { htu: "https://api.example/v1/orders/7" }),
  claims("D05", "htu with a slash more", { htu: "https://api.example/v1/orders/" }),
  claims("D05", "htu without the path of publicUrl", { htu: "https://api.example/orders" }),
  claims("D05", "htu in another case of the path", { htu: "https://api.example/v1/Orders" }),
  claims("D05", "htu of another host", { htu: "https://other.example/v1/orders" }),
  claims("D05", "htu of a host that begins the same", { htu: "https://api.example.evil.example/v1/orders" }),
  claims("D05", "htu by http", { htu: "http://api.example/v1/orders" }),
  claims("D05", "htu of another port", { htu: "https://api.example:8443/v1/orders" }),
  claims("D05", "htu with a user", { htu: "https://me@api.example/v1/orders" }),
  claims("D05", "htu with a password alone", { htu: "https://:pw@api.example/v1/orders" }),
  claims("D05", "htu of a port that is none", { htu: "https://api.example:99999/v1/orders" }),
  claims("D05", "htu a path alone", { htu: "/v1/orders" }),
  claims("D05", "htu without a scheme", { htu: "//api.example/v1/orders" }),
  claims("D05", "htu with backslashes", { htu: "https:\\\\api.example\\v1\\orders" }),
  claims("D05", "htu with white space", { htu: " https://api.example/v1/orders" }),
  claims("D05", "htu with a line break", { htu: "https://api.example/v1/ord\ners" }),
  claims("D05", "htu with letters beyond ASCII", { htu: "https://api.example/v1/örders" }),
  claims("D05", "htu with an encoded slash", { htu: "https://api.example/v1%2Forders" }),
  claims("D05", "htu missing", { htu: undefined }),
  claims("D05", "htu empty", { htu: "" }),
  claims("D05", "htu a list", { htu: [proofUrl] }),
  claims("D05", "htu with a query, which is ignored", { htu: `${proofUrl}?page=9` }, "accept"),
  claims("D05", "htu with a fragment, which is ignored", { htu: `${proofUrl}#top` }, "accept"),
  claims("D05", "htu with the default port", { htu: "https://api.example:443/v1/orders" }, "accept"),
  claims("D05", "htu with the host in capitals", { htu: "HTTPS://API.Example/v1/orders" }, "accept"),
  claims("D05", "htu with an encoded letter", { htu: "https://api.example/v1/%6Frders" }, "accept"),
  claims("D05", "htu with dot segments", { htu: "https://api.example/v1/x/../orders" }, "accept"),
  {
    id: "D05",
    name: "htu with encoding in the other case",
    shown: { url: "/a%2fb" },
    proof: { claims: { htu: "https://api.example/v1/a%2Fb" } },
    expect: "accept",
  },
  {
    id: "D05",
    name: "a request for the root, htu without a slash",
    shown: { url: "/" },
    proof: { claims: { htu: "https://api.example/v1/" } },
    expect: "accept",
  },
  {
    id: "D05",
    name: "the whole URL as target, its host not believed",
    shown: { url: "http://evil.example/orders?x" },
    expect: "accept",
  },
  {
    id: "D05",
    name: "htu of the host that the request claims",
    shown: { url: "https://evil.example/orders" },
    proof: { claims: { htu: "https://evil.example/orders" } },
    expect: ip,
  },
  {
    id: "D05",
    name: "a target of two slashes is a path",
    shown: { url: "//evil.example/orders" },
    proof: { claims: { htu: "https://evil.example/orders" } },
    expect: ip,
  },
  ...[
    ["a target of another scheme", "v://x/orders", "https://api.examplev://x/orders"],
    ["a target that goes on with the host's name", ".evil.example/x", "https://api.example.evil.example/x"],
    ["a target that begins with a port", ":444/x", "https://api.example:444/x"],
    ["a target that makes the host a user", "@evil.example/x", "https://api.example@evil.example/x"],
    ["the target *", "*", "https://api.example*"],
    ["an empty target", "", "https://api.example"],
  ].map(
    ([name = "", url = "", htu = ""]): DpopCase => ({
      id: "D05",
      name,
      publicUrl: "https://api.example",
      shown: { url },
      proof: { claims: { htu } },
      expect: ip,
    }),
  ),
  {
    id: "D05",
    name: "the whole URL as target, without a path",
    publicUrl: "https://api.example",
    shown: { url: "https://api.example?page=2" },
    proof: { claims: { htu: "https://api.example/" } },
    expect: "accept",
  },
  claims("D06", "iat missing", { iat: undefined }),
  claims("D06", "iat null", { iat: null }),
  aged("D06", "iat of now", 0, "accept"),
  aged("D06", "iat at the edge of what is too old", -90, "accept"),
  aged("D06", "iat too old by a second", -91),
  aged("D06", "iat at the edge of the future", 30, "accept"),
  aged("D06", "iat in the future by a second too many", 31),
  aged("D06", "iat an hour old", -3600),
  aged("D06", "iat of tomorrow", 86_400),
  one("D06", "iat a string", (place) => proofOf(place, { claims: { iat: String(place.nowSeconds) } })),
  one("D06", "iat in milliseconds", (place) => proofOf(place, { claims: { iat: place.nowSeconds * 1000 } })),
  one("D06", "an exp that has passed", (place) => proofOf(place, { claims: { exp: place.nowSeconds - 31 } })),
  one("D06", "an exp that is no number", { claims: { exp: "never" } }),
  one(
    "D06",
    "an exp to come",
    (place) => proofOf(place, { claims: { exp: place.nowSeconds + 9 } }),
    "accept",
  ),
  one("D06", "an nbf to come", (place) => proofOf(place, { claims: { nbf: place.nowSeconds + 31 } })),
  one("D06", "an nbf that is no number", { claims: { nbf: "now" } }),
  claims("D07", "jti missing", { jti: undefined }),
  claims("D07", "jti empty", { jti: "" }),
  claims("D07", "jti a number", { jti: 7 }),
  claims("D07", "jti of 257 characters", { jti: "x".repeat(257) }),
  claims("D07", "jti of 256 characters", { jti: "y".repeat(256) }, "accept"),
  claims("D07", "jti with a control character", { jti: "a\u0000b" }),
  claims("D08", "ath missing", { ath: undefined }),
  claims("D08", "ath of another token", { ath: "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" }),
  claims("D08", "ath not a string", { ath: [] }),
];

const bindings: readonly DpopCase[] = [
  {
    id: "D09",
    name: "the token is bound to another key",
    proof: (place) => proofOf({ ...place, client: other }),
    expect: "sender_constrained",
  },
  {
    id: "D09",
    name: "a token without cnf by the scheme DPoP",
    token: { claims: { cnf: undefined } },
    expect: "sender_constrained",
  },
  {
    id: "D09",
    name: "a token without cnf as a bearer",
    token: { claims: { cnf: undefined } },
    shown: { scheme: "Bearer" },
    expect: "accept",
  },
  {
    id: "D09",
    name: "a token without cnf as a bearer where DPoP is required",
    token: { claims: { cnf: undefined } },
    shown: { scheme: "Bearer" },
    dpop: "required",
    expect: "sender_constrained",
  },
  {
    id: "D09",
    name: "a jkt in hex",
    token: { claims: { cnf: { jkt: "d1".repeat(32) } } },
    expect: "sender_constrained",
  },
  {
    id: "D09",
    name: "a jkt that is no string",
    token: { claims: { cnf: { jkt: ["x"] } } },
    expect: "sender_constrained",
  },
  {
    id: "D10",
    name: "a bound token as a bearer, its proof beside it",
    shown: { scheme: "Bearer" },
    expect: "sender_constrained",
  },
  {
    id: "D10",
    name: "a bound token as a bearer without a proof",
    shown: { scheme: "Bearer", proof: undefined },
    expect: "sender_constrained",
  },
  { id: "D10", name: "a bound token where DPoP is off", dpop: "off", expect: "sender_constrained" },
  { id: "D11", name: "no nonce where one is required", dpop: { nonce: true }, expect: "use_dpop_nonce" },
  {
    id: "D11",
    name: "a nonce of another server",
    dpop: { nonce: true },
    proof: { claims: { nonce: "eyJ7S_zG.eyJH0-Z.HX4w-7v" } },
    expect: "use_dpop_nonce",
  },
  {
    id: "D11",
    name: "a nonce that is not a string",
    dpop: { nonce: true },
    proof: { claims: { nonce: ["x"] } },
    expect: "use_dpop_nonce",
  },
  {
    id: "D11",
    name: "a nonce that nobody asked for",
    proof: { claims: { nonce: "eyJ7S_zG.eyJH0-Z.HX4w-7v" } },
    expect: "accept",
  },
  claims("D12", "the proof made for the token endpoint", {
    htm: "POST",
    htu: "https://issuer.example/token",
    ath: undefined,
  }),
  {
    id: "D12",
    name: "the proof made for the token endpoint, of the same path here",
    shown: { method: "POST", url: "/token" },
    proof: { claims: { htm: "POST", htu: "https://issuer.example/v1/token" } },
    expect: ip,
  },
];

/** What the log says, where the code alone would not tell which check refused. */
const sentences: Readonly<Record<string, RegExp>> = {
  "no DPoP header": /no DPoP header/,
  "two DPoP headers": /more than one DPoP header/,
  "not a JWT": /not one well-formed JWT/,
  "typ not a string": /typ of the DPoP proof/,
  "alg missing": /alg of the DPoP proof/,
  "alg a list": /alg of the DPoP proof/,
  "jwk null": /has no jwk/,
  "jwk a string": /has no jwk/,
  "jwk a list": /has no jwk/,
  "jwk with the private d": /shows a private key/,
};

export const dpopCases: readonly DpopCase[] = [...honest, ...forms, ...keys, ...requests, ...bindings].map(
  (one) => ({ ...one, ...(sentences[one.name] && { because: sentences[one.name] }) }),
);

/** The token and the presentation of a case. */
export function requestOf(one: DpopCase, kit: Kit): { token: string; presented: Presentation } {
  const client = clientKeys[one.client ?? "es"];
  const jkt = thumbprint(client);
  const token = kit.token({ ...one.token, claims: { cnf: { jkt }, ...one.token?.claims } });
  const method = "GET";
  const place = { client, token, method, url: proofUrl, nowSeconds: kit.nowSeconds };
  const { proof } = one;
  const value = typeof proof === "function" ? proof(place) : proofOf(place, proof);
  return {
    token,
    presented: { scheme: "DPoP", method, url: "/orders?page=2", proof: value, ...one.shown },
  };
}
