// `sallyport/fastify`: route options with a hook that runs before the body is read.

import type { FastifyPluginCallback } from "fastify";
import type { Requirement } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import {
  type Answer,
  letIn,
  type NodeMessage,
  nodeFacts,
  type RequestFacts,
  type ResponseHeaders,
  tokenInForm,
} from "../http/index.ts";
import type { JsonObject } from "../identity.ts";
import type { OpenApiOptions } from "../openapi/index.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import {
  type OptionalOptions,
  optionalRules,
  type RequiredOptions,
  type Rules,
  requiredRules,
  takesNothing,
} from "./arguments.ts";
import { type Auth, createKit } from "./common.ts";
import { addMetadataRoute } from "./fastify-metadata.ts";
import { type FastifyOpenApi, fastifyOpenApi } from "./fastify-openapi.ts";
import { addRouter } from "./fastify-router.ts";

export * from "./exports.ts";
export type { FastifyOpenApi } from "./fastify-openapi.ts";

/** Fastify's request, as far as it is read here: whatever its type parameters, it fits. */
export interface FastifyRequestLike {
  readonly id: string;
  readonly raw: NodeMessage & {
    /** What the caller asked for, where `rewriteUrl` has changed it. */
    readonly originalUrl?: string;
  };
  readonly body: unknown;
  readonly routeOptions: { readonly url?: string | undefined };
}

/** Fastify's reply, as far as it is used here. */
export interface FastifyReplyLike {
  code(status: number): unknown;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  headers(values: Record<string, string>): unknown;
  /** Whatever payloads a route's schema or `Reply` allows, its reply fits. */
  send(payload: never): unknown;
}

/** A hook in callback form: it costs no promise. */
export type FastifyHook = (
  request: FastifyRequestLike,
  reply: FastifyReplyLike,
  done: (error?: Error) => void,
) => void;

/** Route options: pass them as they are, or spread them. */
export interface GuardedRoute {
  /** Verifies and decides, before the body is read. Alone it also fits `app.addHook("onRequest", …)`. */
  readonly onRequest: FastifyHook;
  /**
   * Judges again where the body turns out to be a form with a second token (a second event in the audit trail), and
   * where the route's own `onRequest` took the place of this one.
   */
  readonly preValidation: FastifyHook;
}

/**
 * What `{ ...auth.required }`, without the parentheses, would spread: nothing, and leave the route open. Hence these, which no
 * route takes, and which throw a TypeError where they are read.
 */
export interface NotSpread {
  readonly onRequest: "call it: auth.required() or auth.optional(), with the parentheses";
  readonly preValidation: "call it: auth.required() or auth.optional(), with the parentheses";
}

/** Fastify's face of the library. */
export interface FastifyAuth<Claims> extends Auth<Claims, FastifyRequestLike> {
  /** Only callers with a valid token that meets the requirement. */
  readonly required: ((needed?: Requirement, options?: RequiredOptions) => GuardedRoute) & NotSpread;
  /** Anyone, but a token is verified, meets the requirement, and a bad one is refused (or is nobody's, by `onInvalid`). */
  readonly optional: ((needed?: Requirement, options?: OptionalOptions) => GuardedRoute) & NotSpread;
  /**
   * Closes the verifier and the audit trail with the application: `app.register(auth.plugin())`. Where `publicUrl` or
   * `resource` is set, it also adds the route of the resource's metadata document (RFC 9728), open to everyone and at the
   * root of the application, wherever the plugin is registered.
   */
  plugin(): FastifyPluginCallback;
  /**
   * The endpoints of the sign-in: `app.register(auth.router(), { prefix: "/api" })`. They have a scope of their own: parsers and
   * hooks that the application adds there (in a plugin around it) are theirs, too.
   *
   * @throws TypeError where people can't sign in: without `clientId` and `session`
   */
  router(): FastifyPluginCallback;
  /**
   * Protected routes in the application's OpenAPI document: `app.register(swagger, auth.openapi().swagger({ … }))`.
   *
   * @throws TypeError where an option is unknown or of the wrong form
   */
  openapi(options?: OpenApiOptions): FastifyOpenApi;
}

/**
 * Verified identity for Fastify 5. Without options, the environment is read.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 *
 * @example
 * ```ts
 * const auth = sallyport({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });
 * app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
 * ```
 */
export function sallyport<Claims = JsonObject>(
  options?: SallyportOptions,
  deps?: SallyportDeps<Claims>,
): FastifyAuth<Claims> {
  const kit = createKit<Claims, FastifyRequestLike>(options, deps);
  const { auth, gate, hasPassed, document, note, notes } = kit;

  function guarded({ needed, rules }: Rules): GuardedRoute {
    const judge = gate(needed, rules);
    const { optional = false } = rules;
    const finish = (
      answer: Answer | undefined,
      facts: RequestFacts,
      reply: FastifyReplyLike,
      done: (error?: Error) => void,
    ) => {
      if (answer) return send(answer, reply, done);
      letIn(facts, optional, reply, headersOf);
      done();
    };
    const onRequest: FastifyHook = (request, reply, done) => {
      const { raw, id: requestId, routeOptions } = request;
      const { originalUrl } = raw;
      const facts = nodeFacts(raw, { requestId, route: routeOptions.url, parsed: request, originalUrl });
      const answer = judge(request, facts);
      if (isPromise(answer)) answer.then((settled) => finish(settled, facts, reply, done));
      else finish(answer, facts, reply, done);
    };
    const preValidation: FastifyHook = (request, reply, done) => {
      if (hasPassed(request, judge) && !tokenInForm(request.body, request.raw)) done();
      else onRequest(request, reply, done);
    };
    for (const hook of [onRequest, preValidation]) note(hook, needed, rules);
    return note({ onRequest, preValidation }, needed, rules);
  }

  const plugin: FastifyPluginCallback = (app, _options, done) => {
    app.addHook("onClose", () => auth.close());
    try {
      if (document) addMetadataRoute(app, document);
    } catch (error) {
      // Two of the same name, or the application's own route. Thrown, it would end the process instead of the start.
      return done(error as Error);
    }
    done();
  };

  return {
    ...auth,
    required: notSpread("auth.required", (...given: readonly unknown[]) => guarded(requiredRules(given))),
    optional: notSpread("auth.optional", (...given: readonly unknown[]) => guarded(optionalRules(given))),
    router(...given: readonly unknown[]) {
      takesNothing("auth.router", given);
      const routing = kit.routing();
      return (app, _options, done) => {
        try {
          addRouter(app, routing, kit.noteEndpoint);
        } catch (error) {
          // As of the plugin: it would end the process instead of the start.
          return done(error as Error);
        }
        done();
      };
    },
    openapi: (given) => fastifyOpenApi(notes, given),
    plugin: (...given: readonly unknown[]) => {
      try {
        takesNothing("auth.plugin", given);
      } catch (error) {
        const [, , done] = given;
        if (typeof done !== "function") throw error;
        // Fastify's own call. Thrown, it would end the process instead of the start.
        done(error);
      }
      return plugin;
    },
  };
}

/** Spread, a function gives its own members alone: here, what throws at that very line. */
function notSpread<Make extends object>(name: string, make: Make): Make & NotSpread {
  const get = () => {
    throw new TypeError(`${name} is a function: did you mean ${name}(), with the parentheses?`);
  };
  for (const hook of ["onRequest", "preValidation"]) {
    Object.defineProperty(make, hook, { enumerable: true, get });
  }
  return make as Make & NotSpread;
}

const headersOf: ResponseHeaders<FastifyReplyLike> = {
  get: (reply, name) => reply.getHeader(name),
  set: (reply, name, value) => reply.header(name, value),
  // Fastify keeps what is there of this one header.
  addCookie: (reply, value) => reply.header("set-cookie", value),
};

function send(answer: Answer, reply: FastifyReplyLike, done: (error?: Error) => void): void {
  reply.headers({ ...answer.headers });
  for (const cookie of answer.cookies) headersOf.addCookie(reply, cookie);
  if (answer.thrown) done(answer.thrown);
  else {
    reply.code(answer.status);
    (reply as { send(payload?: string): unknown }).send(answer.text);
  }
}
