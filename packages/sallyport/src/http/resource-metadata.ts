// The protected-resource metadata document (RFC 9728): where a client gets a token for this API, and what the API is.
import { checkOptions, isInteger, isScope, isText, isTextList, isUrl, type OptionTable } from "../options.ts";

/** Members that people read; each may be there once more for a language, as `name#it` (RFC 9728 §2.1). */
type HumanReadable = "name" | "documentation" | "policyUri" | "tosUri";

/** What the document says beyond what follows from the configuration. */
export interface ResourceMetadataOptions {
  /** Scopes that clients may ask for (`scopes_supported`). */
  readonly scopes?: readonly string[];
  /** What people call this API (`resource_name`). */
  readonly name?: string;
  /** A page for developers (`resource_documentation`). */
  readonly documentation?: string;
  /** A page on how a client may use the data (`resource_policy_uri`). */
  readonly policyUri?: string;
  /** The terms of service (`resource_tos_uri`). */
  readonly tosUri?: string;
  /** Seconds for which the document may be kept. Default: 3600. */
  readonly maxAgeSeconds?: number;
  /** The same in another language, named by its tag (BCP 47). */
  readonly [inLanguage: `${HumanReadable}#${string}`]: string;
}

/** The document and where it is, made once from the configuration; nothing of it comes from a request. */
export interface ResourceMetadata {
  /** The document's address, for challenges. */
  readonly url: string;
  /** Its path, which begins at the root of the host whatever prefix the application has. */
  readonly path: string;
  /** The document as JSON. */
  readonly text: string;
  readonly maxAgeSeconds: number;
}

/** What the document is made of. */
export interface ResourceFacts {
  /** The resource's identifier. */
  readonly resource: string;
  /** The option that it came from. */
  readonly option: "resource" | "publicUrl";
  readonly authorizationServers: readonly string[];
  readonly description?: ResourceMetadataOptions | undefined;
  /** DPoP, where tokens bound by it are taken (RFC 9449). */
  readonly dpop?: { readonly algorithms: readonly string[]; readonly required: boolean } | undefined;
  /** Whether clients are promised that tokens bound to their certificate are taken (RFC 8705). */
  readonly mtls?: boolean;
}

const isPage = (value: unknown) => isUrl(value) && /^https?:$/.test(new URL(value).protocol);
const pageTakes = "the URL of a page";
const also = "In other languages: `%#it`, `%#de-AT`, ….";

/** Rows of {@link ResourceMetadataOptions}. */
export const resourceMetadataTable = {
  scopes: {
    // RFC 9728 has nothing against it; MCP's authorization (2026-07-28) has, and no resource can tell whether it was granted.
    check: (value) => isTextList(value) && value.every(isScope) && !value.includes("offline_access"),
    takes: "a non-empty list of scopes, without offline_access, which is between a client and the issuer",
    doc: "Scopes that clients may ask for (`scopes_supported`).",
  },
  name: {
    check: isText,
    takes: "a text",
    doc: `What people call this API (\`resource_name\`). ${also.replaceAll("%", "name")}`,
  },
  documentation: {
    check: isPage,
    takes: pageTakes,
    doc: `For developers (\`resource_documentation\`). ${also.replaceAll("%", "documentation")}`,
  },
  policyUri: {
    check: isPage,
    takes: pageTakes,
    doc: `On how a client may use the data (\`resource_policy_uri\`). ${also.replaceAll("%", "policyUri")}`,
  },
  tosUri: {
    check: isPage,
    takes: pageTakes,
    doc: `The terms of service (\`resource_tos_uri\`). ${also.replaceAll("%", "tosUri")}`,
  },
  maxAgeSeconds: {
    check: isInteger(0, 86_400),
    takes: "a whole number of seconds from 0 to 86400",
    doc: "How long clients and caches may keep the document (`Cache-Control`).",
    default: "`3600`",
  },
} as const satisfies OptionTable;

/** Our name → the RFC's. */
const humanReadable: Readonly<Record<string, string>> = {
  name: "resource_name",
  documentation: "resource_documentation",
  policyUri: "resource_policy_uri",
  tosUri: "resource_tos_uri",
};

const wellKnown = "/.well-known/oauth-protected-resource";

/**
 * Makes the document and its address. `undefined` where no issuer is one that clients can get tokens from: a document
 * that names none would help nobody, and MCP's authorization forbids it.
 *
 * @throws TypeError where the resource's identifier is not in its normal form, or the description is not one
 */
export function createResourceMetadata(facts: ResourceFacts): ResourceMetadata | undefined {
  const { resource, option, authorizationServers, description = {}, dpop, mtls = false } = facts;
  const { origin, pathname } = normalForm(resource, option);
  const named = checkDescription(description);
  if (authorizationServers.length === 0) return undefined;
  // RFC 9728 §3.1: a slash that ends the host is removed first; one that ends a path is part of the identifier.
  const path = pathname === "/" ? wellKnown : `${wellKnown}${pathname}`;
  const { scopes, maxAgeSeconds = 3600 } = description;
  const text = JSON.stringify({
    resource,
    authorization_servers: authorizationServers,
    ...(scopes && { scopes_supported: scopes }),
    bearer_methods_supported: ["header"],
    ...(dpop && { dpop_signing_alg_values_supported: dpop.algorithms }),
    ...(dpop?.required && { dpop_bound_access_tokens_required: true }),
    ...(mtls && { tls_client_certificate_bound_access_tokens: true }),
    ...named,
  });
  return Object.freeze({ url: `${origin}${path}`, path, text, maxAgeSeconds });
}

/** Clients compare identifiers letter by letter (RFC 9728 §6), and take the document's address from theirs: two spellings are two resources. */
function normalForm(resource: string, option: string): URL {
  const url = new URL(resource);
  const { href, pathname } = url;
  const isNormal = href === resource || (pathname === "/" && href === `${resource}/`);
  if (isNormal && !pathname.includes("//")) return url;
  throw new TypeError(
    `sallyport: \`${option}\` takes a URL in its normal form: the host in lower case, no default port, no dot segments, no empty segments, and encoded what a URL encodes (RFC 9728 §3.1)`,
  );
}

/** The members that people read, by the RFC's names. */
function checkDescription(description: ResourceMetadataOptions): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  const plain: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(description)) {
    const [name = "", tag] = given.split(/#(.*)/s);
    if (tag === undefined || !Object.hasOwn(humanReadable, name)) plain[given] = value;
    else if (isLanguage(tag)) {
      checkOptions("resourceMetadata", { [name]: value }, resourceMetadataTable);
      named[`${humanReadable[name]}#${tag}`] = value;
    } else {
      throw new TypeError(`resourceMetadata: \`${name}#…\` takes a language tag (BCP 47) behind the #`);
    }
  }
  checkOptions("resourceMetadata", plain, resourceMetadataTable);
  const untagged = Object.entries(humanReadable).map(([name, member]) => [member, plain[name]]);
  return { ...Object.fromEntries(untagged), ...named };
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
