// Trusted issuers → Security Scheme Objects, and ways in → Security Requirement Objects.
import type { IssuerMetadata } from "../verify/index.ts";
import type { SchemeOptions } from "./options.ts";
import { type Rule, waysIn } from "./rule.ts";
import type { SecurityRequirement, SecurityScheme } from "./types.ts";

/** An issuer with its place in the document. */
export interface Scheme {
  readonly issuer: IssuerMetadata;
  readonly options: SchemeOptions & { readonly name: string };
}

/**
 * The scheme of an issuer: the authorization code flow where its endpoints are known, else OpenID Connect, which needs
 * only the issuer; a bearer token where there is neither (keys or a secret in the configuration).
 */
export function securityScheme({ issuer, options }: Scheme, used: Iterable<string>): SecurityScheme {
  const {
    authorizationUrl,
    tokenUrl,
    openIdConnectUrl,
    description,
    scopes = {},
    scopePrefix = "",
  } = options;
  const told = description ?? `Access tokens of ${issuer.issuer}`;
  const endpoints =
    authorizationUrl !== undefined && tokenUrl !== undefined
      ? { authorizationUrl, tokenUrl }
      : openIdConnectUrl === undefined
        ? issuer.endpoints
        : undefined;
  if (endpoints) {
    // Without any scope a provider may have nothing to grant (RFC 6749 §3.3).
    const names = [...new Set(["openid", ...Object.keys(scopes), ...issuer.requiredScopes, ...used])];
    const listed = names.map((name) => [atProvider(name, scopePrefix), scopes[name] ?? ""] as const);
    return {
      type: "oauth2",
      description: told,
      flows: {
        authorizationCode: {
          authorizationUrl: endpoints.authorizationUrl,
          tokenUrl: endpoints.tokenUrl,
          scopes: Object.fromEntries(listed),
        },
      },
    };
  }
  const discovery = openIdConnectUrl ?? issuer.discoveryUrl;
  if (discovery !== undefined)
    return { type: "openIdConnect", description: told, openIdConnectUrl: discovery };
  return { type: "http", scheme: "bearer", bearerFormat: "JWT", description: told };
}

/** The name of the scheme that stands for a session. */
export const sessionScheme = "session";

/** What a browser has to show for a session. */
export function sessionSecurity(cookie: string): SecurityScheme {
  const description = "The session of whoever signed in: browsers send it by themselves";
  return { type: "apiKey", in: "cookie", name: cookie, description };
}

/**
 * The ways in of a route: each of one issuer, and a session where such is taken; an empty one where nobody in particular may
 * come, too.
 */
export function securityOf(
  schemes: readonly Scheme[],
  { needed, optional, by }: Rule,
  sessions: boolean,
): SecurityRequirement[] {
  const byToken = by === "session" ? [] : byTokens(schemes, needed);
  const bySession = sessions && by !== "token" ? [{ [sessionScheme]: [] }] : [];
  return [...byToken, ...bySession, ...(optional ? [{}] : [])];
}

function byTokens(schemes: readonly Scheme[], needed: Rule["needed"]): SecurityRequirement[] {
  const ways = waysIn(needed).flatMap(({ issuer, scopes }) =>
    schemes
      .filter((scheme) => issuer === undefined || scheme.issuer.accepted.includes(issuer))
      .map((scheme) => oneWay(scheme, scopes)),
  );
  // An empty list would say that the route is open: what nobody can meet is shown as any token's.
  const some = ways.length > 0 ? ways : schemes.map((scheme) => oneWay(scheme, []));
  const keys = some.map((way) => JSON.stringify(way));
  return some.filter((way, index) => keys.indexOf(JSON.stringify(way)) === index);
}

function oneWay({ issuer, options }: Scheme, scopes: readonly string[]): SecurityRequirement {
  // Of other types than these two, OpenAPI 3.0 wants the list empty.
  const bearer =
    issuer.discoveryUrl === undefined && (options.authorizationUrl ?? options.openIdConnectUrl) === undefined;
  const all = bearer ? [] : [...new Set([...issuer.requiredScopes, ...scopes])];
  return { [options.name]: all.map((name) => atProvider(name, options.scopePrefix ?? "")) };
}

/** OpenID Connect's own scopes are everywhere the same. */
function atProvider(scope: string, prefix: string): string {
  return ["openid", "profile", "email", "address", "phone", "offline_access"].includes(scope)
    ? scope
    : prefix + scope;
}
