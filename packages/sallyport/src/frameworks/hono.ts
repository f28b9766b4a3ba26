// `sallyport/hono`: middleware for Hono, on any runtime.

import type { Context, Hono, MiddlewareHandler } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import type { Requirement } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import {
  type Answer,
  isUpgrade,
  letIn,
  type NodeMessage,
  type ResponseHeaders,
  webFacts,
} from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { OpenApiOptions } from "../openapi/index.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import {
  type OptionalOptions,
  optionalRules,
  type RequiredOptions,
  type Rules,
  requiredRules,
  takesNothing,
  wrongFramework,
} from "./arguments.ts";
import { type Auth, createKit, existing } from "./common.ts";
import { type HonoOpenApi, honoOpenApi } from "./hono-openapi.ts";
import { honoRouter } from "./hono-router.ts";
import { responseOf } from "./web-response.ts";

export * from "./exports.ts";
export type { HonoOpenApi } from "./hono-openapi.ts";

/** Middleware that sets `c.var.identity`. */
export type IdentityMiddleware<Caller> = MiddlewareHandler<{ Variables: { identity: Caller } }>;

/** Hono's face of the library. */
export interface HonoAuth<Claims> extends Auth<Claims, Context> {
  /** Only callers with a valid token that meets the requirement; `c.var.identity` is theirs. */
  required(needed?: Requirement, options?: RequiredOptions): IdentityMiddleware<Identity<Claims>>;
  /** Anyone, but a token is verified, meets the requirement, and a bad one is refused (or is nobody's, by `onInvalid`). */
  optional(needed?: Requirement, options?: OptionalOptions): IdentityMiddleware<Identity<Claims> | undefined>;
  /**
   * Serves the resource's metadata document (RFC 9728) at its well-known path, to everyone: `app.use(auth.resourceMetadata())`
   * on the application itself, ahead of its routes.
   *
   * @throws TypeError where neither `publicUrl` nor `resource` is set, or no issuer is one that clients can get tokens from
   */
  resourceMetadata(): MiddlewareHandler;
  /**
   * The endpoints of the sign-in, as an application of Hono's own that takes routes of yours, too:
   * `app.route("/api", auth.router())`.
   *
   * @throws TypeError where people can't sign in: without `clientId` and `session`
   */
  router(): Hono;
  /**
   * Protected routes in the document of `@hono/zod-openapi` or `hono-openapi`: `auth.openapi().document(app, made)`.
   *
   * @throws TypeError where an option is unknown or of the wrong form
   */
  openapi(options?: OpenApiOptions): HonoOpenApi;
}

/**
 * Verified identity for Hono 4. Without options, the environment is read.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 *
 * @example
 * ```ts
 * const auth = sallyport({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });
 * app.get("/me", auth.required(), (c) => c.json({ sub: c.var.identity.subject }));
 * ```
 */
export function sallyport<Claims = JsonObject>(
  options?: SallyportOptions,
  deps?: SallyportDeps<Claims>,
): HonoAuth<Claims> {
  const kit = createKit<Claims, Context>(options, deps);
  const { auth, gate, document, note, notes } = kit;

  function middleware<Caller>({ needed, rules }: Rules): IdentityMiddleware<Caller> {
    const judge = gate(needed, rules);
    const guard: IdentityMiddleware<Caller> = async (c, next) => {
      if (!c.req?.raw) throw wrongFramework("hono");
      const facts = factsOf(c);
      const judged = judge(c, facts);
      const answer = isPromise(judged) ? await judged : judged;
      if (answer) return respond(answer, c);
      c.set("identity", auth.maybeIdentity(c) as Caller);
      await next();
      if (isUpgrade(c.res)) return;
      // Behind the handler: of a `Response` that it made itself, Hono drops headers that were set ahead of it.
      letIn(facts, rules.optional ?? false, c, headersOf);
    };
    return note(guard, needed, rules);
  }

  return {
    ...auth,
    required: (...given: readonly unknown[]) => middleware(requiredRules(given)),
    optional: (...given: readonly unknown[]) => middleware(optionalRules(given)),
    resourceMetadata(...given: readonly unknown[]) {
      takesNothing("auth.resourceMetadata", given);
      const { answer, isServed } = existing(document);
      isServed();
      return async (c, next) => {
        const found = answer(c.req.method, c.req.url);
        if (found) return respond(found, c);
        await next();
      };
    },
    router(...given: readonly unknown[]) {
      takesNothing("auth.router", given);
      return honoRouter(kit.routing(), kit.noteEndpoint);
    },
    openapi: (given) => honoOpenApi(notes, given),
  };
}

function factsOf(c: Context) {
  // On Node the server's own request is within reach, and shows what `Headers` has joined.
  const { incoming } = (c.env ?? {}) as { readonly incoming?: Partial<NodeMessage> };
  return webFacts(c.req.raw, {
    route: c.req.routePath,
    requestId: c.get("requestId"),
    incoming,
  });
}

// By the answer's own headers where they can be changed: `c.header` makes the whole answer anew, body included, which costs as much
// again as all of a small request on Node.
const headersOf: ResponseHeaders<Context> = {
  get: (c, name) => c.res.headers.get(name),
  set: (c, name, value) =>
    change(
      () => c.res.headers.set(name, value),
      () => c.header(name, value),
    ),
  addCookie: (c, value) =>
    change(
      () => c.res.headers.append("set-cookie", value),
      () => c.header("set-cookie", value, { append: true }),
    ),
};

/** The headers of what `fetch` or `Response.redirect` gave are immutable. */
function change(directly: () => void, otherwise: () => void): void {
  try {
    directly();
  } catch {
    otherwise();
  }
}

function respond({ status, headers, text, thrown, cookies }: Answer, c: Context): Response {
  if (!thrown) {
    for (const cookie of cookies) c.header("set-cookie", cookie, { append: true });
    return c.newResponse(text ?? null, status as StatusCode, { ...headers });
  }
  // What Hono asks an error for: without `app.onError`, the refusal itself is the answer.
  const getResponse = () => responseOf({ status, headers, text, cookies });
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  for (const cookie of cookies) c.header("set-cookie", cookie, { append: true });
  throw Object.assign(thrown, { getResponse });
}
