// The answer to a request for the protected-resource metadata: the same for everyone, whatever the request says.
import { Answer } from "./refusal.ts";
import type { ResourceMetadata } from "./resource-metadata.ts";

/**
 * Public data, which a client in a browser reads from an origin of its own before it has any token (CORS); the SDK of MCP
 * sends a header of its own with it, hence `access-control-allow-headers`. No credentials are let in by it.
 */
const cors = { "access-control-allow-origin": "*" } as const;
const methods = "GET, HEAD";

/**
 * The answer to a request for the document, `undefined` for any other path.
 *
 * @param url the request's target: a path, or the whole URL. Host and query are not looked at
 */
export function answerMetadata(metadata: ResourceMetadata, method: string, url: string): Answer | undefined {
  if (!isAt(url, metadata.path)) return undefined;
  switch (method) {
    case "GET":
    case "HEAD": {
      const headers = {
        ...cors,
        "cache-control": `public, max-age=${metadata.maxAgeSeconds}`,
        "content-type": "application/json",
      };
      return new Answer(200, headers, method === "GET" ? metadata.text : undefined);
    }
    case "OPTIONS": {
      const allowed = { "access-control-allow-methods": methods, "access-control-allow-headers": "*" };
      return new Answer(204, { ...cors, ...allowed, allow: `${methods}, OPTIONS` }, undefined);
    }
    default:
      return new Answer(405, { ...cors, allow: `${methods}, OPTIONS` }, undefined);
  }
}

/** Whether a target has this path, without parsing what every other request brings. */
function isAt(url: string, path: string): boolean {
  // Of a whole URL, the path begins at the first slash behind the host.
  const start = url.charCodeAt(0) === 0x2f ? 0 : url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0 || !url.startsWith(path, start)) return false;
  const end = url.charCodeAt(start + path.length);
  return Number.isNaN(end) || end === 0x3f || end === 0x23;
}
