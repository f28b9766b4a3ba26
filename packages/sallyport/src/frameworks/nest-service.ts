// What an application injects: the verifier, decisions without a request, health, and who called.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Decision, Requirement } from "../authorize/index.ts";
import { type Guard, type GuardOptions, Refused } from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { Core } from "../sallyport.ts";
import { answer, factsOf } from "./nest-exchange.ts";
import { admit, maybeCaller } from "./nest-visits.ts";

/** What `app.use()` and `consumer.apply()` take on either adapter. */
export type NodeMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

/**
 * Inject it where a decorator does not reach.
 *
 * @example
 * ```ts
 * @Controller()
 * class Reports {
 *   constructor(@Inject(Sallyport) private readonly auth: Sallyport) {}
 *   @Protected() @Get("reports") list(@Req() request: Request) {
 *     return this.auth.identity(request).subject;
 *   }
 * }
 * ```
 */
export class Sallyport<Claims = JsonObject> {
  readonly #core: Core<Claims>;

  constructor(core: Core<Claims>) {
    this.#core = core;
  }

  /** Verifies tokens that did not come with a request: `verify()`, `verifySync()`. */
  get verifier(): Core<Claims>["verifier"] {
    return this.#core.verifier;
  }

  /**
   * The caller of a request: Express's, Fastify's or Node's.
   *
   * @throws Error where the route is not protected, or lets in nobody in particular and nobody came
   */
  identity(request: object): Identity<Claims> {
    const identity = this.maybeIdentity(request);
    if (!identity)
      throw new Error("The request came without a token; where that may be, use maybeIdentity()");
    return identity;
  }

  /**
   * The caller of a request, or `undefined` for nobody on a route with `@MaybeProtected`.
   *
   * @throws Error where the route is not protected
   */
  maybeIdentity(request: object): Identity<Claims> | undefined {
    return maybeCaller(request) as Identity<Claims> | undefined;
  }

  /** Whether a caller meets a requirement, why not, and what is missing; it throws nothing. */
  decide(identity: Identity<Claims>, needed: Requirement): Decision | Promise<Decision> {
    return this.#core.decide(identity, needed);
  }

  /** Ends when keys are at hand; rejects with the `AuthError` that says what is wrong. */
  ready(): Promise<void> {
    return this.#core.ready();
  }

  /** Plain data on issuers, keys and the audit trail. */
  health(): ReturnType<Core<Claims>["health"]> {
    return this.#core.health();
  }

  signingKeys(): ReturnType<Core<Claims>["signingKeys"]> {
    return this.#core.signingKeys();
  }

  /**
   * A middleware that refuses before the body is read, which guards cannot: Nest parses bodies ahead of them. It goes in
   * front of what takes large uploads, beside the guard, not instead of it.
   *
   * @example
   * ```ts
   * const app = await NestFactory.create(AppModule);
   * app.use("/uploads", app.get(Sallyport).middleware(scope("files:write")));
   * ```
   */
  middleware(needed?: Requirement, options: GuardOptions = {}): NodeMiddleware {
    const guard = this.#core.guard(needed, options);
    const mode = this.#core.refuse;
    return async (request, response, next) => {
      try {
        const outcome = await guard(factsOf(request));
        if (!(outcome instanceof Refused))
          admit(request, { guard: guard as Guard<unknown>, identity: outcome });
        else if (mode === "throw") throw outcome.error;
        else return answer(outcome, response);
      } catch (error) {
        return next(error);
      }
      next();
    };
  }
}
