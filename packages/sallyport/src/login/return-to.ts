// Where people go after signing in: a path of this origin, or nowhere (RFC 9700 §4.11.1: no open redirector).

/** What a target may be. */
export interface TargetRules {
  /** The public URL's origin. */
  readonly origin: string;
  /** The application's own first page: where whoever was going nowhere in particular is sent. */
  readonly home: string;
  /** Paths that a sign-in never leads to: its own, and that of the logout. */
  readonly forbidden: readonly string[];
}

/** Beyond that, a target is nobody's bookmark, and the cookie that it travels in has an end. */
const longestTarget = 1024;
/** Printable ASCII without the backslash, which browsers take for a slash. All else is percent-encoded by whoever means it. */
const plain = /^[\x21-\x5b\x5d-\x7e]*$/;

/**
 * The target as this origin's own path with query and fragment, written anew by the URL parser; `undefined` for what is not
 * plainly that.
 */
export function ownTarget(target: unknown, { origin, forbidden }: TargetRules): string | undefined {
  if (typeof target !== "string" || target.length > longestTarget) return undefined;
  if (!plain.test(target) || !leadsHere(target)) return undefined;
  let url: URL;
  try {
    url = new URL(target, origin);
  } catch {
    return undefined;
  }
  // A path with one slash is of this origin to every parser; should one think otherwise, it ends here.
  if (url.origin !== origin) return undefined;
  // Dot segments are gone by now: what they hid is looked at again, and what a careless hop would decode as well.
  const decoded = decodedPaths(url.pathname);
  if (!decoded?.every(leadsHere)) return undefined;
  const settled = decoded.map((path) => new URL(path.replace(/[?#\\]/g, "/"), origin).pathname);
  if (!settled.every(leadsHere)) return undefined;
  if (settled.some((path) => forbidden.includes(comparable(path)))) return undefined;
  // Written anew, a character may be three.
  const own = `${url.pathname}${url.search}${url.hash}`;
  return own.length > longestTarget ? undefined : own;
}

/** A whole URL of this origin as {@link ownTarget} gives it; for `target_link_uri`. */
export function ownUrlTarget(target: string, rules: TargetRules): string | undefined {
  const { origin } = rules;
  if (target === origin) return ownTarget("/", rules);
  if (!target.startsWith(`${origin}/`)) return undefined;
  return ownTarget(target.slice(origin.length), rules);
}

/** A path as those in {@link TargetRules.forbidden} are written. */
export function comparable(path: string): string {
  return path
    .toLowerCase()
    .replace(/\/{2,}/g, "/")
    .replace(/(?<=.)\/$/, "");
}

/** One slash, and then nothing that could make it two: another, a backslash, or what parsers leave out. */
function leadsHere(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /^\/(?![/\\\s\x00-\x20\x7f\u00a0\u2028\u2029\ufeff])/.test(path);
}

/** The path, and what it is to somebody who decodes it once or twice; `undefined` where there is something behind that too. */
function decodedPaths(path: string): readonly string[] | undefined {
  const all = [path];
  let last = path;
  for (let times = 0; times < 3; times += 1) {
    let next: string;
    try {
      next = decodeURIComponent(last);
    } catch {
      // A stray percent sign is the application's own.
      return all;
    }
    if (next === last) return all;
    all.push(next);
    last = next;
  }
  return undefined;
}
