// `sallyport/fetch`: handlers from `Request` to `Response`, wherever they run (Bun, Deno, workers, service workers).
import type { Requirement } from "../authorize/index.ts";
import { type Answer, type GuardOptions, vary, webFacts } from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import { type OptionalOptions, optionsLast, requirementFirst } from "./arguments.ts";
import { type Auth, createKit, existing } from "./common.ts";

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
  ): FetchHandler<Rest>;
  /** Calls the handler only for callers with a valid token that meets the requirement. */
  required<Rest extends readonly unknown[]>(
    needed: Requirement,
    handler: CallerHandler<Identity<Claims>, Rest>,
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
  const { auth, gate, document } = createKit<Claims, Request>(options, deps);

  // When it is served, only the application's own code knows.
  document?.isServed();

  function handle<Rest extends readonly unknown[]>(
    needed: Requirement | undefined,
    handler: CallerHandler<never, Rest>,
    guardOptions: GuardOptions,
  ): FetchHandler<Rest> {
    if (typeof handler !== "function") {
      throw new TypeError(
        "auth.required and auth.optional take a handler: (request, { identity }) => Response",
      );
    }
    const judge = gate(needed, guardOptions);
    return async (request, ...rest) => {
      const facts = webFacts(request);
      const answer = await judge(request, facts);
      if (answer) return respond(answer);
      const identity = auth.maybeIdentity(request) as never;
      const response = await handler(request, { identity }, ...rest);
      const varied = guardOptions.optional ? withHeader(response, "vary", vary) : response;
      return facts.dpopNonce === undefined
        ? varied
        : withHeader(varied, "dpop-nonce", () => facts.dpopNonce as string);
    };
  }

  return {
    ...auth,
    required(...given: readonly unknown[]) {
      const { needed, handler } = requirementFirst(given);
      return handle(needed, handler as CallerHandler<never, never[]>, {});
    },
    optional(...given: readonly unknown[]) {
      const { needed, handler, rules } = optionsLast(given);
      return handle(needed, handler as CallerHandler<never, never[]>, rules);
    },
    resourceMetadata({ method, url }) {
      const found = existing(document).answer(method, url);
      return found && respond(found);
    },
  };
}

function respond({ status, headers, text, thrown }: Answer): Response {
  if (thrown) throw thrown;
  return new Response(text ?? null, { status, headers });
}

function withHeader(
  response: Response,
  name: string,
  newValue: (present: string | null) => string,
): Response {
  // Bun has handlers answer nothing once they have upgraded a connection.
  if (!(response instanceof Response)) return response;
  const value = newValue(response.headers.get(name));
  try {
    response.headers.set(name, value);
    return response;
  } catch {
    // Responses of `fetch()` and `Response.redirect()` can't be changed, only copied.
    const headers = new Headers(response.headers);
    headers.set(name, value);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  }
}
