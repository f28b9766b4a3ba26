// The web-standard edge: request → token or session → identity → decision → answer, and one event.
import { type Requirement, requirement, scopesToAskFor } from "../authorize/index.ts";
import { isPromise } from "../chain.ts";
import { AuthError, type ChallengeOptions } from "../errors.ts";
import type { Identity } from "../identity.ts";
import { quietly } from "../quietly.ts";
import type { Verified, Verifier } from "../verify/index.ts";
import { asRequestError, readToken } from "./credentials.ts";
import type { RequestFacts } from "./facts.ts";
import { createJudge, Denied } from "./judge.ts";
import { answerMetadata } from "./metadata-answer.ts";
import { preflightAnswer } from "./preflight.ts";
import { type Answer, type RefusalDeps, Refused } from "./refusal.ts";
import type { ResourceMetadata } from "./resource-metadata.ts";
import { createSessionWay, type GuardSessions, type SessionWay } from "./session-way.ts";
import { type Begun, createTell, type Listeners, notBegun } from "./tell.ts";

/** Rules of one guarded route. */
export interface GuardOptions {
  /** Whether a request without credentials goes on as nobody. */
  readonly optional?: boolean;
  /** Whether a request with bad credentials goes on as nobody too (`optional` only). */
  readonly onInvalid?: "refuse" | "anonymous";
  /** The one way in that is taken here. Default: both, and where a request has a token its cookies are not looked at. */
  readonly by?: "token" | "session" | undefined;
}

/** What a guard needs of the application. */
export interface GuardDeps<Claims> extends RefusalDeps, Listeners {
  readonly verifier: Verifier<Claims>;
  /** The application's sessions, where it has any. */
  readonly sessions?: GuardSessions<Claims> | undefined;
  /** The resource's metadata document. */
  readonly metadata?: ResourceMetadata | undefined;
  /** The challenge that points to it, once something serves it. */
  readonly pointing?: { readonly challenge: ChallengeOptions; readonly served: boolean } | undefined;
  readonly now: () => number;
}

/** An identity, `undefined` for nobody (optional guards only), or what to answer: a {@link Refused}, the way to the sign-in, or to a preflight. */
export type Outcome<Claims> = Identity<Claims> | undefined | Answer;

/** Judges one request. Never throws; answers at once where it can. */
export type Guard<Claims> = (facts: RequestFacts) => Outcome<Claims> | Promise<Outcome<Claims>>;

/**
 * Compiles a guard for a route.
 *
 * @throws TypeError where the requirement is not one, or sessions are insisted on and there are none
 */
export function createGuard<Claims>(
  needed: Requirement | undefined,
  { optional = false, onInvalid = "refuse", by }: GuardOptions,
  deps: GuardDeps<Claims>,
): Guard<Claims> {
  const { verifier, emit, sessions } = deps;
  if (by === "session" && !sessions) {
    throw new TypeError('`by: "session"` needs sessions: give sallyport() `clientId` and `session`');
  }
  const frozen = needed === undefined ? undefined : requirement(needed);
  const judge = createJudge(frozen, deps);
  const tell = createTell<Claims>(frozen, deps);
  const way = sessions && by !== "token" ? createSessionWay(sessions) : undefined;
  const { pointing } = deps;
  const pointingDeps = pointing && { ...deps, challenge: withScopes(pointing.challenge, frozen) };

  // A guard of the whole application stands in front of the document too, wherever the document's route was put. Whoever
  // is to be refused there gets the document itself: going on would let everyone in to what else answers that path.
  const inPlace = ({ method, url }: RequestFacts) =>
    deps.metadata && answerMetadata(deps.metadata, method, url);

  function guard(facts: RequestFacts): Outcome<Claims> | Promise<Outcome<Claims>> {
    if (facts.preflight && !optional) return inPlace(facts) ?? preflightAnswer;
    let begun = notBegun;
    let token: string | undefined;
    try {
      // Reading a clock costs as much as finding a token: what needs the time of the request shares one reading.
      begun = { at: deps.now(), start: undefined, by: undefined };
      token = by === "session" ? undefined : readToken(facts, verifier.dpop !== undefined);
      if (token === undefined) return withoutToken(facts, begun);
      begun.by = "token";
      // A proof is work, whether or not its token is known.
      if (emit && verifier.dpop && facts.scheme === "DPoP") begun.start = performance.now();
      const known = verifier.recall(token, facts, begun.at);
      // What most requests meet: nothing to wait for, to decide or to measure. A promise has no `cached`.
      const found = known as Verified<Claims> | undefined;
      if (found?.cached === true && !found.binding && frozen === undefined && !facts.tokenInForm) {
        return finish(facts, begun, found);
      }
      if (emit) begun.start ??= performance.now();
      const judged = judge.bearer(known ?? verifier.check(token, facts), facts);
      if (!isPromise(judged)) return finish(facts, begun, judged);
      return judged.then(
        (passed) => finish(facts, begun, passed),
        (thrown: unknown) => refuse(facts, begun, thrown, token),
      );
    } catch (thrown) {
      return refuse(facts, begun, thrown, token);
    }
  }

  /** By the session, or as nobody. */
  function withoutToken(facts: RequestFacts, begun: Begun): Outcome<Claims> | Promise<Outcome<Claims>> {
    if (!way) {
      if (optional) return finish(facts, begun, undefined);
      throw new AuthError(
        "missing_token",
        facts.authorization
          ? "The Authorization header has another scheme than is taken here"
          : "The request carries no access token",
      );
    }
    if (emit) begun.start = performance.now();
    const visitor = way.enter(facts);
    const judged = isPromise(visitor)
      ? visitor.then((later) => judgeVisitor(way, facts, begun, later))
      : judgeVisitor(way, facts, begun, visitor);
    if (!isPromise(judged)) return finish(facts, begun, judged);
    return judged.then(
      (passed) => finish(facts, begun, passed),
      (thrown: unknown) => refuse(facts, begun, thrown, undefined),
    );
  }

  function judgeVisitor(
    { nobody }: SessionWay<Claims>,
    facts: RequestFacts,
    begun: Begun,
    verified: Verified<Claims> | undefined,
  ): Verified<Claims> | undefined | Promise<Verified<Claims>> {
    if (facts.session?.asked) begun.by = "session";
    if (verified) return judge.require(verified);
    if (optional) return undefined;
    throw nobody(facts);
  }

  function finish(
    facts: RequestFacts,
    begun: Begun,
    verified: Verified<Claims> | undefined,
  ): Outcome<Claims> {
    tell?.(facts, begun, { outcome: verified ? "allowed" : "anonymous", verified });
    return verified?.identity;
  }

  function refuse(
    facts: RequestFacts,
    begun: Begun,
    thrown: unknown,
    token: string | undefined,
  ): Outcome<Claims> {
    const { error, verified } = errorOf(thrown, token);
    if (facts.session?.asked) begun.by = "session";
    // Only who the caller is may be waived: an outage or a malformed request is not nobody's visit; nor is that of a client
    // which has yet to be told the nonce.
    const waived = optional && onInvalid === "anonymous" && error.code !== "use_dpop_nonce";
    if (waived && error.status === 401 && !verified) {
      tell?.(facts, begun, { outcome: "anonymous", error });
      return undefined;
    }
    const document = inPlace(facts);
    const answer = document ?? refusal(facts, begun, error);
    // Who only asks for the document tries nothing, and is refused nothing.
    if (!document || begun.by !== undefined)
      tell?.(facts, begun, { outcome: "refused", verified, error, status: answer.status });
    return answer;
  }

  function refusal(facts: RequestFacts, { by: tried }: Begun, error: AuthError): Answer {
    const how = pointing?.served && pointingDeps ? pointingDeps : deps;
    // Signing in cures nothing for a program that came with a token.
    const loginUrl = tried === "token" ? undefined : quietly(() => way?.signIn(facts, error));
    const redirect = loginUrl === undefined ? undefined : way?.redirect(facts, loginUrl);
    return redirect ?? new Refused(error, how, facts.scheme, { loginUrl, cookies: facts.session?.cookies });
  }

  function errorOf(
    thrown: unknown,
    token: string | undefined,
  ): { error: AuthError; verified?: Verified<Claims> } {
    if (thrown instanceof Denied)
      return { error: thrown.error, verified: thrown.verified as Verified<Claims> };
    const error = token === undefined ? thrown : asRequestError(thrown, token);
    if (error instanceof AuthError) return { error };
    // A mistake of ours or of the application's must not become a way in, nor a stack trace for the caller.
    return { error: new AuthError("check_failed", "Deciding failed unexpectedly", { cause: thrown }) };
  }

  return guard;
}

/** The challenge of a route: its scopes are what a client without a good token should ask for. */
function withScopes(challenge: ChallengeOptions, needed: Requirement | undefined): ChallengeOptions {
  const own = needed ? scopesToAskFor(needed) : [];
  return { ...challenge, scopes: [...new Set([...(challenge.scopes ?? []), ...own])] };
}
