// Whether a proof was made for this request's URL, and by what it is not: `htu` (RFC 9449 §4.3, check 9; RFC 3986 §6.2.2 and §6.2.3).

/**
 * Makes the comparison for an application whose `/` callers reach at `publicUrl`. Query and fragment are left out.
 * `undefined` where the two are the same, else what `htu` has: the kind of difference, never a caller's text.
 */
export function createUrlDifference(publicUrl: string): (htu: unknown, target: string) => string | undefined {
  const base = publicUrl.replace(/\/+$/, "");
  return (htu, target) => {
    if (typeof htu !== "string") return "no text";
    const path = pathOf(target);
    // Behind the base anything else would go on with the host's name, or its port.
    if (!path.startsWith("/")) return "nothing to be compared with: the request's target has no path";
    const expected = base + path;
    if (htu === expected) return undefined;
    const wanted = normalised(expected);
    const found = normalised(htu);
    if (!wanted) return "nothing to be compared with: the request's target is not a URI's path";
    if (!found) return "no http URL";
    const part = (["protocol", "hostname", "port", "path"] as const).find(
      (one) => found[one] !== wanted[one],
    );
    return part && differences[part];
  };
}

const differences = {
  protocol: "another scheme (http or https)",
  hostname: "another host",
  port: "another port",
  path: "another path (a proxy that adds or removes a prefix?)",
} as const;

/** The path of a request's target. Its host is the caller's word, and counts for nothing. */
function pathOf(target: string): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? "";
  const path = target.slice(authority.length);
  const end = path.search(/[?#]/);
  const bare = end < 0 ? path : path.slice(0, end);
  return bare === "" && authority !== "" ? "/" : bare;
}

// What a URL parser would mend without a word (white space, backslashes, letters beyond ASCII) is no URI (RFC 3986 §2).
const uri = /^https?:\/\/[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/i;

function normalised(text: string) {
  if (!uri.test(text) || !URL.canParse(text)) return undefined;
  // Lower case, default port and dot segments are the parser's; what is left is how characters are encoded.
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  if (username || password) return undefined;
  return { protocol, hostname, port, path: pathname.replace(/%[0-9a-f]{2}/gi, plain) };
}

function plain(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase();
}
