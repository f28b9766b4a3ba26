// Pages and scripts: which request is a person's way to a page, and where they should come back to.
import type { RequestFacts } from "./facts.ts";

/** Whether a browser is on its way to a page, which a redirect can take elsewhere; a script's request can't be. */
export function isNavigation(facts: Pick<RequestFacts, "method" | "header">): boolean {
  if (facts.method !== "GET" && facts.method !== "HEAD") return false;
  const mode = facts.header("sec-fetch-mode");
  if (mode !== undefined) return mode === "navigate";
  const wanted = facts.header("accept") ?? "";
  return /\btext\/html\b/i.test(wanted) && facts.header("x-requested-with") === undefined;
}

/** The path and query of a request's target. Its host is the caller's word, and counts for nothing. */
export function targetOf({ url }: Pick<RequestFacts, "url">): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? "";
  const [target = ""] = url.slice(authority.length).split("#", 1);
  return target.startsWith("/") ? target : `/${target.startsWith("?") ? target : ""}`;
}

/**
 * The page that a script's request was sent from, by `Referer`, as this application sees its path: a person should come back to
 * that, not to the answer for the script. `/` where it is none of the application's.
 */
export function pageOf(facts: Pick<RequestFacts, "header">, publicUrl: URL): string {
  const referrer = facts.header("referer");
  const base = publicUrl.pathname.replace(/\/+$/, "");
  try {
    const { origin, pathname, search } = new URL(referrer ?? "");
    const isOurs = origin === publicUrl.origin && `${pathname}/`.startsWith(`${base}/`);
    return isOurs ? `${pathname.slice(base.length) || "/"}${search}` : "/";
  } catch {
    return "/";
  }
}
