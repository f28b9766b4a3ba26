// Checks of how the documents travel: how long the keys may be kept, and whether the clocks agree.
import type { Answer } from "../../answer.ts";
import type { Check } from "../../finding.ts";

const day = 86_400;

/** Directives of `Cache-Control` in lower case, with their values. */
export function cacheControl(headers: Headers): ReadonlyMap<string, string> {
  const parts = (headers.get("cache-control") ?? "").toLowerCase().split(",");
  return new Map(
    parts.flatMap((part) => {
      const [name = "", value = ""] = part.trim().split("=");
      return name === "" ? [] : [[name, value.replaceAll('"', "")] as const];
    }),
  );
}

const maxAge = (headers: Headers) => {
  const value = cacheControl(headers).get("max-age");
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
};

/** Of the key set's answer. */
export const cacheChecks: readonly Check<Answer>[] = [
  {
    id: "keys_kept_too_long",
    level: "advice",
    says: "The key set may be kept for more than a day: a key that was withdrawn is believed for as long",
    mend: "Let the provider, or the proxy in front of it, send `Cache-Control: max-age` of an hour or less (the library keeps keys for an hour at most, others do as they are told).",
    test: ({ status, headers }) => status === 200 && (maxAge(headers) ?? 0) > day,
  },
  {
    id: "keys_not_cached",
    level: "note",
    says: "The key set's Cache-Control lets nobody keep it; the library keeps it for a minute at least, all the same",
    test: ({ status, headers }) => {
      const directives = cacheControl(headers);
      return (
        status === 200 && (directives.has("no-store") || directives.has("no-cache") || maxAge(headers) === 0)
      );
    },
  },
  {
    id: "keys_lifetime_unsaid",
    level: "note",
    says: "The key set does not say how long it may be kept; the library takes ten minutes",
    test: ({ status, headers }) => status === 200 && !headers.has("cache-control"),
  },
];

// The library's tolerance is 5 seconds; the header counts whole ones.
const tolerance = 6;

/** Seconds by which the provider's clock is ahead (positive) or behind: what the time on the way can't explain. */
function clockDifference({ headers, sentAt, receivedAt }: Answer): number | undefined {
  const date = Date.parse(headers.get("date") ?? "");
  // What a cache kept was dated when it was made (RFC 9111 §5.1).
  const age = Number(headers.get("age") ?? 0);
  if (Number.isNaN(date) || Number.isNaN(age)) return undefined;
  const said = date / 1000 + age;
  const [from, to] = [sentAt / 1000, receivedAt / 1000];
  return said > to ? said - to : said < from - 1 ? said - from : 0;
}

/** Of the metadata's answer, or the key set's. */
export const clockChecks: readonly Check<Answer>[] = [
  {
    id: "clock_ahead",
    level: "mend",
    says: "The provider's clock is ahead of this machine's: fresh tokens are refused as issued in the future",
    mend: "Set both clocks by NTP (chrony, systemd-timesyncd); until then `clockToleranceSeconds` takes up to 300.",
    test: (answer) => {
      const seconds = clockDifference(answer) ?? 0;
      return (
        seconds > tolerance &&
        `The provider's clock is ${Math.round(seconds)} seconds ahead of this machine's: fresh tokens are refused as issued in the future`
      );
    },
  },
  {
    id: "clock_behind",
    level: "mend",
    says: "The provider's clock is behind this machine's: tokens expire early here, and in the end at once",
    mend: "Set both clocks by NTP (chrony, systemd-timesyncd); until then `clockToleranceSeconds` takes up to 300.",
    test: (answer) => {
      const seconds = clockDifference(answer) ?? 0;
      return (
        seconds < -tolerance &&
        `The provider's clock is ${Math.round(-seconds)} seconds behind this machine's: tokens expire early here, and in the end at once`
      );
    },
  },
];
