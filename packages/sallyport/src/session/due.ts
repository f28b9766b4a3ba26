// When the tokens of a session are to be renewed. Times in milliseconds since 1970.
import type { SessionContent } from "./contract.ts";

/** The stations of a session's tokens. */
export interface TokenTimes {
  /** From when on they are renewed; never without a refresh token. */
  readonly dueAt: number;
  /** Until when the access token is good, as far as is known. */
  readonly goodUntil: number;
  /** From when on the session can't go on without new ones. */
  readonly overdueAt: number;
}

const most = 60_000;
const least = 10_000;
// Where the provider does not say how long its tokens last (RFC 6749 §5.1 only recommends it).
const unknownLifetime = 300_000;
// A token that was just made and is refused is not mended by another.
const shortestRefusedLife = 30_000;
// A provider whose tokens expire at once must not be asked at every request.
const shortestPause = 1000;

/**
 * A fifth of the lifetime ahead of expiry, 10 to 60 seconds, but at most half of it: so that a call to another service does not
 * set out with a token that expires on the way.
 */
export function tokenTimes({ tokens, refreshedAt }: SessionContent, staleMs: number): TokenTimes {
  const goodUntil = tokens.expiresAt ?? refreshedAt + unknownLifetime;
  const lifetime = Math.max(0, goodUntil - refreshedAt);
  const ahead = Math.min(most, Math.max(least, lifetime / 5), lifetime / 2);
  if (tokens.refreshToken === undefined) {
    return { dueAt: Number.POSITIVE_INFINITY, goodUntil, overdueAt: Number.POSITIVE_INFINITY };
  }
  return {
    dueAt: Math.max(goodUntil - ahead, refreshedAt + shortestPause),
    goodUntil,
    overdueAt: goodUntil + staleMs,
  };
}

/**
 * Whether the tokens are to be renewed now.
 *
 * @param refused an access token that the provider takes no more: if it is this session's, its expiry is not waited for
 */
export function isDue(
  content: SessionContent,
  staleMs: number,
  at: number,
  refused: string | undefined,
): boolean {
  const { tokens, refreshedAt } = content;
  if (tokenTimes(content, staleMs).dueAt <= at) return true;
  return (
    tokens.accessToken === refused &&
    tokens.refreshToken !== undefined &&
    at - refreshedAt >= shortestRefusedLife
  );
}
