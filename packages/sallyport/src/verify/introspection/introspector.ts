// One issuer that is asked about its tokens, so that its outage is not ours, and a flood here is not one there.
//
//   age of an answer:  0 ──── 3/4 cacheSeconds ──── cacheSeconds ───────────── + staleSeconds ──▶
//                        use       use, ask behind    ask first, for a          nothing: ask,
//                                                     second; else use          or 503
//
// There are no timers: a request puts the question that is due. One question about a token is in flight at a time, and while
// the provider fails one question at all, once a cool-down.
import { AuthError } from "../../errors.ts";
import type { Verified } from "../contract.ts";
import type { KnownToken } from "../known-token.ts";
import { createTokenCache } from "../token-cache.ts";
import { createFlights, type Flight, patiently } from "./flights.ts";
import type { IntrospectionHealth, Proof } from "./proof.ts";
import type { ProviderEvent, ProviderWatch } from "./provider-watch.ts";
import type { Answer, OwnWords } from "./question.ts";

/** What happened; each is a security event. */
export type IntrospectionEvent = ProviderEvent | { readonly name: "flood" };

/** What {@link createIntrospector} needs. Times in milliseconds. */
export interface IntrospectorOptions<Claims> {
  readonly cacheMs: number;
  readonly negativeMs: number;
  readonly staleMs: number;
  readonly maxInFlight: number;
  /** A flight older than this is taken for lost. */
  readonly lostMs: number;
  readonly provider: ProviderWatch;
  /** What the cache has of a token that this issuer answered for. */
  readonly known: (token: string) => KnownToken<Claims> | undefined;
  /** Why a known token is out of its time by now, if it is. */
  readonly outOfTime: (known: KnownToken<Claims>) => AuthError | undefined;
  /** Checks what an answer says, makes an identity of it, and remembers it. */
  readonly believe: (
    token: string,
    answer: Answer,
    proof: Proof,
    own: OwnWords | undefined,
  ) => Verified<Claims> | Promise<Verified<Claims>>;
  readonly now: () => number;
  readonly random: () => number;
  /** Told when as many questions as may be are in flight, once until fewer are. */
  readonly flood: () => void;
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** Asks one issuer. */
export interface Introspector<Claims> {
  /**
   * What the provider says of a token, or said a short while ago.
   *
   * @throws AuthError at once or by rejection: 401 and 403 for the token, 503 where the provider can't be asked
   */
  ask(token: string, own?: OwnWords): Verified<Claims> | Promise<Verified<Claims>>;
  /** Whether a token in the cache needs no more asking. `at`: now, in milliseconds. */
  isFresh(proof: Proof, at: number): boolean;
  /** Whether the provider answers, by asking it about a token that nobody has. Rejects with what is wrong. */
  ready(): Promise<void>;
  health(): IntrospectionHealth;
  close(): void;
}

/** Invented tokens, however many, leave as much room again for those that the provider has called active. */
const forKnown = 2;
/** So long a request waits for an answer while it could go on with the one at hand. */
const patienceMs = 1_000;
/** So long a token that got no answer, while others do, is not asked about again. */
const unansweredMs = 1_000;
/** Refused tokens that are remembered, and the characters of all of them. */
const mostRefused = 2_048;
const refusedBytes = 1_048_576;

export function createIntrospector<Claims>(options: IntrospectorOptions<Claims>): Introspector<Claims> {
  const { now, provider, cacheMs, staleMs } = options;
  const dueMs = cacheMs * 0.75;
  const flights = createFlights<Verified<Claims>>(options.lostMs);
  // Bounded, and first to go is what came once: a flood of invented tokens takes the place of none but its own.
  const refused = createTokenCache<{ readonly at: number; readonly error: AuthError }>({
    maxEntries: mostRefused,
    maxBytes: refusedBytes,
    seed: options.random,
  });
  let flooded = false;
  let closed = false;

  function requireOpen(): void {
    if (closed) throw new AuthError("closed", "The verifier was closed");
  }

  function phaseOf({ active, askedAt }: Proof, at: number): "fresh" | "due" | "stale" | "gone" {
    const age = at - askedAt;
    if (!active || age > cacheMs + staleMs) return "gone";
    if (age >= cacheMs || age < 0) return "stale";
    return age >= dueMs ? "due" : "fresh";
  }

  function ask(token: string, own?: OwnWords): Verified<Claims> | Promise<Verified<Claims>> {
    const at = now();
    const known = options.known(token);
    const phase = known ? phaseOf(proofOf(known), at) : "gone";
    if (known && phase !== "gone") {
      // Fresh: another request has asked meanwhile.
      const flight = phase === "fresh" ? undefined : askBehind(token, own, at);
      if (phase !== "stale" || provider.isFailing()) return known.answer;
      // What is past its time will do only while the provider fails, or is slow.
      if (!flight) {
        if (!refusal(token, at)) throw tooMany();
        return known.answer;
      }
      return at - flight.at <= patienceMs ? inPatience(flight, known) : known.answer;
    }
    const before = refusal(token, at);
    if (before) throw again(before);
    return (flights.of(token, at) ?? start(token, own, at)).work;
  }

  /** Why a token was refused a short while ago. */
  function refusal(token: string, at: number): AuthError | undefined {
    const before = refused.get(token);
    if (!before || at < before.at) return undefined;
    const lastsMs = before.error.status === 503 ? unansweredMs : options.negativeMs;
    return at - before.at < lastsMs ? before.error : undefined;
  }

  /** `undefined` where nothing may be asked now. */
  function askBehind(
    token: string,
    own: OwnWords | undefined,
    at: number,
  ): Flight<Verified<Claims>> | undefined {
    const current = flights.of(token, at);
    if (current) return current;
    if (refusal(token, at) || barred(at, forKnown)) return undefined;
    const flight = put(token, own, at);
    try {
      options.waitUntil?.(flight.work.catch(() => {}));
    } catch {
      // The question is put all the same; a runtime that can't be told of it must not fail the request.
    }
    return flight;
  }

  /** @throws AuthError of status 503 where nothing may be asked now */
  function start(token: string, own: OwnWords | undefined, at: number): Flight<Verified<Claims>> {
    if (barred(at, 1)) throw provider.outage(at) ?? tooMany();
    return put(token, own, at);
  }

  const put = (token: string, own: OwnWords | undefined, at: number) =>
    flights.begin(token, at, answerTo(token, own, at));

  /**
   * Whether no question may be put now: the provider fails, or it is asked enough already.
   *
   * @param times how often `maxInFlight` may be had
   */
  function barred(at: number, times: number): boolean {
    if (provider.isFailing()) return provider.isCoolingDown(at) || flights.count(at) > 0;
    const asked = flights.count(at);
    const full = asked >= options.maxInFlight;
    if (full && !flooded) options.flood();
    flooded = full;
    return asked >= options.maxInFlight * times;
  }

  async function answerTo(token: string, own: OwnWords | undefined, at: number): Promise<Verified<Claims>> {
    if (provider.isFailing()) {
      // By a token that nobody has: whoever sends one that gets no answer must not be able to prolong an outage.
      const wrong = await provider.probe();
      if (wrong) throw wrong;
    }
    const heard = await provider.ask(token, own?.jti);
    requireOpen();
    if (heard.error) {
      if (heard.onlyThisToken) refused.set(token, { at, error: heard.error });
      throw heard.error;
    }
    try {
      return await options.believe(token, heard.answer, { askedAt: at, active: true }, own);
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

  /** Ends with the answer, or with the one at hand when patience ends or the provider fails. */
  function inPatience(
    { work }: Flight<Verified<Claims>>,
    known: KnownToken<Claims>,
  ): Promise<Verified<Claims>> {
    const asKnown = () => {
      const error = options.outOfTime(known);
      if (error) throw error;
      return known.answer;
    };
    const isProviders = (error: unknown) => error instanceof AuthError && error.status === 503 && !closed;
    return patiently(work, patienceMs, asKnown, isProviders);
  }

  return {
    ask,
    isFresh: ({ active, askedAt }, at) => active && at >= askedAt && at - askedAt < dueMs,
    async ready() {
      requireOpen();
      const wrong = await provider.probe();
      requireOpen();
      if (wrong) throw wrong;
    },
    health: () => ({ ...provider.health(), inFlight: flights.count(now()) }),
    close: () => {
      closed = true;
      provider.close();
    },
  };
}

/** The cache has the proof where it has a JWT's key. */
function proofOf({ key }: KnownToken<unknown>): Proof {
  return key as Proof;
}

function tooMany(): AuthError {
  return new AuthError(
    "introspection_failed",
    "The provider is asked about as many tokens as may be at a time",
    { retryAfterSeconds: 1 },
  );
}

/** A refusal that was made before; an error belongs to one request. */
function again({ code, message, retryAfterSeconds, scopes }: AuthError): AuthError {
  return new AuthError(code, message, {
    scopes,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}
