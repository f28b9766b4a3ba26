// OpenID Connect Discovery: from an issuer to its key set's URL.
import { AuthError } from "../../errors.ts";
import type { JsonObject } from "../../identity.ts";
import { isPlainObject, isUrl } from "../../options.ts";
import type { FetchedDocument } from "../keys/fetch-document.ts";
import { issuerDifference } from "./issuer-difference.ts";
import { type LoginEndpoints, loginEndpoints } from "./issuer-metadata.ts";
import type { IssuerPolicy } from "./issuers.ts";
import { isLoopbackUrl, isPrivateUrl } from "./urls.ts";

/**
 * Makes the `locate` of an issuer's remote keys: the configured `jwksUri`, or the one its metadata states. Nothing else
 * of the metadata decides anything: algorithms come from the configuration, so a changed document can't widen them.
 *
 * @param learn told what the document is, and where people log in
 */
export function createLocator(
  policy: IssuerPolicy,
  learn: (document: FetchedDocument["document"], endpoints: LoginEndpoints | undefined) => void = () => {},
): (get: (url: string) => Promise<FetchedDocument>) => Promise<string> {
  const { jwksUri } = policy.options;
  if (jwksUri !== undefined) return async () => jwksUri;
  return async (get) => {
    const { document } = await discover(policy, get);
    const uri = readMetadata(document, policy, "jwks_uri");
    learn(document, loginEndpoints(document, policy));
    return uri;
  };
}

/** What is read of the metadata, and the option that takes its place. */
const members = { jwks_uri: "jwksUri", introspection_endpoint: "introspection.endpoint" } as const;

/**
 * Reads one URL of an issuer's metadata.
 *
 * @throws AuthError `discovery_failed`
 */
export async function discoverUrl(
  policy: IssuerPolicy,
  get: (url: string) => Promise<FetchedDocument>,
  member: keyof typeof members,
): Promise<string> {
  return readMetadata((await discover(policy, get)).document, policy, member);
}

/** What a sign-in asks of a provider, or sends people to. */
const signInEndpoints = [
  "authorization_endpoint",
  "token_endpoint",
  "userinfo_endpoint",
  "revocation_endpoint",
  "end_session_endpoint",
  "pushed_authorization_request_endpoint",
  "device_authorization_endpoint",
] as const;

/**
 * The whole document of an issuer, for signing in: each endpoint that it names is fit to be asked.
 *
 * @throws AuthError `discovery_failed`
 */
export async function discoverDocument(
  policy: IssuerPolicy,
  get: (url: string) => Promise<FetchedDocument>,
): Promise<JsonObject> {
  return signInDocument((await discover(policy, get)).document, policy);
}

/** @throws AuthError `discovery_failed` as {@link discoverDocument} */
export function signInDocument(
  document: Readonly<Record<string, unknown>>,
  policy: IssuerPolicy,
): JsonObject {
  checkIssuer(document, policy);
  const { mtls_endpoint_aliases: aliases = {} } = document;
  for (const named of [document, isPlainObject(aliases) ? aliases : {}]) {
    for (const member of signInEndpoints) {
      if (Object.hasOwn(named, member)) readUrl(named, policy, member);
    }
  }
  return document as JsonObject;
}

async function discover(
  policy: IssuerPolicy,
  get: (url: string) => Promise<FetchedDocument>,
): Promise<FetchedDocument> {
  try {
    return await get(policy.discoveryUrl);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "";
    throw failed(
      `The metadata document cannot be had${asked(policy)}: ${why}${adviceFor(why, policy)}`,
      cause,
    );
  }
}

/** Where it was asked for. A query may hold a key, and what is wrong is seldom there. */
function asked({ discoveryUrl }: IssuerPolicy): string {
  const { origin, pathname, search } = new URL(discoveryUrl);
  return ` (asked: ${origin}${pathname}${search ? "?…" : ""})`;
}

/** What to do about a document that did not come, by what {@link get} says of it. */
function adviceFor(why: string, { discoveryUrl, options }: IssuerPolicy): string {
  const option = options.discoveryUrl === undefined ? "issuer" : "discoveryUrl";
  const status = /^The answer was (\d+)/.exec(why)?.[1];
  // 200 is the end of a redirect that a `fetch` of the user's own followed, and 0 one that a runtime does not show.
  if (status === "200" || status === "0" || status?.startsWith("3")) {
    return ", a redirect, which is not followed: configure the final URL (look for http, a host's other name, a slash)";
  }
  if (status?.startsWith("4")) {
    return `: compare \`${option}\` with the provider's own (the realm, the tenant, what stands before it in the path)`;
  }
  if (why.startsWith("The answer is not JSON")) {
    return `, but perhaps a page for people: compare \`${option}\` with the provider's own`;
  }
  const unreachable = /\((ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET)\)$/.test(why);
  return unreachable && isLoopbackUrl(discoveryUrl)
    ? ": is the provider running there? Within a container, this address is the container itself"
    : "";
}

/**
 * @throws AuthError `discovery_failed` where the document is another issuer's (OIDC Discovery §4.3, compared to the
 * letter), or names nothing there that may be fetched
 */
function readMetadata(
  document: Readonly<Record<string, unknown>>,
  policy: IssuerPolicy,
  member: keyof typeof members,
): string {
  checkIssuer(document, policy);
  return readUrl(document, policy, member, members[member]);
}

function checkIssuer({ issuer }: Readonly<Record<string, unknown>>, policy: IssuerPolicy): void {
  if (issuer === undefined) throw failed(`The metadata document has no issuer${asked(policy)}`);
  if (!policy.discovered.some((one) => one === issuer)) {
    const known = policy.discovered.map((text) => ({ text, label: policy.name }));
    throw failed(`${issuerDifference("The metadata document's issuer", issuer, known)}${asked(policy)}`);
  }
}

/** @param option what takes its place in the configuration, where something does */
function readUrl(
  document: Readonly<Record<string, unknown>>,
  policy: IssuerPolicy,
  member: string,
  option?: string,
): string {
  const { [member]: uri } = document;
  if (!isUrl(uri)) {
    throw failed(`The metadata document has no ${member}${asked(policy)}`);
  }
  const { protocol, hostname, username, password } = new URL(uri);
  if (username || password) {
    throw failed(`The metadata document's ${member} has a user or a password${asked(policy)}`);
  }
  const loopback = policy.options.insecureAllowLoopback === true && isLoopbackUrl(uri);
  if (protocol !== "https:" && !(protocol === "http:" && loopback)) {
    throw failed(
      `The metadata document's ${member} is not https: tell the provider its public URL${option ? `, or set \`${option}\`` : ""}${asked(policy)}`,
    );
  }
  // A document may send us to another host, but not to one inside (RFC 9728 §7.7): unless the issuer is there itself.
  if (isPrivateUrl(uri) && !loopback && hostname !== new URL(policy.discoveryUrl).hostname) {
    throw failed(
      `The metadata document's ${member} is a private address${option ? `: where that is meant, set \`${option}\`` : ""}${asked(policy)}`,
    );
  }
  return uri;
}

function failed(message: string, cause?: unknown): AuthError {
  return new AuthError("discovery_failed", message, { cause });
}
