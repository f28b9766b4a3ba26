// A clock that stands still until a test moves it.

/** A span of time; its parts add up. */
export interface TimeSpan {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** A clock for tests: hand its `now` to whatever takes one. */
export interface TestClock {
  /** Milliseconds since 1970-01-01T00:00:00Z; usable without its object. */
  readonly now: () => number;
  /** Moves the clock; negative parts move it back. */
  advance(span: TimeSpan): void;
  /** Sets the clock to a moment: a date, milliseconds since 1970, or ISO 8601 text. */
  set(moment: Date | number | string): void;
}

/**
 * Makes a clock. Default start: the machine's time, at the full second.
 *
 * @throws TypeError where the moment is no date
 *
 * @example
 * ```ts
 * const clock = createTestClock("2030-01-01T00:00:00Z");
 * clock.advance({ hours: 1, minutes: 30 });
 * new Date(clock.now()).toISOString(); // "2030-01-01T01:30:00.000Z"
 * ```
 */
export function createTestClock(start?: Date | number | string): TestClock {
  let time = start === undefined ? Math.floor(Date.now() / 1000) * 1000 : milliseconds(start);
  return {
    now: () => time,
    advance({ days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds: rest = 0 }) {
      time += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + rest;
    },
    set(moment) {
      time = milliseconds(moment);
    },
  };
}

function milliseconds(moment: Date | number | string): number {
  const time = typeof moment === "number" ? moment : new Date(moment).getTime();
  if (!Number.isFinite(time)) throw new TypeError("A clock takes a date, milliseconds or ISO 8601 text");
  return time;
}
