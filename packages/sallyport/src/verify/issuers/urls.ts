// What a URL's host says about where it leads.

/** Whether a URL's host is this machine by name or literal address. */
export function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

const privateRanges = [
  /^(0|10|127)\./,
  /^169\.254\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^(192\.0\.0|198\.1[89]|22[4-9]|2[345]\d)\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  // Of IPv6 only 2000::/3 is given out; within it, documentation, and tunnels that lead to an IPv4 address, are not
  // (RFC 4291 §2.5, RFC 3849, RFC 4380, RFC 3056). What embeds one elsewhere (::/96, 64:ff9b::/96) is not in it.
  /^\[(?![23][0-9a-f]{3}:)/,
  /^\[(2002:|2001:(:|0:|db8:))/,
];
const localNames = /^(.*\.)?(localhost|localhost6|localdomain|localdomain6)$/;

/** Whether a URL's host is a literal address that no public provider has (RFC 1918, 4193, 3927, 6598), or localhost. */
export function isPrivateUrl(url: string): boolean {
  // A trailing dot ends a name without changing where it leads.
  const hostname = new URL(url).hostname.replace(/\.$/, "");
  return localNames.test(hostname) || privateRanges.some((range) => range.test(hostname));
}

/**
 * Checks the URL of an option.
 *
 * @throws TypeError where it is not https, or loopback that is not allowed, or holds credentials
 */
export function requireHttps(
  url: string,
  option: string,
  { insecureAllowLoopback }: { readonly insecureAllowLoopback?: boolean },
  where: string,
): void {
  const { protocol, username, password } = new URL(url);
  if (username || password)
    throw new TypeError(`${where}: \`${option}\` takes a URL without a user or password`);
  if (protocol === "https:") return;
  if (protocol === "http:" && isLoopbackUrl(url)) {
    if (insecureAllowLoopback) return;
    throw new TypeError(
      `${where}: \`${option}\` is http on loopback; set \`insecureAllowLoopback\` if this is development or a test`,
    );
  }
  throw new TypeError(
    `${where}: \`${option}\` takes an https URL; http only for loopback, with \`insecureAllowLoopback: true\``,
  );
}
