// APIs whose metadata (RFC 9728) is wrong.
import type { DevIdp } from "@sallyport/dev-idp";
import type { ApiScript } from "../../support/scripted-api.ts";
import type { BrokenApi } from "./api.ts";

/** An API with metadata; `changes` breaks the document, `at` its place. */
function withMetadata(
  changes: (origin: string, idp: DevIdp) => Record<string, unknown>,
  {
    at = "/.well-known/oauth-protected-resource/orders",
    named = at,
  }: { at?: string; named?: string | undefined } = {},
): ApiScript {
  return {
    documents: (origin, idp) => ({
      [at]: { resource: `${origin}/orders`, authorization_servers: [idp.issuer], ...changes(origin, idp) },
    }),
    answer: (right, { origin }, outcome) =>
      outcome === "none"
        ? {
            ...right,
            headers: {
              ...right.headers,
              "www-authenticate": `Bearer realm="api", resource_metadata="${new URL(named, origin).href}"`,
            },
          }
        : right,
  };
}

export const goodMetadata = withMetadata(() => ({ bearer_methods_supported: ["header"] }));

export const brokenResourceMetadata: readonly BrokenApi[] = [
  {
    name: "metadata on another host",
    script: withMetadata(() => ({}), {
      named: "https://elsewhere.example/.well-known/oauth-protected-resource",
    }),
    finds: "resource_metadata_elsewhere",
    mend: /the API's own origin/,
  },
  {
    name: "metadata that is not there",
    script: withMetadata(() => ({}), { named: "/.well-known/oauth-protected-resource/other" }),
    finds: "resource_metadata_missing",
    mend: /without a token/,
    sentence: /\(404\)/,
  },
  {
    name: "metadata that the challenge does not name",
    script: { ...withMetadata(() => ({})), answer: (right) => right },
    finds: "resource_metadata_not_named",
    mend: /RFC 9728 §5\.1/,
    status: 0,
  },
  {
    name: "metadata without its resource",
    script: withMetadata(() => ({ resource: undefined })),
    finds: "resource_missing",
    mend: /is required/,
  },
  {
    name: "metadata of another resource",
    script: withMetadata((origin) => ({ resource: `${origin}/billing` })),
    finds: "resource_differs",
    mend: /Set `publicUrl` \(or `resource`\) to the API's public URL/,
  },
  {
    name: "metadata of the internal host",
    script: withMetadata(() => ({ resource: "http://orders:8080/orders" })),
    finds: "resource_differs",
    mend: /as callers write it/,
  },
  {
    name: "metadata at the origin for a resource below it",
    script: withMetadata(() => ({}), { at: "/.well-known/oauth-protected-resource" }),
    finds: "resource_metadata_misplaced",
    mend: /followed by the path/,
  },
  {
    name: "metadata that names no provider",
    script: withMetadata(() => ({ authorization_servers: undefined })),
    finds: "authorization_servers_missing",
    mend: /List the issuer/,
    status: 0,
  },
  {
    name: "metadata that names a provider by http",
    script: withMetadata((_origin, idp) => ({
      authorization_servers: [idp.issuer, "http://idp.example.org"],
    })),
    finds: "authorization_server_not_https",
    mend: /by its https URL/,
  },
  {
    name: "metadata that names another provider",
    script: withMetadata(() => ({ authorization_servers: ["https://idp.example.org"] })),
    finds: "authorization_server_differs",
    mend: /to the letter/,
  },
  {
    name: "metadata that offers the query",
    script: withMetadata(() => ({ bearer_methods_supported: ["header", "query"] })),
    finds: "query_method_offered",
    mend: /alone in bearer_methods_supported/,
    status: 0,
  },
];
