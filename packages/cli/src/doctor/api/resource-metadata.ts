// Checks of the protected resource's metadata (RFC 9728): whether the API says who it is and whose tokens it takes.
import { type Answer, isSafeUrl } from "../../answer.ts";
import type { Check } from "../../finding.ts";

/** What was found where. */
export interface MetadataFacts {
  readonly url: string;
  /** --issuer, where it was given. */
  readonly issuer: string | undefined;
  /** What the challenge names. */
  readonly named: string | undefined;
  /** The document: where it is named, else where it should be. `undefined`: not asked for. */
  readonly answer: Answer | undefined;
  readonly insecureAllowLoopback: boolean;
}

/** Where the metadata of a resource is: the well-known path goes between host and path (RFC 9728 §3.1). */
export function metadataUrlOf(resource: string): string {
  const url = new URL(resource);
  const path = url.pathname === "/" ? "" : url.pathname;
  return `${url.origin}/.well-known/oauth-protected-resource${path}${url.search}`;
}

const documentOf = ({ answer }: MetadataFacts) => (answer?.status === 200 ? answer.document : undefined);
const resourceOf = (facts: MetadataFacts): string | undefined => {
  const value = documentOf(facts)?.resource;
  return typeof value === "string" && URL.canParse(value) ? value : undefined;
};
const servers = (facts: MetadataFacts): readonly unknown[] => {
  const value = documentOf(facts)?.authorization_servers;
  return Array.isArray(value) ? value : [];
};

/** Whether a resource's identifier stands for a URL: the same origin, and its path or one above. */
function covers(resource: string, url: string): boolean {
  const [outer, inner] = [new URL(resource), new URL(url)];
  const base = outer.pathname.replace(/\/$/, "");
  return (
    outer.origin === inner.origin && (inner.pathname === base || `${inner.pathname}/`.startsWith(`${base}/`))
  );
}

export const resourceChecks: readonly Check<MetadataFacts>[] = [
  {
    id: "resource_metadata",
    level: "note",
    says: "Whether the API publishes metadata (RFC 9728)",
    test: (facts) =>
      documentOf(facts)
        ? "The API says by its metadata whose tokens it takes (RFC 9728)"
        : facts.named === undefined &&
          "The API publishes no metadata (RFC 9728): clients must be told its provider by hand; `publicUrl` (or `resource`) in the library publishes it",
  },
  {
    id: "resource_metadata_elsewhere",
    level: "mend",
    says: "The challenge's resource_metadata is on another host than the API, or not https",
    mend: "Name the document on the API's own origin: a client trusts it to say where tokens are to be had. Behind a proxy, set the API's public URL.",
    test: ({ named, url, insecureAllowLoopback }) =>
      named !== undefined &&
      (!isSafeUrl(named, insecureAllowLoopback) || new URL(named).origin !== new URL(url).origin),
  },
  {
    id: "resource_metadata_missing",
    level: "mend",
    says: "The challenge names a metadata document that is not there",
    mend: "Serve it at the address that resource_metadata names, without a token, as application/json.",
    test: (facts) =>
      facts.named !== undefined &&
      facts.answer !== undefined &&
      documentOf(facts) === undefined &&
      `The challenge names a metadata document that is not there (${facts.answer.status === 200 ? "not JSON" : facts.answer.status})`,
  },
  {
    id: "resource_metadata_not_named",
    level: "advice",
    says: "There is a metadata document, and the challenge does not name it",
    mend: "Add `resource_metadata` to the challenge (RFC 9728 §5.1): clients do not look for what they are not told of.",
    test: (facts) => facts.named === undefined && documentOf(facts) !== undefined,
  },
  {
    id: "resource_missing",
    level: "mend",
    says: "The metadata document has no resource, or one that is no URL",
    mend: "`resource` is required, and an https URL (RFC 9728 §2, §1.2).",
    test: (facts) => documentOf(facts) !== undefined && resourceOf(facts) === undefined,
  },
  {
    id: "resource_differs",
    level: "mend",
    says: "The metadata document's resource is not the API that was asked",
    mend: "Set `publicUrl` (or `resource`) to the API's public URL, as callers write it: a client must not use a document of another resource (RFC 9728 §3.3).",
    test: (facts) => {
      const resource = resourceOf(facts);
      return resource !== undefined && !covers(resource, facts.url);
    },
  },
  {
    id: "resource_metadata_misplaced",
    level: "mend",
    says: "The metadata document is not where its resource says it should be",
    mend: "Serve it at /.well-known/oauth-protected-resource followed by the path of `resource` (RFC 9728 §3.1), and name that address.",
    test: (facts) => {
      const resource = resourceOf(facts);
      return (
        resource !== undefined && covers(resource, facts.url) && metadataUrlOf(resource) !== facts.answer?.url
      );
    },
  },
  {
    id: "authorization_servers_missing",
    level: "advice",
    says: "The metadata document does not say whose tokens the API takes",
    mend: "List the issuer in authorization_servers: this is what the document is for.",
    test: (facts) => documentOf(facts) !== undefined && servers(facts).length === 0,
  },
  {
    id: "authorization_server_not_https",
    level: "mend",
    says: "The metadata document names an authorization server that is not https",
    mend: "Name the issuer by its https URL: people are sent there to sign in.",
    test: (facts) => servers(facts).some((one) => !isSafeUrl(one, facts.insecureAllowLoopback)),
  },
  {
    id: "authorization_server_differs",
    level: "mend",
    says: "The metadata document does not name the issuer that was given",
    mend: "Name in authorization_servers, to the letter, the issuer that the API verifies against.",
    test: (facts) =>
      facts.issuer !== undefined && servers(facts).length > 0 && !servers(facts).includes(facts.issuer),
  },
  {
    id: "query_method_offered",
    level: "advice",
    says: "The metadata document says that tokens may come in the query",
    mend: 'Leave `"header"` alone in bearer_methods_supported (RFC 9700 §4.3.2).',
    test: (facts) => {
      const methods = documentOf(facts)?.bearer_methods_supported;
      return Array.isArray(methods) && methods.includes("query");
    },
  },
];
