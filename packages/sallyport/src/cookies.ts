// Cookies, read and written to the letter (RFC 6265bis): exact names, no guessing, no decoding.

/** One cookie to be set; a `value` of `undefined` removes it. */
export interface CookieChange {
  readonly name: string;
  readonly value: string | undefined;
  /** Seconds until the browser drops it; without it, it goes with the browser's session. */
  readonly maxAgeSeconds?: number;
  /** `None` for what has to come along with a cross-site POST (form post). Default: `Lax`. */
  readonly sameSite?: "Lax" | "None";
}

/** How an application's cookies are written. */
export interface CookieStyle {
  /** False on a loopback http public URL alone: no `Secure`, and no `__Host-`, which demands it. */
  readonly secure: boolean;
}

/**
 * The cookies of a request: name → its values, in their order. A name that is there twice has two values: a sibling subdomain may
 * have set one of them (RFC 6265bis §8.6), so whoever reads decides, and takes neither. A pair without a name or without `=` is
 * none of ours.
 */
export function parseCookies(header: string | undefined): ReadonlyMap<string, readonly string[]> {
  const cookies = new Map<string, string[]>();
  for (const pair of (header ?? "").split(";")) {
    const equals = pair.indexOf("=");
    // RFC 6265bis §5.6: white space around name and value goes; nothing else is changed.
    const name = equals < 0 ? "" : trim(pair.slice(0, equals));
    if (name === "") continue;
    const value = trim(pair.slice(equals + 1));
    const values = cookies.get(name);
    if (values) values.push(value);
    else cookies.set(name, [value]);
  }
  return cookies;
}

/** The values of one name, as {@link parseCookies} has them; a request that knows what it looks for need not read the rest. */
export function cookieValues(header: string, name: string): readonly string[] {
  const values: string[] = [];
  for (let at = header.indexOf(name); at >= 0; at = header.indexOf(name, at + 1)) {
    let start = at - 1;
    while (start >= 0 && isSpace(header.charCodeAt(start))) start -= 1;
    if (start >= 0 && header[start] !== ";") continue;
    let equals = at + name.length;
    while (isSpace(header.charCodeAt(equals))) equals += 1;
    if (header[equals] !== "=") continue;
    const end = header.indexOf(";", equals);
    values.push(trim(header.slice(equals + 1, end < 0 ? undefined : end)));
  }
  return values;
}

/** `Set-Cookie` for a change: host-only, for every path, out of reach of scripts. */
export function serializeCookie(
  { name, value, maxAgeSeconds, sameSite = "Lax" }: CookieChange,
  { secure }: CookieStyle,
): string {
  const age = value === undefined ? 0 : maxAgeSeconds;
  const attributes = [
    "Path=/",
    ...(age === undefined ? [] : [`Max-Age=${age}`]),
    "HttpOnly",
    ...(secure ? ["Secure"] : []),
    // Browsers take `None` only with `Secure`; without a word they treat a cookie of the last two minutes nearly so.
    ...(secure || sameSite === "Lax" ? [`SameSite=${sameSite}`] : []),
  ];
  return [`${name}=${value ?? ""}`, ...attributes].join("; ");
}

/** The name that a cookie goes by: bound to the host and to TLS where there is TLS. */
export function cookieName(name: string, { secure }: CookieStyle): string {
  return secure ? `__Host-${name}` : name;
}

/** By hand: a pattern for the end looks at every character of a cookie, and a session's has thousands. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
