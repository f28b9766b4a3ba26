// NumericDates (RFC 7519 §2) for people.

const units = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A span in its greatest unit: `3 hours`. */
export function span(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const [name, size] = units.find(([, unit]) => whole >= unit) ?? (["second", 1] as const);
  const count = Math.floor(whole / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** A moment as ISO 8601 and from now: `2026-11-21T18:00:00Z, 3 hours ago`. */
export function moment(seconds: number, now: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "no date";
  const distance = seconds - now / 1000;
  const relative = distance >= 0 ? `in ${span(distance)}` : `${span(distance)} ago`;
  return `${date.toISOString().replace(".000Z", "Z")}, ${relative}`;
}

/** Claims that hold a NumericDate, in the order in which a token lives. */
const dates = ["auth_time", "iat", "nbf", "exp"] as const;

/** The dates of a token, in words. */
export function datesOf(
  claims: Readonly<Record<string, unknown>>,
  now: number,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    dates.flatMap((name) => {
      const value = claims[name];
      return typeof value === "number" ? [[name, moment(value, now)] as const] : [];
    }),
  );
}
