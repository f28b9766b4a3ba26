// Where a native client's sign-in may come back to (RFC 8252 §7): this machine, or what is on the list. No open redirector.

/** Written as one reads it: nothing that two parsers could take for two things (user info, escapes, a query, a fragment). */
const loopback =
  /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([1-9]\d{0,4}))?(\/[A-Za-z0-9._~!$'()*+,;=:@/-]*)?$/;
const https = /^https:\/\/[a-z0-9.-]+(:[1-9]\d{0,4})?(\/[A-Za-z0-9._~!$'()*+,;=:@%/-]*)?$/;
/** RFC 8252 §7.1: a name in reverse, so that nobody else's program has the scheme by accident. */
const ownScheme = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:\/[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/;
const longest = 256;
const greatestPort = 65_535;

interface Loopback {
  readonly host: string;
  readonly port: number | undefined;
  readonly path: string;
}

/** Whether an address can stand on the list. */
export function isNativeRedirect(uri: string): boolean {
  const local = loopbackOf(uri);
  if (local) return local.port === undefined;
  return uri.length <= longest && ((https.test(uri) && isWhole(uri)) || ownScheme.test(uri));
}

/** @param allowed the list; without one, every loopback address may */
export function mayReturnTo(uri: string, allowed: readonly string[] | undefined): boolean {
  const local = loopbackOf(uri);
  if (!allowed) return local !== undefined;
  return allowed.some((one) => one === uri || (local !== undefined && isSamePlace(loopbackOf(one), local)));
}

/** §7.3: the port is the operating system's choice. */
function isSamePlace(one: Loopback | undefined, other: Loopback): boolean {
  return one?.host === other.host && one.path === other.path;
}

function loopbackOf(uri: string): Loopback | undefined {
  if (uri.length > longest) return undefined;
  const [, host, digits, path = "/"] = loopback.exec(uri) ?? [];
  if (host === undefined) return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  return port === undefined || port <= greatestPort ? { host, port, path } : undefined;
}

function isWhole(uri: string): boolean {
  try {
    return new URL(uri).protocol === "https:";
  } catch {
    return false;
  }
}
