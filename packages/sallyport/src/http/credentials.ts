// From a request's headers and URL to the one access token it carries (RFC 6750 §2, RFC 9110 §11).
import { AuthError } from "../errors.ts";

/** Where a request may carry a token. */
export interface Credentials {
  /** The value of `Authorization`; all values as a list where there are several, as the wire had them. */
  readonly authorization: string | readonly string[] | undefined;
  /** The request target with its query. */
  readonly url: string;
}

/**
 * The token of the `Authorization` header, or `undefined` where the request carries no credentials of a scheme that is taken.
 * A token in the query or the body is never read (RFC 9700 §4.3.2); beside one in the header it is an error.
 *
 * @param takesDpop whether the scheme `DPoP` is taken beside `Bearer`
 * @throws AuthError `invalid_request`
 */
export function readToken({ authorization, url }: Credentials, takesDpop: boolean): string | undefined {
  if (authorization === undefined) return undefined;
  if (typeof authorization !== "string") {
    throw new AuthError("invalid_request", "The request has more than one Authorization header");
  }
  const scheme = schemeOf(authorization);
  if (scheme === undefined || (scheme === "DPoP" && !takesDpop)) {
    // Where `Headers` has joined two: elsewhere a list tells of them.
    if (laterToken.test(authorization)) {
      throw new AuthError("invalid_request", "The request has bearer credentials behind others");
    }
    return undefined;
  }
  if (hasTokenInQuery(url)) {
    throw new AuthError("invalid_request", "The request carries a token in the header and one in the query");
  }
  const after = scheme.length;
  const token = authorization.slice(after + 1);
  if (token === "" || authorization.charCodeAt(after) !== 0x20 || token.charCodeAt(0) === 0x20) {
    throw new AuthError(
      "invalid_request",
      `The Authorization header is not \`${scheme}\`, one space and a token`,
    );
  }
  return token;
}

const laterToken = /,\s*(?:bearer|dpop)(?:[\s,]|$)/i;

/** The scheme of a token's credentials; `undefined` of any other. */
export function schemeOf(authorization: string): "Bearer" | "DPoP" | undefined {
  if (authorization.startsWith("Bearer ")) return "Bearer";
  if (isScheme(authorization, "bearer")) return "Bearer";
  return isScheme(authorization, "dpop") ? "DPoP" : undefined;
}

// RFC 9110 §11.1: the scheme is compared without regard to case, and ends at a space or at the end.
function isScheme(authorization: string, scheme: string): boolean {
  const end = authorization.charCodeAt(scheme.length);
  return (
    authorization.slice(0, scheme.length).toLowerCase() === scheme &&
    (Number.isNaN(end) || end === 0x20 || end === 0x09 || end === 0x2c)
  );
}

/** Whether the URL's query names `access_token`, however it is encoded. */
function hasTokenInQuery(url: string): boolean {
  const query = url.indexOf("?");
  if (query < 0) return false;
  if (!url.includes("access_token", query) && !url.includes("%", query)) return false;
  return new URLSearchParams(url.slice(query)).has("access_token");
}

const b64token = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * A malformed token that is not even a `b64token` (RFC 6750 §2.1) is a malformed request. Asked only after a token was
 * refused: the cost is the sender's.
 */
export function asRequestError(error: unknown, token: string): unknown {
  const malformed = error instanceof AuthError && error.code === "malformed_token";
  if (!malformed || b64token.test(token)) return error;
  return new AuthError(
    "invalid_request",
    /^(?:bearer|dpop) /i.test(token)
      ? "The Authorization header holds a scheme twice"
      : "The Authorization header holds something else than one token",
  );
}
