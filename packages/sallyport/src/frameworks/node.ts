// `sallyport/node`: listeners of `http.createServer`, without a framework.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Requirement } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import { type Answer, type GuardOptions, nodeFacts } from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import { type OptionalOptions, optionsLast, requirementFirst } from "./arguments.ts";
import { type Auth, createKit, existing } from "./common.ts";
import { letIn, send, setHeaders } from "./node-response.ts";

export * from "./exports.ts";

/** A listener as `http.createServer` takes it. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** The face of the library for plain Node. The body belongs to the listener: a second token in a form is not looked for. */
export interface NodeAuth<Claims> extends Auth<Claims, IncomingMessage> {
  /** Calls the listener only for callers with a valid token. */
  required(listener: Listener): Listener;
  /** Calls the listener only for callers with a valid token that meets the requirement. */
  required(needed: Requirement, listener: Listener): Listener;
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
  ): Promise<Identity<Claims> | undefined>;
  /**
   * Answers a request for the resource's metadata document (RFC 9728), whoever asks; false for any other:
   * `if (auth.resourceMetadata(request, response)) return;`
   *
   * @throws TypeError where neither `publicUrl` nor `resource` is set, or no issuer is one that clients can get tokens from
   */
  resourceMetadata(request: IncomingMessage, response: ServerResponse): boolean;
}

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
  const { auth, gate, refuse, document } = createKit<Claims, IncomingMessage>(options, deps);

  // When it is served, only the application's own code knows.
  document?.isServed();

  function listen(needed: Requirement | undefined, listener: Listener, guardOptions: GuardOptions): Listener {
    if (typeof listener !== "function") {
      throw new TypeError("auth.required and auth.optional take a listener: (request, response) => …");
    }
    if (refuse === "throw") {
      // It would end the process: nothing catches what a listener throws.
      throw new TypeError('`refuse: "throw"` has nowhere to throw to in a listener; use auth.check()');
    }
    const judge = gate(needed, guardOptions);
    const { optional = false } = guardOptions;
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
    required(...given: readonly unknown[]) {
      const { needed, handler } = requirementFirst(given);
      return listen(needed, handler as Listener, {});
    },
    optional(...given: readonly unknown[]) {
      const { needed, handler, rules } = optionsLast(given);
      return listen(needed, handler as Listener, rules);
    },
    async check(request, response, needed) {
      const facts = nodeFacts(request);
      const answer = await gate(needed)(request, facts);
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
  };
}
