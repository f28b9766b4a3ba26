// The web-standard edge: request → token → identity → decision → answer, and one event.
import {
  decide,
  denialError,
  describeRequirement,
  type Requirement,
  requirement,
  scopesToAskFor,
} from "../authorize/index.ts";
import { chain, isPromise } from "../chain.ts";
import { AuthError, type ChallengeOptions } from "../errors.ts";
import type { DecisionEvent } from "../events.ts";
import type { Identity } from "../identity.ts";
import type { Verified, Verifier } from "../verify/index.ts";
import type { Watch } from "../watch.ts";
import { asRequestError, readToken } from "./credentials.ts";
import type { RequestFacts } from "./facts.ts";
import { answerMetadata } from "./metadata-answer.ts";
import { preflightAnswer } from "./preflight.ts";
import { type Answer, type RefusalDeps, Refused } from "./refusal.ts";
import type { ResourceMetadata } from "./resource-metadata.ts";

/** Rules of one guarded route. */
export interface GuardOptions {
  /** Whether a request without credentials goes on as nobody. */
  readonly optional?: boolean;
  /** Whether a request with bad credentials goes on as nobody too (`optional` only). */
  readonly onInvalid?: "refuse" | "anonymous";
}

/** What a guard needs of the application. */
export interface GuardDeps<Claims> extends RefusalDeps {
  readonly verifier: Verifier<Claims>;
  /** The resource's metadata document. */
  readonly metadata?: ResourceMetadata | undefined;
  /** The challenge that points to it, once something serves it. */
  readonly pointing?: { readonly challenge: ChallengeOptions; readonly served: boolean } | undefined;
  readonly now: () => number;
  /** Receives the decision; `undefined` where nobody listens. */
  readonly emit: ((event: DecisionEvent) => void) | undefined;
  /** Hears of the decision before that, and of less: what can be counted. */
  readonly watch?: Pick<Watch, "decision"> | undefined;
}

/** An identity, `undefined` for nobody (optional guards only), or what to answer: a {@link Refused}, or to a preflight. */
export type Outcome<Claims> = Identity<Claims> | undefined | Answer;

/** Judges one request. Never throws; answers at once where it can. */
export type Guard<Claims> = (facts: RequestFacts) => Outcome<Claims> | Promise<Outcome<Claims>>;

/**
 * Compiles a guard for a route.
 *
 * @throws TypeError where the requirement is not one
 */
export function createGuard<Claims>(
  needed: Requirement | undefined,
  { optional = false, onInvalid = "refuse" }: GuardOptions,
  deps: GuardDeps<Claims>,
): Guard<Claims> {
  const { verifier, emit, watch } = deps;
  const heard = emit !== undefined || watch !== undefined;
  const frozen = needed === undefined ? undefined : requirement(needed);
  const described = frozen && describeRequirement(frozen);
  const { pointing } = deps;
  const pointingDeps = pointing && { ...deps, challenge: withScopes(pointing.challenge, frozen) };

  // A guard of the whole application stands in front of the document too, wherever the document's route was put. Whoever
  // is to be refused there gets the document itself: going on would let everyone in to what else answers that path.
  const inPlace = ({ method, url }: RequestFacts) =>
    deps.metadata && answerMetadata(deps.metadata, method, url);

  function judge(
    verified: Verified<Claims> | Promise<Verified<Claims>>,
    facts: RequestFacts,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    const { tokenInForm } = facts;
    const passed = frozen === undefined ? verified : chain(verified, (one) => require(one, frozen));
    // Last, since the body may have to be read for it: a bad token is refused before that.
    const single = tokenInForm ? chain(passed, (one) => requireOneToken(one, tokenInForm)) : passed;
    return verifier.dpop ? chain(single, (one) => addNonce(one, facts)) : single;
  }

  /** The nonce for the next proof goes with the answer to this one, whoever makes that (RFC 9449 §8.2). */
  function addNonce(
    verified: Verified<Claims>,
    facts: RequestFacts,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    if (verified.binding?.jkt === undefined) return verified;
    return chain(verifier.dpop?.nonce(), (nonce) => {
      facts.dpopNonce = nonce;
      return verified;
    });
  }

  function requireOneToken(
    verified: Verified<Claims>,
    tokenInForm: true | (() => Promise<boolean>),
  ): Verified<Claims> | Promise<Verified<Claims>> {
    return chain(tokenInForm === true || tokenInForm(), (found) => {
      if (found) throw new Denied(secondToken(), verified);
      return verified;
    });
  }

  function require(verified: Verified<Claims>, all: Requirement) {
    return chain(decide(verified.identity, all, deps.now()), (decision) => {
      if (decision.allowed) return verified;
      throw new Denied(denialError(decision), verified);
    });
  }

  function guard(facts: RequestFacts): Outcome<Claims> | Promise<Outcome<Claims>> {
    if (facts.preflight && !optional) return inPlace(facts) ?? preflightAnswer;
    let begun = notBegun;
    let token: string | undefined;
    try {
      // Reading a clock costs as much as finding a token: what needs the time of the request shares one reading.
      begun = { at: deps.now(), start: undefined };
      token = readToken(facts, verifier.dpop !== undefined);
      if (token === undefined) {
        if (optional) return finish(facts, begun, undefined);
        throw new AuthError(
          "missing_token",
          facts.authorization
            ? "The Authorization header has another scheme than is taken here"
            : "The request carries no access token",
        );
      }
      // A proof is work, whether or not its token is known.
      if (emit && verifier.dpop && facts.scheme === "DPoP") begun.start = performance.now();
      const known = verifier.recall(token, facts, begun.at);
      // What most requests meet: nothing to wait for, to decide or to measure. A promise has no `cached`.
      const found = known as Verified<Claims> | undefined;
      if (found?.cached === true && !found.binding && frozen === undefined && !facts.tokenInForm) {
        return finish(facts, begun, found);
      }
      if (emit) begun.start ??= performance.now();
      const judged = judge(known ?? verifier.check(token, facts), facts);
      if (!isPromise(judged)) return finish(facts, begun, judged);
      return judged.then(
        (passed) => finish(facts, begun, passed),
        (thrown: unknown) => refuse(facts, begun, thrown, token),
      );
    } catch (thrown) {
      return refuse(facts, begun, thrown, token);
    }
  }

  function finish(
    facts: RequestFacts,
    begun: Begun,
    verified: Verified<Claims> | undefined,
  ): Outcome<Claims> {
    if (heard) tell(facts, begun, verified ? "allowed" : "anonymous", verified, undefined);
    return verified?.identity;
  }

  function refuse(
    facts: RequestFacts,
    begun: Begun,
    thrown: unknown,
    token: string | undefined,
  ): Outcome<Claims> {
    const { error, verified } = errorOf(thrown, token);
    // Only who the caller is may be waived: an outage or a malformed request is not nobody's visit; nor is that of a client
    // which has yet to be told the nonce.
    const waived = optional && onInvalid === "anonymous" && error.code !== "use_dpop_nonce";
    if (waived && error.status === 401 && !verified) {
      if (heard) tell(facts, begun, "anonymous", undefined, error);
      return undefined;
    }
    const document = inPlace(facts);
    // Who only asks for the document tries nothing, and is refused nothing.
    if (heard && !(document && token === undefined)) tell(facts, begun, "refused", verified, error);
    const how = pointing?.served && pointingDeps ? pointingDeps : deps;
    return document ?? new Refused(error, how, facts.scheme);
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

  function tell(
    { method, route, requestId }: RequestFacts,
    { at, start }: Begun,
    outcome: DecisionEvent["outcome"],
    verified: Verified<Claims> | undefined,
    error: AuthError | undefined,
  ): void {
    try {
      watch?.decision({ outcome, code: error?.code, route, verified });
    } catch {
      // Who looks on can't hurt a request.
    }
    if (!emit) return;
    const identity = verified?.identity;
    emit({
      type: "decision",
      time: at,
      outcome,
      code: error?.code,
      reason: error?.message,
      status: outcome === "refused" ? error?.status : undefined,
      issuer: identity?.issuer,
      subject: identity?.subject,
      clientId: identity?.clientId,
      actor: identity?.actor?.subject,
      keyId: verified?.keyId,
      route,
      method,
      requirement: described,
      requestId,
      latencyMicroseconds: start === undefined ? 0 : Math.round((performance.now() - start) * 1000),
      cached: verified?.cached ?? false,
    });
  }

  return guard;
}

/** The challenge of a route: its scopes are what a client without a good token should ask for. */
function withScopes(challenge: ChallengeOptions, needed: Requirement | undefined): ChallengeOptions {
  const own = needed ? scopesToAskFor(needed) : [];
  return { ...challenge, scopes: [...new Set([...(challenge.scopes ?? []), ...own])] };
}

/** When a request came: `at` by the clock (milliseconds since 1970), `start`, where it is measured, by `performance.now()`. */
interface Begun {
  readonly at: number;
  start: number | undefined;
}

const notBegun: Begun = Object.freeze({ at: 0, start: undefined });

function secondToken(): AuthError {
  return new AuthError(
    "invalid_request",
    "The request carries a token in the header and one in the form body",
  );
}

/** Carries who was denied from the decision to the event. */
class Denied {
  readonly error: AuthError;
  readonly verified: Verified<unknown>;
  constructor(error: AuthError, verified: Verified<unknown>) {
    this.error = error;
    this.verified = verified;
  }
}
