// How much of us and of the provider native clients may use: in all, and with one handle; and how often they may poll.

/** A bucket of requests that fills up again over a minute. */
export interface Bucket {
  /** Takes one out: 0, or the seconds until there is one again. */
  take(): number;
}

interface Level {
  left: number;
  at: number;
}

const minuteMs = 60_000;

export function createBucket(perMinute: number, now: () => number): Bucket {
  const level: Level = { left: perMinute, at: now() };
  return { take: () => takeFrom(level, perMinute, now()) };
}

/** Buckets by name, so many of them at most: the one that was used the longest ago is forgotten, which only weakens. */
export function createBuckets(
  perMinute: number,
  { now, most = 10_000 }: { readonly now: () => number; readonly most?: number },
): { take(name: string): number } {
  const levels = createBounded<Level>(most);
  return {
    take: (name) =>
      takeFrom(
        levels.get(name, () => ({ left: perMinute, at: now() })),
        perMinute,
        now(),
      ),
  };
}

function takeFrom(level: Level, perMinute: number, at: number): number {
  // A clock that was set back gives nothing, and takes nothing away.
  const filled = (Math.max(0, at - level.at) * perMinute) / minuteMs;
  level.left = Math.min(perMinute, level.left + filled);
  level.at = at;
  if (level.left < 1) return Math.max(1, Math.ceil(((1 - level.left) * minuteMs) / perMinute / 1000));
  level.left -= 1;
  return 0;
}

/** Who polls how fast (RFC 8628 §3.5). */
export interface Paces {
  /** Whether this poll came in its time. One that is early makes the interval longer for good. */
  inTime(id: string, intervalSeconds: number): boolean;
  /** The provider wants it slower, or can't be asked. */
  slower(id: string): void;
}

interface Pace {
  at: number;
  /** Seconds that have to be between the last poll and the next. */
  due: number;
  interval: number;
}

const slowerSeconds = 5;
const longestSeconds = 300;
/** Clients wait a little less than they are told, and networks are not even. */
const slackMs = 1000;

export function createPaces({ now, most = 10_000 }: { now: () => number; most?: number }): Paces {
  const paces = createBounded<Pace>(most);

  /**
   * The next poll is still judged by the interval before: clients are known that make theirs longer only after they have slept
   * once more, and would be told to slow down for ever.
   */
  function slowDown(pace: Pace): void {
    pace.due = pace.interval;
    pace.interval = Math.min(pace.interval + slowerSeconds, longestSeconds);
  }

  return {
    inTime(id, intervalSeconds) {
      const at = now();
      const pace = paces.get(id, () => ({
        at: Number.NEGATIVE_INFINITY,
        due: intervalSeconds,
        interval: intervalSeconds,
      }));
      const gap = at - pace.at;
      pace.at = at;
      if (gap >= 0 && gap < pace.due * 1000 - slackMs) {
        slowDown(pace);
        return false;
      }
      pace.due = pace.interval;
      return true;
    },
    slower: (id) => {
      const pace = paces.peek(id);
      if (pace) slowDown(pace);
    },
  };
}

function createBounded<Value>(most: number) {
  const values = new Map<string, Value>();
  return {
    peek: (name: string) => values.get(name),
    get(name: string, make: () => Value): Value {
      const value = values.get(name) ?? make();
      // Behind all others: what is at the front was used the longest ago.
      values.delete(name);
      if (values.size >= most) values.delete(values.keys().next().value as string);
      values.set(name, value);
      return value;
    },
  };
}
