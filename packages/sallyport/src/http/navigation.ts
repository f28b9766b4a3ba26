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

/**
 * The path and query of a request's target, as browsers see it: the public URL's own path is in front, which a proxy has taken
 * away. The host that a request names is the caller's word, and counts for nothing.
 */
export function targetOf({ url }: Pick<RequestFacts, "url">, publicUrl: URL): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? "";
  const [target = ""] = url.slice(authority.length).split("#", 1);
  return `${prefixOf(publicUrl)}${target.startsWith("/") ? "" : "/"}${target}`;
}

/**
 * The page that a script's request was sent from, by `Referer`: a person should come back to that, not to the answer for the
 * script. The application's `/` where it is none of its pages.
 */
export function pageOf(facts: Pick<RequestFacts, "header">, publicUrl: URL): string {
  const prefix = prefixOf(publicUrl);
  try {
    const { origin, pathname, search } = new URL(facts.header("referer") ?? "");
    const isOurs = origin === publicUrl.origin && `${pathname}/`.startsWith(`${prefix}/`);
    return isOurs ? `${pathname}${search}` : `${prefix}/`;
  } catch {
    return `${prefix}/`;
  }
}

function prefixOf({ pathname }: URL): string {
  return pathname.replace(/\/+$/, "");
}
