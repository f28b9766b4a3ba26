// `sallyport/hono`: middleware for Hono, on any runtime.

import type { Context, MiddlewareHandler } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import type { Requirement } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import { type Answer, type GuardOptions, type NodeMessage, vary, webFacts } from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { OpenApiOptions } from "../openapi/index.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import {
  type OptionalOptions,
  onlyRequirement,
  optionalRules,
  takesNothing,
  wrongFramework,
} from "./arguments.ts";
import { type Auth, createKit, existing } from "./common.ts";
import { type HonoOpenApi, honoOpenApi } from "./hono-openapi.ts";

export * from "./exports.ts";
export type { HonoOpenApi } from "./hono-openapi.ts";

/** Middleware that sets `c.var.identity`. */
export type IdentityMiddleware<Caller> = MiddlewareHandler<{ Variables: { identity: Caller } }>;

/** Hono's face of the library. */
export interface HonoAuth<Claims> extends Auth<Claims, Context> {
  /** Only callers with a valid token that meets the requirement; `c.var.identity` is theirs. */
  required(needed?: Requirement): IdentityMiddleware<Identity<Claims>>;
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
  const { auth, gate, document, note, notes } = createKit<Claims, Context>(options, deps);

  function middleware<Caller>(
    needed: Requirement | undefined,
    guardOptions: GuardOptions,
  ): IdentityMiddleware<Caller> {
    const judge = gate(needed, guardOptions);
    const guard: IdentityMiddleware<Caller> = async (c, next) => {
      if (!c.req?.raw) throw wrongFramework("hono");
      const facts = factsOf(c);
      const judged = judge(c, facts);
      const answer = isPromise(judged) ? await judged : judged;
      if (answer) return respond(answer, c);
      c.set("identity", auth.maybeIdentity(c) as Caller);
      if (guardOptions.optional) c.header("vary", vary(undefined), { append: true });
      if (facts.dpopNonce !== undefined) c.header("dpop-nonce", facts.dpopNonce);
      await next();
    };
    return note(guard, needed, guardOptions);
  }

  return {
    ...auth,
    required: (...given) => middleware(onlyRequirement(given), {}),
    optional: (...given: readonly unknown[]) => {
      const { needed, rules } = optionalRules(given);
      return middleware(needed, rules);
    },
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

function respond({ status, headers, text, thrown }: Answer, c: Context): Response {
  if (!thrown) return c.newResponse(text ?? null, status as StatusCode, { ...headers });
  // What Hono asks an error for: without `app.onError`, the refusal itself is the answer.
  const getResponse = () => new Response(text ?? null, { status, headers: { ...headers } });
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  throw Object.assign(thrown, { getResponse });
}
