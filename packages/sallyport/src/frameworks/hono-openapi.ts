// The documents of `@hono/zod-openapi` and `hono-openapi`: whichever made one, the application's own routes say what stands
// in front of each operation.
import {
  createOpenApi,
  type GuardNotes,
  type OpenApi,
  type OpenApiOptions,
  type OperationLike,
} from "../openapi/index.ts";

/** Hono's part of an OpenAPI document. */
export interface HonoOpenApi extends OpenApi {
  /**
   * The document with `security`, refusals and schemes added to the operations that this `auth` guards, by middleware of the
   * route or of a path (`app.use("/admin/*", …)`). What the document says itself is kept; the one given is left as it is.
   *
   * @example
   * ```ts
   * app.get("/openapi.json", (c) => c.json(auth.openapi().document(app, app.getOpenAPI31Document({ openapi, info }))));
   * ```
   */
  document<Document extends object>(app: HonoRoutes, document: Document): Document;
}

/** A Hono application, as far as it is read here. */
export interface HonoRoutes {
  readonly routes: readonly { readonly method: string; readonly path: string; readonly handler: unknown }[];
}

type Route = HonoRoutes["routes"][number];
type PathItem = Record<string, OperationLike>;

interface Documented {
  readonly paths?: Record<string, PathItem>;
  readonly components?: { readonly securitySchemes?: object };
}

const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** @throws TypeError where an option is unknown or of the wrong form */
export function honoOpenApi(notes: GuardNotes, options?: OpenApiOptions): HonoOpenApi {
  const kit = createOpenApi(notes, options);

  function document<Given extends object>({ routes }: HonoRoutes, given: Given): Given {
    const { paths = {}, components } = given as Documented;
    let found = false;
    const described = Object.entries(paths).map(([path, item]) => {
      const operations = Object.entries(item).map(([method, operation]) => {
        const rule = methods.includes(method) ? kit.ruleOf(guardsOf(routes, method, path)) : undefined;
        found ||= rule !== undefined;
        return [method, rule ? kit.describe(rule, operation) : operation] as const;
      });
      return [path, Object.fromEntries(operations)] as const;
    });
    const endpoints = endpointsIn(routes);
    if (!found && Object.keys(endpoints).length === 0) return given;
    const securitySchemes = kit.schemesBeside(components?.securitySchemes);
    const all = { ...endpoints, ...Object.fromEntries(described) };
    return { ...given, paths: all, components: { ...components, securitySchemes } };
  }

  /** The router's, where it was mounted: what makes documents from an application's own routes knows nothing of it. */
  function endpointsIn(routes: readonly Route[]): Record<string, object> {
    const items = routes.flatMap(({ path, handler }) => {
      const item = kit.endpointItem(innermost(handler));
      return item ? [[inDocument(path), item] as const] : [];
    });
    return Object.fromEntries(items);
  }

  return {
    operation: kit.operation,
    get components() {
      return kit.components;
    },
    get paths() {
      return kit.paths;
    },
    document,
  };
}

/** The handlers that run ahead of an operation's own, in the order of their declaration. */
function guardsOf(routes: readonly Route[], method: string, path: string): readonly unknown[] {
  const ofMethod = (route: Route) => route.method === "ALL" || route.method === method.toUpperCase();
  const last = routes.findLastIndex((route) => ofMethod(route) && inDocument(route.path) === path);
  return routes
    .slice(0, last + 1)
    .filter((route) => ofMethod(route) && covers(route.path.split("/"), path.split("/")))
    .map(({ handler }) => innermost(handler));
}

/** Of an application that was mounted on another, Hono wraps the handlers, and shows what it wrapped. */
function innermost(handler: unknown): unknown {
  const wrapped = (handler as { readonly __COMPOSED_HANDLER?: unknown } | undefined)?.__COMPOSED_HANDLER;
  return wrapped === undefined ? handler : innermost(wrapped);
}

/** A path of Hono's as OpenAPI writes it: `/users/:id{[0-9]+}` is `/users/{id}`. */
function inDocument(path: string): string {
  return path.replace(/\/:([^/{?]+)(?:\{[^/]+\})?\??/g, "/{$1}");
}

/** Whether every request to the documented path matches the pattern. */
function covers([expected, ...pattern]: readonly string[], [asked, ...path]: readonly string[]): boolean {
  if (expected === undefined) return asked === undefined;
  if (expected === "*" && pattern.length === 0) return true;
  if (asked === undefined) return /^:.*\?$/.test(expected) && pattern.length === 0;
  if (!fits(expected, asked)) return false;
  return covers(pattern, path);
}

function fits(expected: string, asked: string): boolean {
  if (expected === "*") return true;
  if (!expected.startsWith(":")) return expected === asked;
  const own = /\{(.+)\}\??$/.exec(expected)?.[1];
  // Of a parameter, only its name is documented: a pattern of its own is then taken to be the same on both sides.
  return own === undefined || asked.startsWith("{") || new RegExp(`^(?:${own})$`).test(asked);
}
