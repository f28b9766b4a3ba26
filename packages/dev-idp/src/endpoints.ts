// The addresses of the provider: one row an endpoint, used for routing, for counting and for failing on request.

/** The endpoints that requests are counted by. */
export type Endpoint =
  | "discovery"
  | "jwks"
  | "authorization"
  | "par"
  | "token"
  | "userinfo"
  | "introspection"
  | "revocation"
  | "device"
  | "logout"
  | "signIn"
  | "other";

/** The provider's own routes, as oidc-provider names them. */
export const routes = {
  authorization: "/authorize",
  pushed_authorization_request: "/par",
  token: "/token",
  userinfo: "/userinfo",
  jwks: "/jwks",
  introspection: "/introspect",
  revocation: "/revoke",
  device_authorization: "/device/authorize",
  code_verification: "/device",
  end_session: "/logout",
} as const;

export const signInPath = "/sign-in";

const table: readonly (readonly [prefix: string, endpoint: Endpoint])[] = [
  ["/.well-known/openid-configuration", "discovery"],
  ["/.well-known/oauth-authorization-server", "discovery"],
  [routes.jwks, "jwks"],
  [routes.authorization, "authorization"],
  [routes.pushed_authorization_request, "par"],
  [routes.token, "token"],
  [routes.userinfo, "userinfo"],
  [routes.introspection, "introspection"],
  [routes.revocation, "revocation"],
  [routes.code_verification, "device"],
  [routes.end_session, "logout"],
  [signInPath, "signIn"],
];

/** The endpoint that a path belongs to; "other" for the home page and everything unknown. */
export function endpointOf(path: string): Endpoint {
  return table.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? "other";
}

/** A count of zero for every endpoint. */
export function noRequests(): Record<Endpoint, number> {
  const counts = { other: 0 } as Record<Endpoint, number>;
  for (const [, endpoint] of table) counts[endpoint] = 0;
  return counts;
}
