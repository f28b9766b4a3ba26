// JWS compact serialisation → header and payload, strictly (RFC 7515 §7.1, RFC 8725 §2, RFC 8725bis).
import { platform } from "#platform";
import { AuthError } from "../../errors.ts";
import type { JsonObject } from "../../identity.ts";
import { type Thumbprints, thumbprintsOf } from "../keys/thumbprints.ts";
import { parseStrictObject } from "./json.ts";

/** What the verifier needs of a JOSE header; everything else in it is without effect. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string | undefined;
  /** `typ` in lower case without `application/` (RFC 7515 §4.1.9); `undefined` where the header has none. */
  readonly typ: string | undefined;
  readonly thumbprints: Thumbprints | undefined;
}

/** A JWS taken apart, not yet believed. */
export interface CompactToken<Header = TokenHeader> {
  readonly headerSegment: string;
  readonly header: Header;
  /** Whether the header's decision was remembered. */
  readonly headerKnown: boolean;
  readonly payload: JsonObject;
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

/** Bounds of {@link createCompactParser}. */
export interface CompactLimits {
  /** Longest token in characters. */
  readonly tokenBytes: number;
  /** Deepest nesting of the header and the payload. */
  readonly depth: number;
  /** Most header decisions kept. Default: 256. */
  readonly headers?: number;
}

// Header members that would change where the key comes from, how the payload is read, or what the verifier must
// understand: none has a place in an access token (RFC 8725 §3.10, RFC 7797 §7, RFC 7516 §4.1).
const forbiddenMembers = [
  "jku",
  "jwk",
  "x5u",
  "x5c",
  "crit",
  "b64",
  "zip",
  "cty",
  "enc",
  "epk",
  "p2c",
] as const;

const longestKid = 1024;

/**
 * Makes a parser with its own cache of header decisions: an issuer's tokens share one header segment.
 * `remember` is called only after a signature under that header was found good, so callers can't fill the cache.
 *
 * @param readHeader what may stand in a header, and what is kept of it
 */
export function createCompactParser<Header>(
  { tokenBytes, depth, headers = 256 }: CompactLimits,
  readHeader: (header: JsonObject) => Header,
) {
  const known = new Map<string, Header>();
  // Most often it is the header of the token before: comparing is cheaper than hashing.
  let latest: { readonly segment: string; readonly header: Header } | undefined;

  /** @throws AuthError `malformed_token` or `forbidden_header` */
  function parse(token: unknown): CompactToken<Header> {
    if (typeof token !== "string") throw malformed("The token is not a string");
    if (token.length > tokenBytes) throw malformed("The token is longer than the limit");
    const first = token.indexOf(".");
    const last = token.indexOf(".", first + 1);
    if (first <= 0 || last - first <= 1 || last === token.length - 1 || token.indexOf(".", last + 1) !== -1) {
      throw malformed("The token is not a JWS of three non-empty segments");
    }
    const headerSegment = token.slice(0, first);
    const remembered = headerSegment === latest?.segment ? latest.header : known.get(headerSegment);
    const header = remembered ?? readHeader(parseHeader(headerSegment, depth));
    const text = platform.decodeText(token.slice(first + 1, last));
    const payload = text === undefined ? undefined : parseStrictObject(text, depth);
    if (!payload) throw malformed("The payload is not canonical base64url of one strict JSON object");
    const signature = platform.decodeBase64url(token.slice(last + 1));
    if (!signature) throw malformed("The signature is not canonical base64url");
    const headerKnown = remembered !== undefined;
    return { headerSegment, header, headerKnown, payload, signingInput: token.slice(0, last), signature };
  }

  function remember({ headerSegment, header, headerKnown }: CompactToken<Header>): void {
    if (headerKnown) return;
    if (known.size >= headers) known.delete(known.keys().next().value as string);
    known.set(headerSegment, header);
    latest = { segment: headerSegment, header };
  }

  return { parse, remember };
}

function parseHeader(segment: string, depth: number): JsonObject {
  const text = platform.decodeText(segment);
  const header = text === undefined ? undefined : parseStrictObject(text, depth);
  if (!header) throw malformed("The header is not canonical base64url of one strict JSON object");
  return header;
}

/**
 * What the verifier needs of an access token's header.
 *
 * @throws AuthError `malformed_token` or `forbidden_header`
 */
export function readTokenHeader(header: JsonObject): TokenHeader {
  for (const member of forbiddenMembers) {
    if (Object.hasOwn(header, member)) {
      throw new AuthError("forbidden_header", `The header has the member ${member}, which is never accepted`);
    }
  }
  const { alg, kid, typ } = header;
  if (typeof alg !== "string" || alg === "") throw malformed("The header has no alg");
  if (kid !== undefined && (typeof kid !== "string" || kid === "" || kid.length > longestKid)) {
    throw malformed("The header's kid is not a string of sensible length");
  }
  if (typ !== undefined && (typeof typ !== "string" || !/^[\x21-\x7e]{1,255}$/.test(typ))) {
    throw malformed("The header's typ is not a media type");
  }
  return { alg, kid, typ: typ && mediaType(typ), thumbprints: thumbprintsOf(header) };
}

/** A header's `typ` in lower case without `application/` (RFC 7515 §4.1.9). */
export function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\/(?=[^/]+$)/, "");
}

function malformed(message: string): AuthError {
  return new AuthError("malformed_token", message);
}
