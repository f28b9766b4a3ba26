// One issuer that is asked about its tokens, so that its outage is not ours, and a flood here is not one there.
//
//   age of an answer:  0 ──── 3/4 cacheSeconds ──── cacheSeconds ───────────── + staleSeconds ──▶
//                        use       use, ask behind    ask first, for a          nothing: ask,
//                                                     second; else use          or 503
//
// There are no timers: a request puts the question that is due. One question about a token is in flight at a time, and while
// the provider fails one question at all, once a cool-down.
import { AuthError } from "../../errors.ts";
import type { JsonObject } from "../../identity.ts";
import type { KnownToken } from "../known-token.ts";
import { createTokenCache } from "../token-cache.ts";
import type { Verified } from "../verifier.ts";
import type { Failure, Reply } from "./question.ts";

/** When the provider last called a token active; the cache holds it in the place of a key. */
export interface Proof {
  /** Milliseconds since 1970: when the question was put. */
  readonly askedAt: number;
  /** `false` once the provider has called the token anything else. */
  active: boolean;
}

/** Plain data about asking one issuer. */
export interface IntrospectionHealth {
  readonly state: "untried" | "answering" | "failing";
  /** Questions put so far. */
  readonly requests: number;
  readonly inFlight: number;
  readonly lastError: { readonly code: string; readonly message: string } | undefined;
}

/** What happened; each is a security event. */
export type IntrospectionEvent =
  | { readonly name: "failed" | "refused_us"; readonly error: AuthError }
  | { readonly name: "recovered" | "flood" };

/** What {@link createIntrospector} needs. Times in milliseconds. */
export interface IntrospectorOptions<Claims> {
  readonly cacheMs: number;
  readonly negativeMs: number;
  readonly staleMs: number;
  readonly maxInFlight: number;
  /** A flight older than this is taken for lost: a runtime that ends with the response may have ended it. */
  readonly lostMs: number;
  /** Asked about where it is not a token, but the provider, that is in doubt. */
  readonly madeUpToken: string;
  readonly ask: (token: string, jti?: string) => Promise<Reply>;
  /** What the cache has of a token that this issuer answered for. */
  readonly known: (token: string) => KnownToken<Claims> | undefined;
  /** Why a known token is out of its time by now, if it is. */
  readonly outOfTime: (known: KnownToken<Claims>) => AuthError | undefined;
  /** Checks what an answer says, makes an identity of it, and remembers it. */
  readonly believe: (
    token: string,
    answer: JsonObject & { readonly active: boolean },
    proof: Proof,
  ) => Verified<Claims> | Promise<Verified<Claims>>;
  readonly now: () => number;
  readonly random: () => number;
  readonly report: (event: IntrospectionEvent) => void;
  /** The provider has begun to fail. */
  readonly failed: () => void;
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** Asks one issuer. */
export interface Introspector<Claims> {
  /**
   * What the provider says of a token, or said a short while ago.
   *
   * @throws AuthError at once or by rejection: 401 and 403 for the token, 503 where the provider can't be asked
   */
  ask(token: string, jti?: string): Verified<Claims> | Promise<Verified<Claims>>;
  /** Whether a token in the cache needs no more asking. `at`: now, in milliseconds. */
  isFresh(proof: Proof, at: number): boolean;
  /** Whether the provider answers, by asking it about a token that nobody has. Rejects with what is wrong. */
  ready(): Promise<void>;
  health(): IntrospectionHealth;
  close(): void;
}

interface Flight<Claims> {
  readonly at: number;
  readonly work: Promise<Verified<Claims>>;
}

/** So long a request waits for an answer while it could go on with the one at hand. */
const patienceMs = 1_000;
const firstCooldownMs = 1_000;
const greatestCooldownMs = 60_000;
/** Refused tokens that are remembered, and the characters of all of them. */
const mostRefused = 2_048;
const refusedBytes = 1_048_576;

export function createIntrospector<Claims>(options: IntrospectorOptions<Claims>): Introspector<Claims> {
  const { now, report, cacheMs, staleMs } = options;
  const dueMs = cacheMs * 0.75;
  const flights = new Map<string, Flight<Claims>>();
  // Bounded, and first to go is what came once: a flood of invented tokens takes the place of none but its own.
  const refused = createTokenCache<{ readonly at: number; readonly error: AuthError }>({
    maxEntries: mostRefused,
    maxBytes: refusedBytes,
    seed: options.random,
  });
  let probe: { readonly at: number; readonly work: Promise<Failure | undefined> } | undefined;
  let failure: { readonly at: number; readonly error: AuthError; readonly count: number } | undefined;
  // Counted, not timed: what was in flight when an outage began neither ends it nor makes it worse.
  let answers = 0;
  let outages = 0;
  let answeredAt: number | undefined;
  let requests = 0;
  let flooded = false;
  let closed = false;

  function phaseOf({ active, askedAt }: Proof, at: number): "fresh" | "due" | "stale" | "gone" {
    const age = at - askedAt;
    if (!active || age > cacheMs + staleMs) return "gone";
    if (age >= cacheMs || age < 0) return "stale";
    return age >= dueMs ? "due" : "fresh";
  }

  function ask(token: string, jti?: string): Verified<Claims> | Promise<Verified<Claims>> {
    const at = now();
    const known = options.known(token);
    const phase = known ? phaseOf(proofOf(known), at) : "gone";
    if (known && phase !== "gone") {
      // Fresh: another request has asked meanwhile.
      const flight = phase === "fresh" ? undefined : askBehind(token, jti, at);
      // Where the provider is known to fail, or slow, nobody waits for it while the last answer will do.
      const wait = phase === "stale" && flight && !failure && at - flight.at <= patienceMs;
      return wait ? patiently(flight, known) : known.answer;
    }
    const before = refused.get(token);
    if (before && at >= before.at && at - before.at < options.negativeMs) throw again(before.error);
    return (flightOf(token, at) ?? start(token, jti, at)).work;
  }

  /** The question about a token that may still be answered. */
  function flightOf(token: string, at: number): Flight<Claims> | undefined {
    const flight = flights.get(token);
    return flight && Math.abs(at - flight.at) <= options.lostMs ? flight : undefined;
  }

  /** `undefined` where nothing may be asked now. */
  function askBehind(token: string, jti: string | undefined, at: number): Flight<Claims> | undefined {
    const current = flightOf(token, at);
    if (current) return current;
    if (barred(at)) return undefined;
    const flight = start(token, jti, at);
    try {
      options.waitUntil?.(flight.work.catch(() => {}));
    } catch {
      // The question is put all the same; a runtime that can't be told of it must not fail the request.
    }
    return flight;
  }

  /** @throws AuthError of status 503 where nothing may be asked now */
  function start(token: string, jti: string | undefined, at: number): Flight<Claims> {
    const bar = barred(at);
    if (bar) throw bar;
    const flight: Flight<Claims> = {
      at,
      work: answerTo(token, jti, at).finally(() => {
        if (flights.get(token) === flight) flights.delete(token);
      }),
    };
    flights.set(token, flight);
    // Whoever waits for it hears of it; where nobody does, it must not end the process.
    flight.work.catch(() => {});
    return flight;
  }

  /** Why no question may be put now: the provider fails, or it is asked enough already. */
  function barred(at: number): AuthError | undefined {
    if (failure && (retryAfterMs(at) > 0 || inFlight(at) > 0)) return outage(failure.error, at);
    if (inFlight(at) < options.maxInFlight) {
      flooded = false;
      return undefined;
    }
    if (!flooded) report({ name: "flood" });
    flooded = true;
    return new AuthError(
      "introspection_failed",
      "The provider is asked about as many tokens as may be at a time",
      {
        retryAfterSeconds: 1,
      },
    );
  }

  function inFlight(at: number): number {
    if (flights.size === 0) return 0;
    for (const [token, flight] of flights) {
      // In the order of their beginning: the first that is not lost ends the search.
      if (Math.abs(at - flight.at) <= options.lostMs) break;
      flights.delete(token);
    }
    return flights.size;
  }

  async function answerTo(token: string, jti: string | undefined, at: number): Promise<Verified<Claims>> {
    const before = { answers, outages };
    requests += 1;
    const reply = await options.ask(token, jti);
    if (closed) throw new AuthError("closed", "The verifier was closed");
    if (reply.failure) {
      if (await isOutage(reply.failure, before.answers)) begun(reply.failure, before.outages);
      else refused.set(token, { at, error: unanswered(reply.failure.error) });
      throw failure ? outage(failure.error, now()) : unanswered(reply.failure.error);
    }
    answered(before.outages);
    try {
      return await options.believe(token, reply.answer, { askedAt: at, active: true });
    } catch (error) {
      if (error instanceof AuthError && error.status !== 503) refuse(token, error, at);
      throw error;
    }
  }

  function refuse(token: string, error: AuthError, at: number): void {
    const known = options.known(token);
    if (known) proofOf(known).active = false;
    refused.set(token, { at, error });
  }

  /**
   * Whether a failure is the provider's. A reply that is no answer may come of the token alone (a filter in front of the
   * provider that dislikes it): whoever can send such a token must not be able to stop all the others.
   */
  async function isOutage({ replied }: Failure, answersBefore: number): Promise<boolean> {
    if (!replied) return true;
    if (answers !== answersBefore) return false;
    return (await askAboutNobody()) !== undefined;
  }

  /** Asks about a token that nobody has, unless that is being asked; what went wrong, if anything did. */
  function askAboutNobody(): Promise<Failure | undefined> {
    const at = now();
    if (probe && Math.abs(at - probe.at) <= options.lostMs) return probe.work;
    requests += 1;
    const before = outages;
    const started = {
      at,
      work: options.ask(options.madeUpToken).then((reply) => {
        if (probe === started) probe = undefined;
        if (reply.failure) return reply.failure;
        if (reply.answer.active) return activeForNobody();
        answered(before);
        return undefined;
      }),
    };
    probe = started;
    return started.work;
  }

  function answered(outagesBefore: number): void {
    answers += 1;
    answeredAt = now();
    if (!failure || outages !== outagesBefore) return;
    failure = undefined;
    report({ name: "recovered" });
  }

  function begun({ error, refusedUs }: Failure, outagesBefore: number): void {
    // What closing the verifier has ended is nobody's failure.
    if (outages !== outagesBefore || closed) return;
    outages += 1;
    failure = { at: now(), error, count: (failure?.count ?? 0) + 1 };
    options.failed();
    report({ name: refusedUs ? "refused_us" : "failed", error });
  }

  function retryAfterMs(at: number): number {
    if (!failure) return 0;
    const since = at - failure.at;
    return since < 0 ? 0 : Math.min(firstCooldownMs * 2 ** (failure.count - 1), greatestCooldownMs) - since;
  }

  function outage({ code, message }: AuthError, at: number): AuthError {
    return new AuthError(code, `The provider cannot be asked about tokens: ${message}`, {
      cause: failure?.error,
      retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs(at) / 1000)),
    });
  }

  /** Ends with the answer, or with the one at hand when patience ends or the provider fails. */
  function patiently(flight: Flight<Claims>, known: KnownToken<Claims>): Promise<Verified<Claims>> {
    return new Promise((resolve, reject) => {
      const asKnown = () => {
        const error = closed ? new AuthError("closed", "The verifier was closed") : options.outOfTime(known);
        if (error) reject(error);
        else resolve(known.answer);
      };
      const timer = setTimeout(asKnown, patienceMs);
      flight.work.then(
        (verified) => {
          clearTimeout(timer);
          resolve(verified);
        },
        (error: unknown) => {
          clearTimeout(timer);
          if (error instanceof AuthError && error.status === 503) asKnown();
          else reject(error);
        },
      );
    });
  }

  return {
    ask,
    isFresh: ({ active, askedAt }, at) => active && at >= askedAt && at - askedAt < dueMs,
    async ready() {
      const at = now();
      if (closed) throw new AuthError("closed", "The verifier was closed");
      // As a request would: a readiness probe must not wear down a provider that fails, nor ask what is known.
      if (failure && retryAfterMs(at) > 0) throw outage(failure.error, at);
      if (!failure && answeredAt !== undefined && at >= answeredAt && at - answeredAt < lastingMs) return;
      const before = outages;
      const wrong = await askAboutNobody();
      if (closed) throw new AuthError("closed", "The verifier was closed");
      if (!wrong) return;
      begun(wrong, before);
      throw outage(wrong.error, now());
    },
    health: () => ({
      state: failure ? "failing" : answeredAt === undefined ? "untried" : "answering",
      requests,
      inFlight: inFlight(now()),
      lastError: failure && { code: failure.error.code, message: failure.error.message },
    }),
    close: () => {
      closed = true;
    },
  };
}

/** For so long an answer shows that the provider can be asked. */
const lastingMs = 60_000;

/** The cache has the proof where it has a JWT's key. */
function proofOf({ key }: KnownToken<unknown>): Proof {
  return key as Proof;
}

function unanswered({ code, message, cause }: AuthError): AuthError {
  return new AuthError(code, `The provider has no answer about the token: ${message}`, {
    cause,
    retryAfterSeconds: 1,
  });
}

/** A refusal that was made before; an error belongs to one request. */
function again({ code, message, retryAfterSeconds, scopes }: AuthError): AuthError {
  return new AuthError(code, message, {
    scopes,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function activeForNobody(): Failure {
  const error = new AuthError("introspection_failed", "The provider calls a made-up token active");
  return { error, replied: true, refusedUs: false };
}
