// Sample tokens of Auth0, in both access token profiles (https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles).
import {
  atJwt,
  basics,
  jarmClaims,
  jwt,
  logoutClaims,
  logoutJwt,
  type ProviderToken,
  type SampleContext,
} from "./types.ts";

const web = "ExampleClientId0000000000000001";
const worker = "ExampleClientId0000000000000002";
const ada = "auth0|000000000000000000000001";

function person(context: SampleContext) {
  return {
    ...basics(context),
    aud: [context.audience, `${context.issuer}userinfo`],
    exp: context.now + 86_400,
    sub: ada,
    scope: "openid profile read:orders",
    azp: web,
    permissions: ["read:orders"],
    "https://example.com/roles": ["Admin"],
  };
}

function machine(context: SampleContext) {
  return { ...basics(context), sub: `${worker}@clients`, gty: "client-credentials", azp: worker };
}

function personRfc9068(context: SampleContext) {
  return {
    ...basics(context),
    sub: ada,
    scope: "openid read:orders",
    jti: "73WakrfVexample",
    client_id: web,
    permissions: ["read:orders"],
  };
}

function idToken(context: SampleContext) {
  return {
    ...basics(context),
    sub: ada,
    sid: "session-example",
    name: "Ada Example",
    nickname: "ada",
    email: "ada@example.com",
    email_verified: true,
  };
}

const refused = (id: string, use: ProviderToken["use"], claims: ProviderToken["claims"]): ProviderToken => ({
  id,
  use,
  code: "wrong_token_type",
  header: jwt,
  claims,
});

export const auth0Tokens: readonly ProviderToken[] = [
  { id: "person", use: "access", header: jwt, claims: person },
  {
    id: "person-of-an-organization",
    use: "access",
    header: jwt,
    claims: (context) => ({
      ...person(context),
      aud: context.audience,
      org_id: "org_0000000000000001",
      org_name: "example",
    }),
  },
  { id: "machine", use: "access", header: jwt, claims: machine },
  {
    id: "machine-with-scope",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...machine(context), scope: "read:orders", permissions: ["read:orders"] }),
  },
  { id: "person-rfc9068", use: "access", header: atJwt, claims: personRfc9068 },
  {
    id: "machine-rfc9068",
    use: "access",
    header: atJwt,
    claims: (context) => ({
      ...basics(context),
      sub: `${worker}@clients`,
      jti: "84XblsgWexample",
      client_id: worker,
      scope: "read:orders",
    }),
  },
  {
    id: "dpop-bound",
    use: "access",
    code: "sender_constrained",
    header: atJwt,
    claims: (context) => ({
      ...personRfc9068(context),
      cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },
    }),
  },
  {
    id: "for-the-management-api",
    use: "access",
    code: "invalid_audience",
    header: jwt,
    claims: (context) => ({ ...machine(context), aud: `${context.issuer}api/v2/` }),
  },
  refused("id-token", "id", idToken),
  refused("id-token-of-a-login", "id", (context) => ({
    ...idToken(context),
    nonce: "n-example",
    at_hash: "77Qm-example",
  })),
  // An Action may set `scope` in an ID token: it tells nothing.
  refused("id-token-with-scope", "id", (context) => ({
    ...idToken(context),
    scope: "read:orders",
    "https://example.com/roles": ["Admin"],
  })),
  refused("id-token-of-old-delegation", "id", (context) => ({
    ...idToken(context),
    aud: [context.audience, web],
    azp: web,
  })),
  { ...refused("logout-token", "logout", logoutClaims), header: logoutJwt },
  refused("logout-token-untyped", "logout", (context) => ({ ...logoutClaims(context), azp: web })),
  { ...refused("jarm", "authorization-response", jarmClaims), code: "missing_claim" },
];
