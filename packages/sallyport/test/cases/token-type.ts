// Token-type confusion: an issuer signs many kinds of tokens with one key, and only one kind opens an API.
import { anyOf, kind } from "../../src/index.ts";
import type { Kit } from "../support/kit.ts";
import { base64url } from "../support/signing.ts";
import type { TokenCase } from "./types.ts";

const wrongType = (
  id: string,
  name: string,
  token: TokenCase["token"],
  more: Partial<TokenCase> = {},
): TokenCase => ({
  id,
  name,
  token,
  expect: "wrong_token_type",
  requests: 0,
  ...more,
});
const typed =
  (typ: unknown, claims: Record<string, unknown> = {}) =>
  (kit: Kit) =>
    kit.token({ header: { typ }, claims });

const idTokenClaims = { nonce: "n-0S6_WzA2Mj", at_hash: "77QmUPtjPfzWtF2AnpK9RQ", auth_time: 1_795_262_000 };
const logoutEvent = {
  events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  sid: "08a5019c-17e1",
};
const thumbprint = base64url(Buffer.alloc(32, 5));

export const tokenTypeCases: readonly TokenCase[] = [
  wrongType("T01", "an ID token, typ JWT", typed("JWT", idTokenClaims)),
  wrongType("T01", "an ID token without typ", typed(undefined, idTokenClaims)),
  wrongType("T01", "an ID token whose audience includes the API", (kit) =>
    kit.token({
      header: { typ: "JWT" },
      claims: { ...idTokenClaims, aud: ["client", kit.audience], azp: "s6BhdRkqt3-client" },
    }),
  ),
  wrongType("T02", "typ missing", typed(undefined)),
  wrongType("T02", "typ JWT", typed("JWT")),
  wrongType("T02", "typ jwt", typed("jwt")),
  wrongType("T02", "typ JOSE", typed("JOSE")),
  ...["application/at+jwt", "AT+JWT", "At+Jwt", "Application/At+Jwt", "APPLICATION/AT+JWT"].map(
    (typ): TokenCase => ({
      id: "T03",
      name: `typ ${typ}`,
      token: typed(typ),
      expect: "accept",
    }),
  ),
  ...[
    "at+jwt2",
    "xat+jwt",
    "text/at+jwt",
    "at+jwt;x=1",
    "application/application/at+jwt",
    "application/",
    "application/x/at+jwt",
    "/at+jwt",
    "at-jwt",
    "at+jws",
    "at",
    "+jwt",
  ].map((typ) => wrongType("T04", `typ ${typ}`, typed(typ))),
  ...[
    ["at+jwt"],
    { typ: "at+jwt" },
    1,
    true,
    null,
    "",
    "at+jwt ",
    " at+jwt",
    "at+jwt\u0000",
    "аt+jwt",
    "at+ȷwt",
    "x".repeat(300),
  ].map(
    (typ): TokenCase => ({
      id: "T04",
      name: `typ ${JSON.stringify(typ).slice(0, 24)}`,
      token: typed(typ),
      expect: "malformed_token",
    }),
  ),
  wrongType("T05", "a logout token", typed("logout+jwt", logoutEvent)),
  wrongType("T05", "a logout token with the old type", typed("JWT", logoutEvent)),
  wrongType("T06", "a DPoP proof", (kit) =>
    kit.token({ header: { typ: "dpop+jwt" }, claims: { htm: "GET", htu: kit.audience } }),
  ),
  wrongType("T07", "a security event token", typed("secevent+jwt", logoutEvent)),
  wrongType("T08", "a client assertion", (kit) =>
    kit.token({
      header: { typ: "JWT" },
      claims: { iss: kit.issuer, sub: "s6BhdRkqt3-client", aud: `${kit.issuer}/token` },
    }),
  ),
  wrongType("T08", "a client assertion, typed", typed("client-authentication+jwt")),
  {
    id: "T08",
    name: "a client assertion that a client signs itself",
    token: (kit) => kit.token({ claims: { iss: "s6BhdRkqt3-client", sub: "s6BhdRkqt3-client" } }),
    expect: "invalid_issuer",
  },
  wrongType("T09", "a request object", typed("oauth-authz-req+jwt", { response_type: "code" })),
  wrongType(
    "T09",
    "an authorization response (JARM)",
    typed("JWT", { code: "SplxlOBeZQQYbYS6WxSbIA", state: "af0ifjsldkj" }),
  ),
  wrongType(
    "T09",
    "an introspection response",
    typed("token-introspection+jwt", { token_introspection: { active: true } }),
  ),
  wrongType("T09", "a userinfo response", typed(undefined, { iat: undefined, exp: undefined })),
  wrongType("T09", "an entity statement", typed("entity-statement+jwt")),
  wrongType("T09", "a verifiable credential", typed("dc+sd-jwt")),
  {
    ...wrongType(
      "T11",
      "an access token where ID tokens are wanted",
      typed("at+jwt", { ...idTokenClaims, iss: "https://accounts.google.com" }),
    ),
    config: () => ({ preset: "google-id-token", issuer: "https://accounts.google.com" }),
    honestAfterwards: false,
  },
  {
    id: "T13",
    name: "an access token for another API",
    token: (kit) => kit.token({ claims: { aud: "https://other-api.example" } }),
    expect: "invalid_audience",
  },
  {
    id: "T13",
    name: "an access token for the userinfo endpoint",
    token: (kit) => kit.token({ claims: { aud: `${kit.issuer}/userinfo` } }),
    expect: "invalid_audience",
  },
  wrongType("T14", "a refresh token, typed", typed("rt+jwt")),
  wrongType("T14", "a refresh token, not typed", typed(undefined, { use: "refresh", token_use: "refresh" })),
  wrongType("T14", "a Keycloak refresh token", typed("JWT", { typ: "Refresh", azp: "s6BhdRkqt3-client" }), {
    config: () => ({ preset: "keycloak" }),
    requests: 2,
    honestAfterwards: false,
  }),
  wrongType("T14", "a Keycloak offline token", typed("JWT", { typ: "Offline", azp: "s6BhdRkqt3-client" }), {
    config: () => ({ preset: "keycloak" }),
    requests: 2,
    honestAfterwards: false,
  }),
  ...[
    ["T15", "bound to a DPoP key", { jkt: thumbprint }],
    ["T16", "bound to a certificate", { "x5t#S256": thumbprint }],
    ["T17", "bound in a way nobody knows", { foo: 1 }],
    ["T17", "bound to a key itself", { jwk: { kty: "RSA" } }],
    ["T17", "cnf empty", {}],
    ["T17", "cnf null", null],
    ["T17", "cnf a string", "x"],
    ["T17", "cnf a list", []],
    ["T17", "cnf false", false],
  ].map(
    ([id, name, cnf]): TokenCase => ({
      id: id as string,
      name: name as string,
      token: (kit) => kit.token({ claims: { cnf } }),
      expect: "sender_constrained",
    }),
  ),
  {
    id: "T18",
    name: "a service where a person is required",
    token: (kit) => kit.token({ claims: { sub: "s6BhdRkqt3-client" } }),
    needs: kind("user"),
    expect: "insufficient_permissions",
  },
  {
    id: "T18",
    name: "a service where a service is required",
    token: (kit) => kit.token({ claims: { sub: "s6BhdRkqt3-client" } }),
    needs: anyOf(kind("service"), kind("workload")),
    expect: "accept",
    gives: { kind: "service" },
  },
  {
    id: "T18",
    name: "a person where a person is required",
    token: (kit) => kit.token(),
    needs: kind("user"),
    expect: "accept",
    gives: { kind: "user" },
  },
];
