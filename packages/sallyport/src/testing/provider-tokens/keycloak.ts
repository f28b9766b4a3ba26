// Sample tokens of Keycloak (https://www.keycloak.org/docs/latest/server_admin/).
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

const session = "00000000-0000-4000-8000-00000000000b";

function person(context: SampleContext) {
  const { audience, now } = context;
  return {
    ...basics(context),
    aud: [audience, "account"],
    exp: now + 300,
    auth_time: now - 10,
    jti: "onrtac:00000000-0000-4000-8000-000000000001",
    sub: "00000000-0000-4000-8000-00000000000a",
    typ: "Bearer",
    azp: "web-app",
    sid: session,
    acr: "1",
    "allowed-origins": ["https://app.example.com"],
    realm_access: { roles: ["offline_access", "editor"] },
    resource_access: {
      [audience]: { roles: ["reader"] },
      account: { roles: ["manage-account"] },
      "other-api": { roles: ["admin"] },
    },
    scope: "openid profile email",
    email_verified: true,
    name: "Ada Example",
    preferred_username: "ada",
    given_name: "Ada",
    family_name: "Example",
    email: "ada@example.com",
  };
}

function serviceAccount(context: SampleContext) {
  const { audience, now } = context;
  return {
    ...basics(context),
    aud: [audience, "account"],
    exp: now + 300,
    jti: "trrtcc:00000000-0000-4000-8000-000000000002",
    sub: "00000000-0000-4000-8000-0000000000aa",
    typ: "Bearer",
    azp: "worker",
    acr: "1",
    "allowed-origins": ["/*"],
    realm_access: { roles: ["editor"] },
    resource_access: { [audience]: { roles: ["reader"] } },
    scope: "profile email",
    email_verified: false,
    clientHost: "192.0.2.10",
    clientAddress: "192.0.2.10",
    client_id: "worker",
    preferred_username: "service-account-worker",
  };
}

function lightweight(context: SampleContext) {
  return {
    ...basics(context),
    jti: "onltac:00000000-0000-4000-8000-000000000003",
    typ: "Bearer",
    azp: "web-app",
    sid: session,
    scope: "openid profile email",
  };
}

/** Realm and client roles are put into the ID token where a mapper says so, and the API's name into its `aud`. */
function idToken(context: SampleContext) {
  const { azp, realm_access, resource_access, name, preferred_username, auth_time, acr, sub } =
    person(context);
  return {
    ...basics(context),
    jti: "00000000-0000-4000-8000-000000000004",
    typ: "ID",
    sid: session,
    ...{ azp, realm_access, resource_access, name, preferred_username, auth_time, acr, sub },
  };
}

const without = (claims: Record<string, unknown>, ...names: string[]) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));

const internal = (id: string, typ: string): ProviderToken => ({
  id,
  use: "internal",
  code: "wrong_token_type",
  header: jwt,
  claims: (context) => ({ ...person(context), typ }),
});

export const keycloakTokens: readonly ProviderToken[] = [
  { id: "person", use: "access", header: jwt, claims: person },
  { id: "person-at-jwt", use: "access", header: atJwt, claims: person },
  {
    id: "lower-case-type",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...person(context), typ: "bearer" }),
  },
  {
    id: "before-25",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...person(context), nbf: 0, nonce: "n-example", session_state: session }),
  },
  {
    id: "realm-roles-as-groups",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...person(context), upn: "ada", groups: ["offline_access", "editor"] }),
  },
  {
    id: "permissions-of-uma",
    use: "access",
    header: jwt,
    claims: (context) => ({
      ...person(context),
      authorization: { permissions: [{ rsid: "r-1", rsname: "Order 1", scopes: ["view"] }] },
    }),
  },
  {
    id: "person-with-fixed-client-id",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...person(context), client_id: "web-app" }),
  },
  {
    id: "exchanged",
    use: "access",
    header: jwt,
    // The session of the token that was exchanged, the grant of the exchange.
    claims: (context) => ({
      ...without(person(context), "auth_time"),
      azp: "worker",
      jti: "ntrtte:00000000-0000-4000-8000-000000000007",
    }),
  },
  {
    id: "exchanged-service-account",
    use: "access",
    header: jwt,
    // What told the account is the first client's; that there is no session is left.
    claims: (context) => ({
      ...without(serviceAccount(context), "client_id", "clientHost", "clientAddress"),
      azp: "orders",
      jti: "trrtte:00000000-0000-4000-8000-000000000008",
    }),
  },
  {
    id: "lightweight-service-account",
    use: "access",
    header: jwt,
    claims: (context) => ({
      ...without(lightweight(context), "sid"),
      azp: "worker",
      jti: "trltcc:00000000-0000-4000-8000-000000000009",
      sub: "00000000-0000-4000-8000-0000000000aa",
    }),
  },
  {
    id: "lightweight-with-sub",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...lightweight(context), sub: "00000000-0000-4000-8000-00000000000a" }),
  },
  { id: "service-account", use: "access", header: jwt, claims: serviceAccount },
  {
    id: "service-account-before-23",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...without(serviceAccount(context), "client_id"), clientId: "worker" }),
  },
  {
    id: "service-account-with-session",
    use: "access",
    header: jwt,
    claims: (context) => ({ ...serviceAccount(context), sid: session }),
  },
  { id: "lightweight", use: "access", code: "missing_claim", header: jwt, claims: lightweight },
  {
    id: "without-audience",
    use: "access",
    code: "missing_claim",
    header: jwt,
    claims: (context) => without(serviceAccount(context), "aud"),
  },
  {
    id: "dpop-bound",
    use: "access",
    code: "sender_constrained",
    header: jwt,
    claims: (context) => ({
      ...person(context),
      typ: "DPoP",
      cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },
    }),
  },
  { id: "id-token", use: "id", code: "wrong_token_type", header: jwt, claims: idToken },
  {
    id: "id-token-of-a-login",
    use: "id",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...idToken(context), nonce: "n-example", at_hash: "77QmUPtjPfzWtF2AnpK9RQ" }),
  },
  {
    id: "logout-token",
    use: "logout",
    code: "wrong_token_type",
    header: logoutJwt,
    claims: (context) => ({ ...logoutClaims(context), typ: "Logout" }),
  },
  {
    id: "logout-token-before-26",
    use: "logout",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...logoutClaims(context), typ: "Logout", azp: "web-app" }),
  },
  { ...internal("refresh-token", "Refresh"), use: "refresh" },
  { ...internal("offline-token", "Offline"), use: "refresh" },
  internal("initial-access-token", "InitialAccessToken"),
  internal("registration-access-token", "RegistrationAccessToken"),
  internal("identity-cookie", "Serialized-ID"),
  internal("action-token", "execute-actions"),
  {
    id: "permission-ticket",
    use: "internal",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...without(person(context), "typ"), permissions: [{ rsid: "r-1" }] }),
  },
  {
    id: "userinfo",
    use: "userinfo",
    code: "missing_claim",
    header: jwt,
    claims: (context) => without(person(context), "typ", "azp", "exp", "iat", "jti"),
  },
  {
    id: "userinfo-with-times",
    use: "userinfo",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => without(person(context), "typ", "azp"),
  },
  { id: "jarm", use: "authorization-response", code: "missing_claim", header: jwt, claims: jarmClaims },
  {
    id: "docker-registry-token",
    use: "internal",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({
      ...basics(context),
      sub: "ada",
      jti: "00000000-0000-4000-8000-000000000005",
      access: [{ type: "repository", name: "orders", actions: ["pull"] }],
    }),
  },
  {
    id: "admin-push",
    use: "internal",
    code: "missing_claim",
    header: jwt,
    claims: ({ now }) => ({ id: "a-1", action: "LOGOUT", resource: "web-app", expiration: now + 60 }),
  },
  {
    id: "assertion-grant",
    use: "grant",
    code: "wrong_token_type",
    header: { typ: "oauth-id-jag+jwt" },
    claims: (context) => ({ ...person(context), client_id: "web-app" }),
  },
  {
    id: "verifiable-credential",
    use: "internal",
    code: "wrong_token_type",
    header: { typ: "dc+sd-jwt" },
    claims: person,
  },
];
