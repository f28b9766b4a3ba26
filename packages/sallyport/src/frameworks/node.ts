// `sallyport/node`: listeners of `http.createServer`, without a framework.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Requirement } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import { type Answer, nodeFacts } from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import {
  handlerOfOptional,
  handlerOfRequired,
  type OptionalOptions,
  type RequiredOptions,
  type Rules,
  requiredRules,
  takesNothing,
} from "./arguments.ts";
import { type Auth, createKit, existing } from "./common.ts";
import { letIn, send, setHeaders } from "./node-response.ts";
import { nodeRouter } from "./node-router.ts";

export * from "./exports.ts";

/** A listener as `http.createServer` takes it. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The face of the library for plain Node. The body belongs to the listener: a second token in a form is not looked for. */
export interface NodeAuth<Claims> extends Auth<Claims, IncomingMessage> {
  /** Calls the listener only for callers with a valid token. */
  required(listener: Listener, options?: RequiredOptions): Listener;
  /** Calls the listener only for callers with a valid token that meets the requirement. */
  required(needed: Requirement, listener: Listener, options?: RequiredOptions): Listener;
  /** Calls the listener for anyone, but a token is verified, and a bad one is refused (or is nobody's, by `onInvalid`). */
  optional(listener: Listener, options?: OptionalOptions): Listener;
  /** The same; a token must meet the requirement too. */
  optional(needed: Requirement, listener: Listener, options?: OptionalOptions): Listener;
  /**
   * For a router of your own: the caller, or `undefined` once the refusal has been sent.
   *
   * @throws AuthError by rejection, the headers set, where `refuse` is `throw`
   */
  check(
    request: IncomingMessage,
    response: ServerResponse,
    needed?: Requirement,
    options?: RequiredOptions,
  ): Promise<Identity<Claims> | undefined>;
  /**
   * Answers a request for the resource's metadata document (RFC 9728), whoever asks; false for any other:
   * `if (auth.resourceMetadata(request, response)) return;`
   *
   * @throws TypeError where neither `publicUrl` nor `resource` is set, or no issuer is one that clients can get tokens from
   */
  resourceMetadata(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Answers requests for the endpoints of the sign-in, at `router.basePath`, and calls `next`, where it is given, for any other;
   * false for those: `const router = auth.router();`, and `if (router(request, response)) return;` ahead of what else there is.
   *
   * @throws TypeError where people can't sign in: without `clientId` and `session`
   */
  router(): NodeRouter;
}

/** Whether a request was for an endpoint; the answer may still be on its way. */
export type NodeRouter = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => boolean;

/**
 * Verified identity for Node's own server. Without options, the environment is read.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 *
 * @example
 * ```ts
 * const auth = sallyport({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });
 * createServer(auth.required((request, response) => response.end(auth.identity(request).subject)));
 * ```
 */
export function sallyport<Claims = JsonObject>(
  options?: SallyportOptions,
  deps?: SallyportDeps<Claims>,
): NodeAuth<Claims> {
  const kit = createKit<Claims, IncomingMessage>(options, deps);
  const { auth, gate, refuse, document } = kit;

  // When it is served, only the application's own code knows.
  document?.isServed();

  function listen({ needed, handler, rules }: Rules & { readonly handler: unknown }): Listener {
    const listener = handler as Listener;
    if (typeof listener !== "function") {
      throw new TypeError("auth.required and auth.optional take a listener: (request, response) => …");
    }
    if (refuse === "throw") {
      // It would end the process: nothing catches what a listener throws.
      throw new TypeError('`refuse: "throw"` has nowhere to throw to in a listener; use auth.check()');
    }
    const judge = gate(needed, rules);
    const { optional = false } = rules;
    return (request, response) => {
      const facts = nodeFacts(request);
      const go = (answer: Answer | undefined) => {
        if (answer || response.writableEnded) return answer && send(answer, response);
        letIn(facts, optional, response);
        return listener(request, response);
      };
      const answer = judge(request, facts);
      return isPromise(answer) ? answer.then(go) : go(answer);
    };
  }

  return {
    ...auth,
    required: (...given: readonly unknown[]) => listen(handlerOfRequired(given)),
    optional: (...given: readonly unknown[]) => listen(handlerOfOptional(given)),
    async check(request, response, ...given) {
      const { needed, rules } = requiredRules(given, "auth.check");
      const facts = nodeFacts(request);
      const answer = await gate(needed, rules)(request, facts);
      if (!answer) {
        letIn(facts, false, response);
        return auth.identity(request);
      }
      if (!answer.thrown) {
        send(answer, response);
        return undefined;
      }
      setHeaders(answer, response);
      throw answer.thrown;
    },
    resourceMetadata(request, response) {
      const found = existing(document).answer(request.method ?? "", request.url ?? "");
      if (found) send(found, response);
      return found !== undefined;
    },
    router(...given: readonly unknown[]) {
      takesNothing("auth.router", given);
      return nodeRouter(kit.routing());
    },
  };
}
