// The realm in which people sign in: tokens of seconds, a device grant, logouts that are told, and two levels of authentication.

export const secret = "the-web-client-of-the-suite";
/** Access tokens live so long: their renewal is watched, not imagined. */
export const accessTokenSeconds = 8;

const silver = "level-silver";
const gold = "level-gold";

function client(clientId: string, app: string, attributes: Record<string, string> = {}) {
  return {
    clientId,
    secret,
    protocol: "openid-connect",
    publicClient: false,
    standardFlowEnabled: true,
    directAccessGrantsEnabled: false,
    redirectUris: [`${app}/auth/v2/callback`],
    attributes: {
      "pkce.code.challenge.method": "S256",
      "access.token.lifespan": String(accessTokenSeconds),
      "post.logout.redirect.uris": `${app}/`,
      ...attributes,
    },
  };
}

const step = (
  authenticator: string,
  requirement: string,
  priority: number,
  authenticatorConfig?: string,
) => ({
  authenticator,
  requirement,
  priority,
  ...(authenticatorConfig && { authenticatorConfig }),
});
const inner = (flowAlias: string, requirement: string, priority: number) => ({
  flowAlias,
  authenticatorFlow: true,
  requirement,
  priority,
});
const flow = (alias: string, authenticationExecutions: readonly object[], topLevel = false) => ({
  alias,
  providerId: "basic-flow",
  builtIn: false,
  topLevel,
  authenticationExecutions,
});
const level = "conditional-level-of-authentication";

/** As its administrator's guide builds step-up: the second level asks for the password once more, since a test has no second factor. */
const stepUp = {
  browserFlow: "step-up",
  authenticationFlows: [
    flow("step-up", [step("auth-cookie", "ALTERNATIVE", 10), inner("forms", "ALTERNATIVE", 20)], true),
    flow("forms", [inner(silver, "CONDITIONAL", 10), inner(gold, "CONDITIONAL", 20)]),
    flow(silver, [step(level, "REQUIRED", 10, silver), step("auth-username-password-form", "REQUIRED", 20)]),
    flow(gold, [step(level, "REQUIRED", 10, gold), step("auth-password-form", "REQUIRED", 20)]),
  ],
  authenticatorConfig: [
    { alias: silver, config: { "loa-condition-level": "1", "loa-max-age": "36000" } },
    { alias: gold, config: { "loa-condition-level": "2", "loa-max-age": "36000" } },
  ],
};

/** @param app the application's own address, which Keycloak calls at a logout */
export function loginRealm(realm: string, app: string, { levels = false } = {}) {
  return {
    realm,
    enabled: true,
    sslRequired: "none",
    ssoSessionIdleTimeout: 1800,
    attributes: {
      oauth2DeviceCodeLifespan: "120",
      oauth2DevicePollingInterval: "1",
      ...(levels && { "acr.loa.map": JSON.stringify({ silver: 1, gold: 2 }) }),
    },
    clients: [
      client("web", app, {
        "backchannel.logout.url": `${app}/auth/v2/backchannel-logout`,
        "backchannel.logout.session.required": "true",
      }),
      // Nobody tells this one of a logout.
      client("web-untold", app),
      // Where a client must use PKCE, Keycloak demands it of the device grant as well, for which nothing is specified (RFC 8628).
      client("command", app, {
        "pkce.code.challenge.method": "",
        "oauth2.device.authorization.grant.enabled": "true",
      }),
    ],
    users: [
      {
        username: "alice",
        enabled: true,
        emailVerified: true,
        email: "alice@example.com",
        firstName: "Alice",
        lastName: "Sample",
        credentials: [{ type: "password", value: "alice-password" }],
      },
    ],
    ...(levels && stepUp),
  };
}
