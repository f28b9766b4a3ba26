// Whether a request that came with a session was sent by a page of this application (CSRF, cross-site WebSocket hijacking).
import type { RequestFacts } from "./facts.ts";

/** Methods that change nothing (RFC 9110 §9.2.1); `TRACE` never gets here. */
const safe = ["GET", "HEAD", "OPTIONS"];

/**
 * Whether a request may change something, so that it must come from the application's own pages. A WebSocket opens with GET and
 * no CORS, and what goes through it afterwards is asked nothing more.
 */
export function mayChange(facts: Pick<RequestFacts, "method" | "header">): boolean {
  return !safe.includes(facts.method) || /\bwebsocket\b/i.test(facts.header("upgrade") ?? "");
}

/**
 * Whether a page of the application sent the request, by what browsers say and scripts can't forge (forbidden request headers,
 * Fetch §2.2.2): `Sec-Fetch-Site`, and `Origin` where it is absent (browsers before 2023, and http). `none` is the person's own
 * doing, such as a bookmark. `same-site` is not enough: a sibling subdomain may be anybody's (RFC 6265bis §8.6). Where both
 * are absent nothing is known, and nothing is not enough.
 *
 * @param origin of the public URL; the request's `Host` is never believed
 */
export function isFromHere(facts: Pick<RequestFacts, "header">, origin: string): boolean {
  const site = facts.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  return facts.header("origin") === origin;
}
