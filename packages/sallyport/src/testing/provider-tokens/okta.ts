// Sample tokens of Okta's custom authorization servers (https://developer.okta.com/docs/api/openapi/okta-oauth/).
import {
  atJwt,
  basics,
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
    ver: 1,
    jti: "AT.0example0example0example",
    cid: "0oa00000000000000001",
    uid: "00u00000000000000001",
    scp: ["openid", "profile", "orders:read"],
    auth_time: context.now - 10,
    sub: "ada@example.com",
  };
}

function application(context: SampleContext) {
  return {
    ...basics(context),
    ver: 1,
    jti: "AT.1example1example1example",
    cid: "0oa00000000000000002",
    scp: ["orders:read"],
    sub: "0oa00000000000000002",
  };
}

function idToken(context: SampleContext) {
  return {
    ...basics(context),
    ver: 1,
    jti: "ID.0example0example0example",
    amr: ["pwd"],
    auth_time: context.now - 10,
    idp: "00o00000000000000001",
    sub: "00u00000000000000001",
    name: "Ada Example",
    email: "ada@example.com",
    preferred_username: "ada@example.com",
    groups: ["Everyone", "Admins"],
  };
}

export const oktaTokens: readonly ProviderToken[] = [
  { id: "person", use: "access", header: untyped, claims: person },
  {
    id: "person-with-groups",
    use: "access",
    header: untyped,
    claims: (context) => ({ ...person(context), groups: ["Everyone", "Admins"] }),
  },
  { id: "person-at-jwt", use: "access", header: atJwt, claims: person },
  { id: "application", use: "access", header: untyped, claims: application },
  {
    id: "dpop-bound",
    use: "access",
    code: "sender_constrained",
    header: untyped,
    claims: (context) => ({
      ...person(context),
      cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },
    }),
  },
  {
    id: "of-the-org-server",
    use: "internal",
    code: "wrong_token_type",
    header: { typ: "application/okta-internal-at+jwt" },
    claims: person,
  },
  { id: "id-token", use: "id", code: "wrong_token_type", header: untyped, claims: idToken },
  { id: "id-token-typed", use: "id", code: "wrong_token_type", header: jwt, claims: idToken },
  {
    id: "id-token-of-a-login",
    use: "id",
    code: "wrong_token_type",
    header: untyped,
    claims: (context) => ({ ...idToken(context), nonce: "n-example", at_hash: "77QmUPtjPfz-example" }),
  },
  {
    // Were a custom claim able to take a reserved name, the ID token's own would still show what it is.
    id: "id-token-dressed-up",
    use: "id",
    code: "wrong_token_type",
    header: untyped,
    claims: (context) => ({ ...idToken(context), cid: "0oa00000000000000001", scp: ["orders:read"] }),
  },
  { id: "logout-token", use: "logout", code: "wrong_token_type", header: logoutJwt, claims: logoutClaims },
  {
    id: "security-event",
    use: "security-event",
    code: "wrong_token_type",
    header: { typ: "secevent+jwt" },
    claims: logoutClaims,
  },
  {
    id: "assertion-grant",
    use: "grant",
    code: "wrong_token_type",
    header: { typ: "oauth-id-jag+jwt" },
    claims: (context) => ({ ...person(context), client_id: "0oa00000000000000001" }),
  },
];
