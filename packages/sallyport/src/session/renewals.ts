// Renewing tokens within one process: once at a time for a session, not again at once after a failure, and waited for only
// where the old ones are of no use any more.
import { cooldownLeft, type Failures } from "../cooldown.ts";
import { AuthError } from "../errors.ts";
import { outline } from "../outline.ts";
import { quietly } from "../quietly.ts";
import { createRecent } from "../recent.ts";

/** How a renewal went for one request. */
export type Renewed<Result> =
  | { readonly kind: "done"; readonly result: Result }
  /** Somebody is at it, and the session goes on meanwhile. */
  | { readonly kind: "underway" }
  | { readonly kind: "failed"; readonly error: AuthError };

/** The renewals of one process. */
export interface Renewals<Result> {
  /**
   * Renews the tokens of a session, or joins who is at it.
   *
   * @param good whether the tokens at hand still are: then nobody waits but who does the work, and that not for long
   */
  ask(key: string, good: boolean, work: () => Promise<Result>): Promise<Renewed<Result>>;
}

/** What {@link createRenewals} needs. */
export interface RenewalsDeps {
  readonly now: () => number;
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  readonly onFailure?: ((error: AuthError) => void) | undefined;
}

interface Flight<Result> {
  readonly at: number;
  readonly work: Promise<Renewed<Result>>;
}

const firstCooldownMs = 1000;
const patienceGoodMs = 3000;
const patienceMs = 15_000;
// A runtime that ends with its response may have ended the work as well, and then it settles never.
const lostMs = 60_000;
const mostFailures = 10_000;

export function createRenewals<Result>({ now, waitUntil, onFailure }: RenewalsDeps): Renewals<Result> {
  const flights = new Map<string, Flight<Result>>();
  const failures = createRecent<Failures & { readonly error: AuthError }>(mostFailures);

  function begin(key: string, work: () => Promise<Result>): Flight<Result> {
    const run = async (): Promise<Renewed<Result>> => {
      try {
        const result = await work();
        failures.delete(key);
        return { kind: "done", result };
      } catch (thrown) {
        const error = asFailure(thrown);
        failures.set(key, { at: now(), count: (failures.get(key)?.count ?? 0) + 1, error });
        if (onFailure) quietly(() => onFailure(error));
        return { kind: "failed", error };
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    };
    const flight: Flight<Result> = { at: now(), work: Promise.resolve().then(run) };
    flights.set(key, flight);
    waitUntil?.(flight.work);
    return flight;
  }

  return {
    async ask(key, good, work) {
      const known = flights.get(key);
      const flight = known && Math.abs(now() - known.at) <= lostMs ? known : undefined;
      if (flight && good) return { kind: "underway" };
      const failed = failures.get(key);
      if (!flight && failed && cooldownLeft(failed, firstCooldownMs, now()) > 0) {
        return { kind: "failed", error: failed.error };
      }
      const { work: underway } = flight ?? begin(key, work);
      return within(underway, good ? patienceGoodMs : patienceMs, () =>
        good ? { kind: "underway" } : { kind: "failed", error: slow() },
      );
    },
  };
}

/** What a request is refused with whose tokens are overdue. */
export function overdue(cause: AuthError): AuthError {
  return new AuthError("refresh_failed", "The session's tokens have expired, and could not be renewed", {
    cause,
    retryAfterSeconds: 5,
  });
}

function slow(): AuthError {
  return new AuthError("refresh_failed", "The session's tokens are still being renewed");
}

function asFailure(thrown: unknown): AuthError {
  return thrown instanceof AuthError
    ? thrown
    : new AuthError("refresh_failed", "The session's tokens could not be renewed", {
        cause: outline(thrown),
      });
}

function within<Result>(work: Promise<Result>, ms: number, otherwise: () => Result): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<Result>((resolve) => {
    timer = setTimeout(() => resolve(otherwise()), ms);
  });
  return Promise.race([work, end]).finally(() => clearTimeout(timer));
}
