// What every framework's `auth` has in common: the core, and who came in with which request.

import type { Requirement } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import {
  Answer,
  accessTokenOf,
  answerMetadata,
  type CallerSession,
  createRouting,
  type Endpoint,
  type GuardOptions,
  type Outcome,
  type RequestFacts,
  type Routing,
  sessionOf,
} from "../http/index.ts";
import type { Identity } from "../identity.ts";
import { createNotes, type GuardNotes } from "../openapi/index.ts";
import {
  type Core,
  createCore,
  type SallyportDeps,
  type SallyportOptions,
  type UpstreamOptions,
} from "../sallyport.ts";
import { onTheRequest, Visit, type Visits } from "./visits.ts";

/** The part of `auth` that is the same in every framework. `Carrier` is what stands for a request there. */
export interface Auth<Claims, Carrier extends object>
  extends Pick<Core<Claims>, "verifier" | "decide" | "ready" | "health" | "signingKeys" | "close"> {
  /** Sessions, for whoever administers them: needs `deps.sessionStore`. */
  readonly sessions: Core<Claims>["administration"];
  /**
   * Access tokens for this application itself (client credentials), to call other services: fetched when one is needed, kept
   * until shortly before it expires, asked for once at a time.
   *
   * @throws TypeError where nobody signs in here, or an option is unknown or of the wrong form
   */
  readonly tokenSource: Core<Claims>["tokenSource"];
  /**
   * Signs somebody in on another device (RFC 8628), for a command or a device without a browser: shows what to type where, and
   * asks the provider as often as it allows.
   *
   * @throws TypeError where nobody signs in here; AuthError by rejection, `provider_unavailable` or `provider_refused_client`
   */
  readonly deviceLogin: Core<Claims>["deviceLogin"];
  /**
   * The caller of a request on a protected route.
   *
   * @throws TypeError where the route is not protected, or nobody in particular was let in
   */
  identity(request: Carrier): Identity<Claims>;
  /**
   * The caller, or `undefined` for nobody on an optional route.
   *
   * @throws TypeError where the route is not protected: "nobody" would be a lie
   */
  maybeIdentity(request: Carrier): Identity<Claims> | undefined;
  /**
   * The session by which a request came; `undefined` where it came by a token, or nobody is signed in.
   *
   * @throws TypeError where the route is not protected
   */
  session(request: Carrier): CallerSession | undefined;
  /**
   * The caller's access token, for calls upstream in the caller's name: the session's, or the one that came with the request.
   * An API that it was not issued for will not take it, and should not.
   *
   * @throws TypeError by rejection: where the route is not protected, nobody in particular was let in, or the token is bound to a key
   */
  accessToken(request: Carrier): Promise<string>;
  /**
   * A `fetch` for calls upstream in the caller's name: with that token, and with a proof where the session's is bound to a key.
   * It sends by the global `fetch`, or by the one given: `deps.fetch` is for the provider alone.
   *
   * @throws TypeError by rejection, as `accessToken`; where an option is unknown or of the wrong form
   */
  upstream(request: Carrier, options?: UpstreamOptions): Promise<typeof globalThis.fetch>;
  /**
   * A token for the header `X-CSRF-Token`, bound to the session of a request: for clients that send neither `Sec-Fetch-Site` nor
   * the application's own `Origin`. Whoever shows it may do all that the session may: hand it to the application's own pages alone.
   *
   * @throws TypeError by rejection: where the request came by no session
   */
  csrfToken(request: Carrier): Promise<string>;
}

/** Judges a request: `undefined` lets it in; an answer is sent, or its `thrown` is thrown. Never throws. */
export type Gate<Carrier> = (
  request: Carrier,
  facts: RequestFacts,
) => Answer | undefined | Promise<Answer | undefined>;

/** The resource's metadata document (RFC 9728), ready to be served. */
export interface Document {
  /** Its path from the root of the host. */
  readonly path: string;
  /** The answer to a request for it; `undefined` for any other path. `url` is the target, or the whole URL. */
  answer(method: string, url: string): Answer | undefined;
  /** To be called by what serves it: from then on challenges point to it. */
  isServed(): void;
}

/** What an adapter builds on. */
export interface Kit<Claims, Carrier extends object> {
  readonly auth: Auth<Claims, Carrier>;
  readonly refuse: "answer" | "throw";
  /** `undefined` where nothing says what the resource is called, or no client could get a token for it. */
  readonly document: Document | undefined;
  /**
   * The router's endpoints.
   *
   * @throws TypeError where the application has none
   */
  routing(): Routing;
  /** Whether it has. */
  readonly hasRouter: boolean;
  /** Compiles a guard, once a route. */
  gate(needed: Requirement | undefined, options?: GuardOptions): Gate<Carrier>;
  /** Whether this very gate let the request in last: that another one, of a wider scope, did says nothing. */
  hasPassed(request: Carrier, gate: Gate<Carrier>): boolean;
  /** What an OpenAPI document has to know of the guards. */
  readonly notes: GuardNotes;
  /** Notes what a guard asks for; the requirement travels with the guard, not in anybody's schema. */
  note<Guard extends object>(guard: Guard, needed: Requirement | undefined, options: GuardOptions): Guard;
  /** Notes which endpoint a handler answers. */
  noteEndpoint(handler: object, endpoint: Endpoint): void;
}

const dayMilliseconds = 86_400_000;

/**
 * Wires the core, and remembers identities by request: nothing is added to the framework's own types.
 *
 * @param visits where they are remembered. Default: on the request
 */
export function createKit<Claims, Carrier extends object>(
  options?: SallyportOptions,
  deps?: SallyportDeps<Claims>,
  visits: Visits<Claims, Carrier> = onTheRequest(),
): Kit<Claims, Carrier> {
  const core = createCore<Claims>(options, deps);
  const { sessions, router } = core;

  function visitOf(request: Carrier): Visit<Claims> {
    const found = visits.get(request);
    if (found === undefined) {
      throw new TypeError(
        "No caller is known on this route: put auth.required() or auth.optional(), with the parentheses, in front of its handler; or another sallyport() guards this route: ask that one",
      );
    }
    return found;
  }

  const maybeIdentity = (request: Carrier) => visitOf(request).identity;

  function identity(request: Carrier): Identity<Claims> {
    const found = maybeIdentity(request);
    if (!found)
      throw new TypeError(
        "Nobody in particular was let in by this optional route: ask with auth.maybeIdentity(), or put auth.required() in front",
      );
    return found;
  }

  /** Of somebody in particular: the token of who was let in as nobody was verified by no one. */
  function factsOfCaller(request: Carrier): RequestFacts {
    if (maybeIdentity(request)) return visitOf(request).facts;
    throw new TypeError("Nobody in particular was let in: there is no access token");
  }

  async function csrfToken(request: Carrier): Promise<string> {
    const { content, expiresAt } = visitOf(request).facts.session ?? {};
    if (!content || !sessions?.csrf) {
      throw new TypeError(
        "The request came by no session: there is no CSRF token to give it, and none is needed",
      );
    }
    return sessions.csrf.make(content, expiresAt ?? content.startedAt + dayMilliseconds);
  }

  let routed: Routing | undefined;
  function routing(): Routing {
    if (!router) {
      throw new TypeError(
        "auth.router() has no endpoints: give sallyport() `clientId` and `session` (in the environment: OIDC_CLIENT_ID and SESSION_SECRET)",
      );
    }
    routed ??= createRouting(router);
    return routed;
  }

  function gate(needed: Requirement | undefined, guardOptions: GuardOptions = {}): Gate<Carrier> {
    const guard = core.guard(needed, guardOptions);
    const admit = (request: Carrier, facts: RequestFacts, outcome: Outcome<Claims>): Answer | undefined => {
      if (outcome instanceof Answer) return outcome;
      visits.set(request, new Visit(outcome, judge, facts));
      return undefined;
    };
    const judge: Gate<Carrier> = (request, facts) => {
      const outcome = guard(facts);
      return isPromise(outcome)
        ? outcome.then((settled) => admit(request, facts, settled))
        : admit(request, facts, outcome);
    };
    return judge;
  }

  function hasPassed(request: Carrier, judge: Gate<Carrier>): boolean {
    return visits.get(request)?.isBy(judge) === true;
  }

  const notes = createNotes({
    issuers: () => core.verifier.issuers(),
    ownBodies: core.refuse === "throw" || deps?.onRefused !== undefined,
    dpop: core.verifier.dpop !== undefined,
    sessionCookie: core.sessionCookie,
    router: () => (router ? routing() : undefined),
  });

  function note<Guard extends object>(
    guard: Guard,
    needed: Requirement | undefined,
    rule: GuardOptions,
  ): Guard {
    const { optional = false, onInvalid, by } = rule;
    notes.note(guard, { needed, optional, anonymous: optional && onInvalid === "anonymous", by });
    return guard;
  }

  const { verifier, decide, ready, health, signingKeys, close, refuse, metadata } = core;
  const { administration, deviceLogin, tokenSource } = core;
  return {
    auth: {
      sessions: administration,
      tokenSource,
      deviceLogin,
      verifier,
      decide,
      ready,
      health,
      signingKeys,
      close,
      identity,
      maybeIdentity,
      csrfToken,
      session: (request) => sessionOf(visitOf(request).facts),
      accessToken: async (request) => accessTokenOf(factsOfCaller(request)),
      upstream: async (request, given) => core.upstream(factsOfCaller(request), given),
    },
    refuse,
    routing,
    hasRouter: router !== undefined,
    document: metadata && {
      path: metadata.path,
      answer: (method, url) => answerMetadata(metadata, method, url),
      isServed: core.metadataIsServed,
    },
    gate,
    hasPassed,
    notes,
    note,
    noteEndpoint: notes.noteEndpoint,
  };
}

/**
 * The document of who asks for it to be served.
 *
 * @throws TypeError where there is none: the application would answer 404, and nobody would know why
 */
export function existing(document: Document | undefined): Document {
  if (document) return document;
  throw new TypeError(
    "auth.resourceMetadata has no document to serve: give sallyport() `publicUrl` or `resource`, and an issuer that clients can get tokens from",
  );
}
