// The realms of the suite, as Keycloak's admin interface takes them.

export const api = "orders-api";
/** Where a login ends: nobody listens there, the address alone is read. */
export const redirectUri = "http://127.0.0.1/callback";
export const secret = "a-secret-of-the-suite";

const mapper = (name: string, protocolMapper: string, config: Record<string, string>) => ({
  name,
  protocol: "openid-connect",
  protocolMapper,
  config,
});

const audience = (name: string, tokens: Record<string, string> = {}) =>
  mapper(`audience ${name}`, "oidc-audience-mapper", {
    "included.custom.audience": name,
    "access.token.claim": "true",
    "introspection.token.claim": "true",
    ...tokens,
  });

/** Keycloak puts client roles and realm roles into access tokens only; here the ID token looks as much like one as it can. */
const idTokenAlike = [
  audience(api, { "id.token.claim": "true", "lightweight.claim": "true" }),
  mapper("realm roles", "oidc-usermodel-realm-role-mapper", {
    "claim.name": "realm_access.roles",
    "jsonType.label": "String",
    multivalued: "true",
    "id.token.claim": "true",
    "userinfo.token.claim": "true",
  }),
];

const subOfLightweight = mapper("sub", "oidc-sub-mapper", {
  "access.token.claim": "true",
  "lightweight.claim": "true",
});

interface Client {
  readonly clientId: string;
  readonly [option: string]: unknown;
}

function client(
  clientId: string,
  { attributes, ...options }: { attributes?: Record<string, string>; [option: string]: unknown },
): Client {
  return {
    clientId,
    protocol: "openid-connect",
    publicClient: false,
    secret,
    standardFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: false,
    redirectUris: [redirectUri],
    protocolMappers: [audience(api)],
    // The default of what an administrator's form makes, which the interface does not have.
    attributes: { "access.token.header.type.rfc9068": "false", ...attributes },
    ...options,
  };
}

/** People log in at these. */
const login = { standardFlowEnabled: true };
/** These speak for themselves. */
const service = { serviceAccountsEnabled: true };
const lightweight = { "client.use.lightweight.access.token.enabled": "true" };

function clients(logoutUrl: string): Client[] {
  return [
    client("shop", {
      ...login,
      protocolMappers: idTokenAlike,
      attributes: {
        "pkce.code.challenge.method": "S256",
        "backchannel.logout.url": logoutUrl,
        "backchannel.logout.session.required": "true",
        "user.info.response.signature.alg": "RS256",
      },
    }),
    client("shop-at-jwt", { ...login, attributes: { "access.token.header.type.rfc9068": "true" } }),
    client("shop-light", { ...login, attributes: lightweight, protocolMappers: idTokenAlike }),
    client("shop-light-sub", {
      ...login,
      attributes: lightweight,
      protocolMappers: [...idTokenAlike, subOfLightweight],
    }),
    client("shop-elsewhere", {
      ...login,
      fullScopeAllowed: false,
      protocolMappers: [audience("invoices-api")],
    }),
    client("shop-nowhere", { ...login, fullScopeAllowed: false, protocolMappers: [] }),
    client("shop-unmapped", { ...login, protocolMappers: [] }),
    client("shop-dpop", { ...login, ...service, attributes: { "dpop.bound.access.tokens": "true" } }),
    client("worker", service),
    client("worker-refreshing", {
      ...service,
      attributes: { "client_credentials.use_refresh_token": "true" },
    }),
    client("worker-at-jwt", { ...service, attributes: { "access.token.header.type.rfc9068": "true" } }),
    // The API itself: its client roles are those of its callers, and it may introspect what names it.
    client(api, {}),
    client("invoices-api", {}),
  ];
}

const person = (username: string, realmRoles: string[], clientRoles: Record<string, string[]>) => ({
  username,
  enabled: true,
  emailVerified: true,
  email: `${username}@example.com`,
  firstName: "Sample",
  lastName: "Person",
  realmRoles,
  clientRoles,
  credentials: [{ type: "password", value: `${username}-password` }],
});

export function realmOf(realm: string, logoutUrl: string) {
  return {
    realm,
    enabled: true,
    sslRequired: "none",
    // Longer than the tests' clock goes ahead.
    accessTokenLifespan: 86_400,
    ssoSessionIdleTimeout: 86_400,
    ssoSessionMaxLifespan: 86_400,
    roles: {
      realm: [{ name: "clerk" }, { name: "auditor" }],
      client: { [api]: [{ name: "refund" }], "invoices-api": [{ name: "void" }] },
    },
    clients: clients(logoutUrl),
    users: [
      person("ada", ["clerk"], { [api]: ["refund"], "invoices-api": ["void"] }),
      person("ben", ["auditor"], {}),
      {
        username: "service-account-worker",
        enabled: true,
        serviceAccountClientId: "worker",
        realmRoles: ["clerk"],
        clientRoles: { [api]: ["refund"] },
      },
    ],
  };
}
