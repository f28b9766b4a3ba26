// Whether a proof was made for this request's URL: `htu` (RFC 9449 §4.3, check 9; RFC 3986 §6.2.2 and §6.2.3).

/** Makes the comparison for an application whose `/` callers reach at `publicUrl`. Query and fragment are left out. */
export function createUrlMatch(publicUrl: string): (htu: string, target: string) => boolean {
  const base = publicUrl.replace(/\/+$/, "");
  return (htu, target) => {
    const path = pathOf(target);
    // Behind the base anything else would go on with the host's name, or its port.
    if (!path.startsWith("/")) return false;
    const expected = base + path;
    if (htu === expected) return true;
    const wanted = normalised(expected);
    return wanted !== undefined && normalised(htu) === wanted;
  };
}

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

function normalised(text: string): string | undefined {
  if (!uri.test(text) || !URL.canParse(text)) return undefined;
  // Lower case, default port and dot segments are the parser's; what is left is how characters are encoded.
  const { origin, username, password, pathname } = new URL(text);
  if (username || password) return undefined;
  return origin + pathname.replace(/%[0-9a-f]{2}/gi, plain);
}

function plain(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase();
}
