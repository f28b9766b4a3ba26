// What may be told of a trusted issuer in a document that anyone may read.
import { isUrl } from "../../options.ts";
import type { IssuerPolicy } from "./issuers.ts";
import { isLoopbackUrl, isPrivateUrl } from "./urls.ts";

/** Where people sign in, and where their codes become tokens. */
export interface LoginEndpoints {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
}

/** What may be told of a trusted issuer: nothing of it is secret, or an address that only this application uses. */
export interface IssuerMetadata {
  readonly issuer: string;
  /** Every `iss` that is accepted. */
  readonly accepted: readonly string[];
  /** The discovery document as callers reach it; `undefined` where keys or a secret are configured. */
  readonly discoveryUrl: string | undefined;
  /** Known once the discovery document has been read. */
  readonly endpoints: LoginEndpoints | undefined;
  /** What every token needs, by configuration. */
  readonly requiredScopes: readonly string[];
  readonly requiredPermissions: readonly string[];
}

/** An issuer's policy, as others may see it. */
export function issuerMetadata(policy: IssuerPolicy, endpoints: LoginEndpoints | undefined): IssuerMetadata {
  const { name: issuer, accepted, requiredScopes, requiredPermissions, options } = policy;
  return {
    issuer,
    accepted: [...accepted.keys()],
    discoveryUrl: options.jwks || options.secret !== undefined ? undefined : callersDiscoveryUrl(policy),
    endpoints,
    requiredScopes,
    requiredPermissions,
  };
}

/**
 * The login endpoints of a discovery document. One on the host that `discoveryUrl` names, where callers know the issuer by
 * another name, is as much out of their reach as that host is.
 */
export function loginEndpoints(
  { authorization_endpoint: authorizationUrl, token_endpoint: tokenUrl }: Readonly<Record<string, unknown>>,
  policy: IssuerPolicy,
): LoginEndpoints | undefined {
  return isForCallers(authorizationUrl, policy) && isForCallers(tokenUrl, policy)
    ? { authorizationUrl, tokenUrl }
    : undefined;
}

function isForCallers(url: unknown, { name, discoveryUrl, options }: IssuerPolicy): url is string {
  if (!isUrl(url)) return false;
  const { protocol, host, username, password } = new URL(url);
  if (username || password) return false;
  const publicHost = new URL(name).host;
  if (host !== publicHost && (host === new URL(discoveryUrl).host || isPrivateUrl(url))) return false;
  return (
    protocol === "https:" ||
    (protocol === "http:" && options.insecureAllowLoopback === true && isLoopbackUrl(url))
  );
}

/** Where `discoveryUrl` is on another host than the issuer, or has a query, it is this application's own business. */
function callersDiscoveryUrl({ name, discoveryUrl, wellKnown }: IssuerPolicy): string {
  const { origin, search } = new URL(discoveryUrl);
  return origin === new URL(name).origin && !search ? discoveryUrl : wellKnown;
}
