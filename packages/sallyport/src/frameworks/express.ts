// `sallyport/express`: middleware for Express 4 and 5.

import type { Router } from "express";
import type { Requirement } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import { type Answer, type NodeMessage, nodeFacts } from "../http/index.ts";
import type { JsonObject } from "../identity.ts";
import { createOpenApi, type OpenApi, type OpenApiOptions } from "../openapi/index.ts";
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
import { expressRouter } from "./express-router.ts";
import { letIn, type NodeResponse, send, setHeaders } from "./node-response.ts";

export * from "./exports.ts";

/** Express's request, as far as it is read here: either major version's fits. */
export interface ExpressRequestLike extends NodeMessage {
  readonly originalUrl?: string;
  readonly route?: unknown;
  readonly body?: unknown;
}

/** Middleware in callback form: it costs no promise. */
export type ExpressMiddleware = (
  request: ExpressRequestLike,
  response: NodeResponse,
  next: (error?: unknown) => void,
) => void;

/** Express's face of the library. */
export interface ExpressAuth<Claims> extends Auth<Claims, ExpressRequestLike> {
  /** Only callers with a valid token that meets the requirement: on a route, or `app.use("/admin", auth.required(), router)`. */
  required(needed?: Requirement, options?: RequiredOptions): ExpressMiddleware;
  /** Anyone, but a token is verified, meets the requirement, and a bad one is refused (or is nobody's, by `onInvalid`). */
  optional(needed?: Requirement, options?: OptionalOptions): ExpressMiddleware;
  /**
   * Serves the resource's metadata document (RFC 9728) at its well-known path, to everyone: `app.use(auth.resourceMetadata())`
   * on the application itself, ahead of its routes.
   *
   * @throws TypeError where neither `publicUrl` nor `resource` is set, or no issuer is one that clients can get tokens from
   */
  resourceMetadata(): ExpressMiddleware;
  /**
   * The endpoints of the sign-in, as a router of Express's own that takes routes of yours, too: `app.use("/api", auth.router())`.
   * Where it is mounted anywhere but at the root, `router.basePath` says where.
   *
   * @throws TypeError where people can't sign in: without `clientId` and `session`
   */
  router(): Router;
  /**
   * Security schemes, and what a guard means to an operation, as plain data: Express tells nobody its routes.
   *
   * @throws TypeError where an option is unknown or of the wrong form
   */
  openapi(options?: OpenApiOptions): OpenApi;
}

/**
 * Verified identity for Express 4 and 5. Without options, the environment is read.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 *
 * @example
 * ```ts
 * const auth = sallyport({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });
 * app.get("/me", auth.required(), (req, res) => res.json({ sub: auth.identity(req).subject }));
 * app.use("/admin", auth.required(role("Admin")), adminRouter);
 * ```
 */
export function sallyport<Claims = JsonObject>(
  options?: SallyportOptions,
  deps?: SallyportDeps<Claims>,
): ExpressAuth<Claims> {
  // Express gives each request a prototype of its own making, and with it a hidden class of its own: to add a field to it, or to
  // read one, costs microseconds. Hence a WeakMap, and no field that is not needed.
  const kit = createKit<Claims, ExpressRequestLike>(options, deps, new WeakMap());
  const { auth, gate, document, note, notes } = kit;

  function middleware({ needed, rules }: Rules): ExpressMiddleware {
    const judge = gate(needed, rules);
    const { optional = false } = rules;
    const guard: ExpressMiddleware = (request, response, next) => {
      if (typeof next !== "function") throw wrongFramework("express");
      const facts = factsOf(request);
      const finish = (answer: Answer | undefined) => {
        if (answer) return refuse(answer, response, next);
        letIn(facts, optional, response);
        next();
      };
      const answer = judge(request, facts);
      if (isPromise(answer)) answer.then(finish).catch(next);
      else finish(answer);
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
      return (request, response, next) => {
        const found = answer(request.method ?? "", request.originalUrl ?? request.url ?? "");
        if (found) send(found, response);
        else next();
      };
    },
    router(...given: readonly unknown[]) {
      takesNothing("auth.router", given);
      return expressRouter(kit.routing());
    },
    openapi: (given) => createOpenApi(notes, given),
  };
}

function factsOf(request: ExpressRequestLike) {
  // pino-http and others number requests.
  const { originalUrl, id } = request as ExpressRequestLike & { readonly id?: unknown };
  return nodeFacts(request, { originalUrl, parsed: request, route: routeOf(request), requestId: id });
}

// The pattern of the route itself. Of a mounted router Express tells only the path that matched, with its values.
function routeOf({ route }: ExpressRequestLike): string | undefined {
  const path = (route as { readonly path?: unknown } | undefined)?.path;
  return path === undefined ? undefined : String(path);
}

function refuse(answer: Answer, response: NodeResponse, next: (error?: unknown) => void): void {
  if (!answer.thrown) send(answer, response);
  else {
    setHeaders(answer, response);
    next(answer.thrown);
  }
}
