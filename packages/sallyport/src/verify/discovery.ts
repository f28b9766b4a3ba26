// OpenID Connect Discovery: from an issuer to its key set's URL.
import { AuthError } from "../errors.ts";
import type { FetchedDocument } from "./fetch-document.ts";
import type { IssuerPolicy } from "./issuers.ts";
import { isLoopbackUrl, isPrivateUrl } from "./urls.ts";

/**
 * Makes the `locate` of an issuer's remote keys: the configured `jwksUri`, or the one its metadata states. Nothing else
 * of the metadata is used: algorithms come from the configuration, so a changed document can't widen them.
 */
export function createLocator(
  policy: IssuerPolicy,
): (get: (url: string) => Promise<FetchedDocument>) => Promise<string> {
  const { jwksUri } = policy.options;
  if (jwksUri !== undefined) return async () => jwksUri;
  return async (get) => readMetadata((await discover(policy, get)).document, policy);
}

async function discover(
  policy: IssuerPolicy,
  get: (url: string) => Promise<FetchedDocument>,
): Promise<FetchedDocument> {
  try {
    return await get(policy.discoveryUrl);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "";
    throw new AuthError("discovery_failed", `The metadata document cannot be had: ${why}`, { cause });
  }
}

/**
 * @throws AuthError `discovery_failed` where the document is another issuer's (OIDC Discovery §4.3, compared to the
 * letter), or names no key set that may be fetched
 */
function readMetadata(document: Readonly<Record<string, unknown>>, policy: IssuerPolicy): string {
  const { issuer, jwks_uri: uri } = document;
  if (typeof issuer !== "string" || !policy.discovered.includes(issuer)) {
    throw new AuthError(
      "discovery_failed",
      "The metadata document's issuer is not identical with the configured one (look for a trailing slash)",
    );
  }
  if (typeof uri !== "string" || !URL.canParse(uri)) {
    throw new AuthError("discovery_failed", "The metadata document has no jwks_uri");
  }
  const { protocol, hostname, username, password } = new URL(uri);
  if (username || password) {
    throw new AuthError("discovery_failed", "The metadata document's jwks_uri has a user or a password");
  }
  const loopback = policy.options.insecureAllowLoopback === true && isLoopbackUrl(uri);
  if (protocol !== "https:" && !(protocol === "http:" && loopback)) {
    throw new AuthError("discovery_failed", "The metadata document's jwks_uri is not https");
  }
  // A document may send us to another host, but not to one inside (RFC 9728 §7.7): unless the issuer is there itself.
  if (isPrivateUrl(uri) && !loopback && hostname !== new URL(policy.discoveryUrl).hostname) {
    throw new AuthError("discovery_failed", "The metadata document's jwks_uri is a private address");
  }
  return uri;
}
