// Sample tokens of an issuer that keeps to RFC 9068.
import {
  atJwt,
  basics,
  jarmClaims,
  jwt,
  logoutClaims,
  logoutJwt,
  type ProviderToken,
  type SampleContext,
  untyped,
} from "./types.ts";

function person(context: SampleContext) {
  return {
    ...basics(context),
    sub: "user-1",
    client_id: "web-app",
    jti: "token-1",
    scope: "orders:read orders:write",
    auth_time: context.now - 60,
    acr: "urn:example:silver",
    roles: ["Reader"],
    groups: ["staff"],
    name: "Ada Example",
    email: "ada@example.com",
    preferred_username: "ada",
  };
}

function idToken(context: SampleContext) {
  return { ...basics(context), sub: "user-1", auth_time: context.now - 60, name: "Ada Example" };
}

export const rfc9068Tokens: readonly ProviderToken[] = [
  { id: "person", use: "access", header: atJwt, claims: person },
  { id: "full-media-type", use: "access", header: { typ: "application/at+jwt" }, claims: person },
  {
    id: "client",
    use: "access",
    header: atJwt,
    claims: (context) => ({
      ...basics(context),
      sub: "worker",
      client_id: "worker",
      jti: "token-2",
      scope: "orders:read",
    }),
  },
  {
    id: "delegated",
    use: "access",
    header: atJwt,
    claims: (context) => ({
      ...person(context),
      aud: [context.audience, "https://other.example"],
      act: { sub: "agent-1", client_id: "agent", act: { sub: "gateway-1" } },
    }),
  },
  {
    id: "dpop-bound",
    use: "access",
    code: "sender_constrained",
    header: atJwt,
    claims: (context) => ({
      ...person(context),
      cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },
    }),
  },
  { id: "id-token", use: "id", code: "wrong_token_type", header: jwt, claims: idToken },
  {
    id: "id-token-of-a-login",
    use: "id",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...person(context), nonce: "n-0S6", at_hash: "77QmUPtjPfzWtF2AnpK9RQ" }),
  },
  { id: "id-token-untyped", use: "id", code: "wrong_token_type", header: untyped, claims: person },
  { id: "logout-token", use: "logout", code: "wrong_token_type", header: logoutJwt, claims: logoutClaims },
  {
    id: "security-event",
    use: "security-event",
    code: "wrong_token_type",
    header: { typ: "secevent+jwt" },
    claims: logoutClaims,
  },
  {
    id: "refresh-token",
    use: "refresh",
    code: "wrong_token_type",
    header: { typ: "rt+jwt" },
    claims: person,
  },
  { id: "userinfo", use: "userinfo", code: "wrong_token_type", header: jwt, claims: idToken },
  { id: "jarm", use: "authorization-response", code: "wrong_token_type", header: jwt, claims: jarmClaims },
  {
    id: "client-assertion",
    use: "grant",
    code: "wrong_token_type",
    header: { typ: "client-authentication+jwt" },
    claims: (context) => ({ ...basics(context), sub: "worker", client_id: "worker", jti: "token-3" }),
  },
  {
    id: "introspection-answer",
    use: "internal",
    code: "wrong_token_type",
    header: { typ: "token-introspection+jwt" },
    claims: (context) => ({ ...person(context), token_introspection: { active: true, sub: "user-1" } }),
  },
];
