// What an application injects: the verifier, decisions without a request, health, and who called.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Requirement } from "../authorize/index.ts";
import type { CallerSession, GuardOptions, NodeMessage } from "../http/index.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { UpstreamOptions } from "../sallyport.ts";
import { checkGuardOptions } from "./arguments.ts";
import type { Auth } from "./common.ts";
import { factsOf, nodeRequest } from "./nest-exchange.ts";
import { authOf, enter, type Gates, maybeCaller } from "./nest-gates.ts";
import { letIn, send, setHeaders } from "./node-response.ts";

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
export class Sallyport<Claims = JsonObject> implements Omit<Auth<Claims, object>, "close"> {
  /** Verifies tokens that did not come with a request: `verify()`, `verifySync()`. */
  readonly verifier: Auth<Claims, object>["verifier"];
  /** Whether a caller meets a requirement, why not, and what is missing; it throws for no caller. */
  readonly decide: Auth<Claims, object>["decide"];
  /** Ends when keys are at hand; rejects with the `AuthError` that says what is wrong. */
  readonly ready: Auth<Claims, object>["ready"];
  /** Plain data on issuers, keys and the audit trail. */
  readonly health: Auth<Claims, object>["health"];
  readonly signingKeys: Auth<Claims, object>["signingKeys"];
  /** Sessions, for whoever administers them: needs `deps.sessionStore`. */
  readonly sessions: Auth<Claims, object>["sessions"];
  /** Access tokens for this application itself (client credentials), to call other services. */
  readonly tokenSource: Auth<Claims, object>["tokenSource"];
  /** Signs somebody in on another device (RFC 8628). */
  readonly deviceLogin: Auth<Claims, object>["deviceLogin"];
  readonly #gates: Gates;

  constructor(gates: Gates) {
    const auth = gates.kit.auth as Auth<Claims, NodeMessage>;
    this.verifier = auth.verifier;
    this.decide = auth.decide;
    this.ready = auth.ready;
    this.health = auth.health;
    this.signingKeys = auth.signingKeys;
    this.sessions = auth.sessions;
    this.tokenSource = auth.tokenSource;
    this.deviceLogin = auth.deviceLogin;
    this.#gates = gates;
  }

  /**
   * The caller of a request: Express's, Fastify's or Node's.
   *
   * @throws TypeError where the route is not protected, or nobody in particular was let in
   */
  identity(request: object): Identity<Claims> {
    const identity = this.maybeIdentity(request);
    if (!identity) throw new TypeError("This optional route let nobody in: ask with maybeIdentity()");
    return identity;
  }

  /**
   * The caller of a request, or `undefined` for nobody on a route with `@MaybeProtected`.
   *
   * @throws TypeError where the route is not protected
   */
  maybeIdentity(request: object): Identity<Claims> | undefined {
    return maybeCaller(request) as Identity<Claims> | undefined;
  }

  /**
   * The session by which a request came; `undefined` where it came by a token, or nobody is signed in.
   *
   * @throws TypeError where the route is not protected
   */
  session(request: object): CallerSession | undefined {
    return authOf(request).session(nodeRequest(request));
  }

  /**
   * The caller's access token, for calls upstream in the caller's name: the session's, or the one that came with the request.
   *
   * @throws TypeError by rejection: where the route is not protected, nobody in particular was let in, or the token is bound to a key
   */
  async accessToken(request: object): Promise<string> {
    return authOf(request).accessToken(nodeRequest(request));
  }

  /** A `fetch` for calls upstream in the caller's name, as `accessToken`; with a proof where the session's token is bound to a key. */
  async upstream(request: object, options?: UpstreamOptions): Promise<typeof globalThis.fetch> {
    return authOf(request).upstream(nodeRequest(request), options);
  }

  /**
   * A token for the header `X-CSRF-Token`, bound to the session of a request.
   *
   * @throws TypeError by rejection: where the request came by no session
   */
  async csrfToken(request: object): Promise<string> {
    return authOf(request).csrfToken(nodeRequest(request));
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
    const { kit } = this.#gates;
    checkGuardOptions("Sallyport.middleware", options);
    const gate = kit.gate(needed, options);
    return async (request, response, next) => {
      try {
        const message = nodeRequest(request);
        const facts = factsOf(request);
        const refused = await gate(message, facts);
        if (refused?.thrown) {
          setHeaders(refused, response);
          throw refused.thrown;
        }
        if (refused) return send(refused, response);
        letIn(facts, options.optional ?? false, response);
        enter(message, kit);
      } catch (error) {
        return next(error);
      }
      next();
    };
  }
}
