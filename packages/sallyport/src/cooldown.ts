// How long a provider that fails is left alone: twice as long after each failure, up to a bound.

/** Failures in a row. Times in milliseconds. */
export interface Failures {
  /** When the last one was. */
  readonly at: number;
  readonly count: number;
}

const greatestMs = 60_000;

/**
 * Milliseconds for which nothing is to be asked any more; zero or less: it may be. A clock that was set back ends it.
 *
 * @param firstMs after one failure
 */
export function cooldownLeft(failures: Failures | undefined, firstMs: number, at: number): number {
  if (!failures) return 0;
  const since = at - failures.at;
  return since < 0 ? 0 : Math.min(firstMs * 2 ** (failures.count - 1), greatestMs) - since;
}
