// `sallyport/fetch`: handlers from `Request` to `Response`, wherever they run (Bun, Deno, workers, service workers).
import type { Requirement } from "../authorize/index.ts";
import { type Answer, webEndpointRequest, webFacts } from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import {
  handlerOfOptional,
  handlerOfRequired,
  type OptionalOptions,
  type RequiredOptions,
  type Rules,
  takesNothing,
} from "./arguments.ts";
import { type Auth, createKit, existing } from "./common.ts";
import { carrying, responseOf } from "./web-response.ts";

export * from "./exports.ts";

/** A handler that gets the caller, and whatever else the runtime passes (`env`, `ctx`, `server`, `info`). */
export type CallerHandler<Caller, Rest extends readonly unknown[]> = (
  request: Request,
  context: { readonly identity: Caller },
  ...rest: Rest
) => Response | Promise<Response>;

/** What the runtime calls. */
export type FetchHandler<Rest extends readonly unknown[]> = (
  request: Request,
  ...rest: Rest
) => Promise<Response>;

/** The face of the library for `Request` and `Response`. */
export interface FetchAuth<Claims> extends Auth<Claims, Request> {
  /** Calls the handler only for callers with a valid token. */
  required<Rest extends readonly unknown[]>(
    handler: CallerHandler<Identity<Claims>, Rest>,
    options?: RequiredOptions,
  ): FetchHandler<Rest>;
  /** Calls the handler only for callers with a valid token that meets the requirement. */
  required<Rest extends readonly unknown[]>(
    needed: Requirement,
    handler: CallerHandler<Identity<Claims>, Rest>,
    options?: RequiredOptions,
  ): FetchHandler<Rest>;
  /** Calls the handler for anyone, but a token is verified, and a bad one is refused (or is nobody's, by `onInvalid`). */
  optional<Rest extends readonly unknown[]>(
    handler: CallerHandler<Identity<Claims> | undefined, Rest>,
    options?: OptionalOptions,
  ): FetchHandler<Rest>;
  /** The same; a token must meet the requirement too. */
  optional<Rest extends readonly unknown[]>(
    needed: Requirement,
    handler: CallerHandler<Identity<Claims> | undefined, Rest>,
    options?: OptionalOptions,
  ): FetchHandler<Rest>;
  /**
   * The answer to a request for the resource's metadata document (RFC 9728), whoever asks; `undefined` to any other:
   * `auth.resourceMetadata(request) ?? handler(request)`
   *
   * @throws TypeError where neither `publicUrl` nor `resource` is set, or no issuer is one that clients can get tokens from
   */
  resourceMetadata(request: Request): Response | undefined;
  /**
   * Answers requests for the endpoints of the sign-in, at `router.basePath`; `undefined` to any other:
   * `const router = auth.router();`, and `router(request) ?? handler(request)`.
   *
   * @throws TypeError where people can't sign in: without `clientId` and `session`
   */
  router(): (request: Request) => Promise<Response> | undefined;
}

/**
 * Verified identity for anything that speaks `Request` and `Response`. Without options, the environment is read.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 *
 * @example
 * ```ts
 * const auth = sallyport({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });
 * export default { fetch: auth.required((request, { identity }) => Response.json({ sub: identity.subject })) };
 * ```
 */
export function sallyport<Claims = JsonObject>(
  options?: SallyportOptions,
  deps?: SallyportDeps<Claims>,
): FetchAuth<Claims> {
  const kit = createKit<Claims, Request>(options, deps);
  const { auth, gate, document } = kit;

  // When it is served, only the application's own code knows.
  document?.isServed();

  function handle<Rest extends readonly unknown[]>({
    needed,
    handler,
    rules,
  }: Rules & { readonly handler: unknown }): FetchHandler<Rest> {
    if (typeof handler !== "function") {
      throw new TypeError(
        "auth.required and auth.optional take a handler: (request, { identity }) => Response",
      );
    }
    const judge = gate(needed, rules);
    return async (request, ...rest) => {
      const facts = webFacts(request);
      const answer = await judge(request, facts);
      if (answer) return respond(answer);
      const identity = auth.maybeIdentity(request);
      const response = await handler(request, { identity }, ...rest);
      return carrying(facts, rules.optional ?? false, response);
    };
  }

  return {
    ...auth,
    required: (...given: readonly unknown[]) => handle(handlerOfRequired(given)),
    optional: (...given: readonly unknown[]) => handle(handlerOfOptional(given)),
    resourceMetadata({ method, url }) {
      const found = existing(document).answer(method, url);
      return found && respond(found);
    },
    router(...given: readonly unknown[]) {
      takesNothing("auth.router", given);
      const routing = kit.routing();
      return (request) => {
        const endpoint = routing.findTarget(request.url);
        return endpoint && routing.answer(endpoint, webEndpointRequest(request)).then(responseOf);
      };
    },
  };
}

function respond(answer: Answer): Response {
  if (answer.thrown) throw answer.thrown;
  return responseOf(answer);
}
