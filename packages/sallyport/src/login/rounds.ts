// A browser that signs in, is refused where it comes back to, and signs in again: it has an end.
import { type CookieChange, type CookieStyle, cookieName, parseCookies } from "../cookies.ts";

/** What {@link tooManyRounds} needs. */
export interface RoundsDeps {
  readonly style: CookieStyle;
  readonly now: () => number;
}

const name = "sallyport-round";
const windowSeconds = 60;
const most = 8;

/**
 * Whether a browser has come back from the provider so often within a minute that it goes round in circles. Counted at the callback:
 * whoever only opens many sign-ins, in tabs or in somebody else's name, is not stopped by it.
 */
export function tooManyRounds(cookie: string | undefined, deps: RoundsDeps): boolean {
  return (roundOf(cookie, deps)?.count ?? 0) >= most;
}

/**
 * Counts a round.
 *
 * @param crossSite whether the next one ends with another site's POST as well, along with which a Lax cookie does not come
 */
export function anotherRound(
  cookie: string | undefined,
  { crossSite, ...deps }: RoundsDeps & { readonly crossSite: boolean },
): CookieChange {
  const { count, since } = roundOf(cookie, deps) ?? { count: 0, since: Math.floor(deps.now() / 1000) };
  return {
    name: cookieName(name, deps.style),
    value: `${count + 1}.${since}`,
    maxAgeSeconds: windowSeconds,
    sameSite: crossSite ? "None" : "Lax",
  };
}

function roundOf(cookie: string | undefined, { style, now }: RoundsDeps) {
  const [value = ""] = parseCookies(cookie).get(cookieName(name, style)) ?? [];
  const [, count, since] = /^(\d{1,3})\.(\d{1,12})$/.exec(value) ?? [];
  const age = now() / 1000 - Number(since);
  return count !== undefined && age >= 0 && age < windowSeconds
    ? { count: Number(count), since: Number(since) }
    : undefined;
}
