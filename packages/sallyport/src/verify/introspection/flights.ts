// Questions in flight: one about a token at a time, and none for ever.

/** A question that is not answered yet. */
export interface Flight<Result> {
  /** When it began, in milliseconds. */
  readonly at: number;
  readonly work: Promise<Result>;
}

/** The questions in flight, by token. Times in milliseconds. */
export interface Flights<Result> {
  /** The question about a token that may still be answered. */
  of(token: string, at: number): Flight<Result> | undefined;
  begin(token: string, at: number, work: Promise<Result>): Flight<Result>;
  /** How many may still be answered. */
  count(at: number): number;
}

/** @param lostMs a flight older than this is taken for lost: a runtime that ends with the response may have ended it */
export function createFlights<Result>(lostMs: number): Flights<Result> {
  const flights = new Map<string, Flight<Result>>();
  const isLost = (flight: Flight<Result>, at: number) => Math.abs(at - flight.at) > lostMs;
  return {
    of(token, at) {
      const flight = flights.get(token);
      return flight && !isLost(flight, at) ? flight : undefined;
    },
    begin(token, at, work) {
      const flight: Flight<Result> = {
        at,
        work: work.finally(() => {
          if (flights.get(token) === flight) flights.delete(token);
        }),
      };
      flights.set(token, flight);
      // Whoever waits for it hears of it; where nobody does, it must not end the process.
      flight.work.catch(() => {});
      return flight;
    },
    count(at) {
      for (const [token, flight] of flights) {
        // In the order of their beginning: the first that is not lost ends the search.
        if (!isLost(flight, at)) break;
        flights.delete(token);
      }
      return flights.size;
    },
  };
}

/**
 * Ends as the work does, or by `otherwise` when patience ends or `gaveUp` says that the failure is not the work's own.
 *
 * @throws what `otherwise` throws, by rejection
 */
export function patiently<Result>(
  work: Promise<Result>,
  patienceMs: number,
  otherwise: () => Result,
  gaveUp: (error: unknown) => boolean,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  }).then(otherwise);
  const settled = work.catch((error: unknown) => {
    if (gaveUp(error)) return otherwise();
    throw error;
  });
  return Promise.race([settled, end]).finally(() => clearTimeout(timer));
}
