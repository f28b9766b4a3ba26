// Which tokens are opaque: what may be sent to a provider, and what must never leave this API.

// RFC 6750 §2.1.
const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;

// The beginning of a JSON object with a member, whatever white space or byte-order mark is before it.
const jsonObject = /^(?:\xef\xbb\xbf)?\s*\{\s*"[\x20-\x7e]{8}/;

/**
 * Whether only its issuer can say what a token is worth. What looks like a JWT, a damaged or an encrypted one included, is
 * not opaque: whose it is stands in it, and nobody else is to see it.
 */
export function isOpaque(token: string, longest: number): boolean {
  return token.length <= longest && b64token.test(token) && !looksLikeJwt(token);
}

/** Whether one of the first parts of a token in parts is JSON in base64, canonical or not. */
function looksLikeJwt(token: string): boolean {
  return token.includes(".") && token.split(".", mostParts).some(isJson);
}

/** An encrypted token has five; as many again may stand before one. */
const mostParts = 10;

/** Characters of a part that are looked at: a multiple of four. */
const enough = 64;

function isJson(part: string): boolean {
  const start = part
    .slice(0, enough)
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/[^A-Za-z0-9+/]/g, "");
  // One character alone carries no byte.
  return jsonObject.test(atob(start.length % 4 === 1 ? start.slice(0, -1) : start));
}
