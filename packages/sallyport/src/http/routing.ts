// The router's endpoints under one prefix: which of them a path means, and the answers that are the same for all.
import type { Endpoint, EndpointRequest } from "./endpoint.ts";
import { Answer } from "./refusal.ts";

/** What the composition root hands out for a router. */
export interface RouterSettings {
  readonly endpoints: readonly Endpoint[];
  /** The prefix that the application was told (`router.basePath`): `/api`, or nothing; `undefined` where it was not told any. */
  readonly basePath?: string | undefined;
  /** Hears, once, of the prefix that a framework tells, where the application was not told any. */
  mountedAt?(prefix: string): void;
}

/** A router before any framework. */
export interface Routing {
  readonly endpoints: readonly Endpoint[];
  /** Where a framework that tells no prefix has to look. */
  readonly basePath: string;
  /** The endpoint of a path below the prefix. */
  find(path: string): Endpoint | undefined;
  /** The endpoint of a target, the prefix included. */
  findTarget(target: string): Endpoint | undefined;
  /**
   * Learns the prefix of a framework that tells it at the start.
   *
   * @throws TypeError where the application was told another
   */
  mounted(prefix: string): void;
  /**
   * Compares it with the one that a request came by, whatever its letters' case: that is not looked at everywhere. Nothing is
   * learned from a request.
   *
   * @throws TypeError where the application's own addresses have another
   */
  requireMounted(prefix: string): void;
  /** Never rejects where the endpoint does not. */
  answer(endpoint: Endpoint, request: EndpointRequest): Promise<Answer>;
}

/** Brings the endpoints under one prefix. */
export function createRouting({ endpoints, basePath, mountedAt }: RouterSettings): Routing {
  const byPath = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]));
  const told = basePath === undefined ? undefined : bare(basePath);
  let prefix = told;

  return {
    endpoints,
    get basePath() {
      return prefix ?? "";
    },
    find: (path) => byPath.get(path),
    findTarget(target) {
      const path = pathOf(target);
      return path.startsWith(prefix ?? "") ? byPath.get(path.slice((prefix ?? "").length)) : undefined;
    },
    mounted(given) {
      const found = bare(given);
      if (prefix === undefined) {
        prefix = found;
        mountedAt?.(found);
      }
      if (found !== prefix) throw elsewhere(found, prefix);
    },
    requireMounted(given) {
      const found = bare(given);
      const wanted = prefix ?? "";
      if (found.toLowerCase() !== wanted.toLowerCase()) throw elsewhere(found, wanted);
    },
    async answer(endpoint, request) {
      const allow = allowed(endpoint);
      if (request.method === "OPTIONS") return new Answer(204, { allow }, undefined);
      if (!allow.split(", ").includes(request.method)) {
        return new Answer(405, { allow, "cache-control": "no-store" }, undefined);
      }
      const answer = await endpoint.handle(request);
      if (request.method !== "HEAD") return answer;
      return new Answer(answer.status, answer.headers, undefined, answer.thrown, answer.cookies);
    },
  };
}

function elsewhere(found: string, wanted: string): TypeError {
  const here = found || "/";
  return new TypeError(
    `auth.router() is mounted at \`${here}\`, and the addresses it hands out begin with \`${wanted || "/"}\`: mount it there, or set \`router: { basePath: "${here}" }\``,
  );
}

/** The path of a target, without its query. */
export function pathOf(target: string): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? "";
  return target.slice(authority.length).split(/[?#]/, 1)[0] as string;
}

function allowed({ methods }: Endpoint): string {
  const all = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  return [...all, "OPTIONS"].join(", ");
}

/** `/api` for whatever means it. */
function bare(prefix: string): string {
  const path = prefix.replace(/\/+$/, "");
  return path === "" || path.startsWith("/") ? path : `/${path}`;
}
