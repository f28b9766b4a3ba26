// The alternative for clients whose `Origin` can't be trusted or is missing: a token that only the session's own pages can read.
import { chain } from "../chain.ts";
import type { Sealer, SessionContent } from "../session/index.ts";

/** Makes tokens that belong to a session, and knows them again. */
export interface CsrfTokens {
  /** @param expiresAt when it ends, in milliseconds since 1970: with the session */
  make(content: SessionContent, expiresAt: number): string | Promise<string>;
  /** Whether a token was made for this very session, and still holds. */
  isOf(token: string, content: SessionContent): boolean | Promise<boolean>;
}

/** Where a request carries it. A form field would have to be read from a body that is the application's. */
export const csrfHeader = "x-csrf-token";

const purpose = "csrf";
/** Longer than any of ours: what is longer is not worth opening. */
const longest = 1024;

/**
 * Tokens of a double submit, sealed and bound to the session (one sign-in of one person). A custom header alone would do no
 * more than say that no CORS policy stood in its way, and those are the application's to get wrong; a token must have been
 * read from an answer, which another origin can't, and a sibling subdomain that plants cookies can't make one.
 */
export function createCsrfTokens(sealer: Sealer): CsrfTokens {
  return {
    make: (content, expiresAt) => sealer.seal(purpose, contextOf(content), 1, expiresAt),
    isOf: (token, content) =>
      token.length <= longest &&
      chain(sealer.open(purpose, contextOf(content), token), (value) => value === 1),
  };
}

/** What stays the same for as long as a session lasts, renewals included. */
function contextOf({ issuer, subject, startedAt }: SessionContent): string {
  return JSON.stringify([issuer, subject, startedAt]);
}
