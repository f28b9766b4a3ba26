// A list of revoked tokens in memory: for one process, or fed from a message bus by the application.
import type { Identity } from "../identity.ts";

/** What is revoked: one token, all tokens of a subject, or all tokens issued to a client. Always of one issuer. */
export type Revocation =
  | { readonly issuer: string; readonly tokenId: string }
  | { readonly issuer: string; readonly subject: string }
  | { readonly issuer: string; readonly clientId: string };

/** The list that {@link createRevocationList} makes. */
export interface RevocationList {
  /**
   * Refuses matching tokens from now on, until `untilSeconds` (seconds since 1970; default: for ever) and, since clocks may
   * differ by as much, five minutes longer. A token's `exp` is thus a safe end.
   *
   * @throws TypeError where `untilSeconds` is not a number
   * @throws RangeError when the list is full: forgetting a revocation silently would let a revoked token in
   */
  revoke(what: Revocation, untilSeconds?: number): void;
  restore(what: Revocation): void;
  /** Give this to `deps.isRevoked`. */
  readonly isRevoked: (identity: Identity) => boolean;
  readonly size: number;
}

/**
 * Makes an in-memory revocation list.
 *
 * @example
 * ```ts
 * const revoked = createRevocationList();
 * const verifier = createVerifier({ issuer, audience }, { isRevoked: revoked.isRevoked });
 * revoked.revoke({ issuer, tokenId: "4f2c" }, expiresAt);
 * ```
 */
export function createRevocationList({
  maxEntries = 100_000,
  now = Date.now,
}: {
  readonly maxEntries?: number;
  readonly now?: () => number;
} = {}): RevocationList {
  const entries = new Map<string, number>();

  function listed(name: string, issuer: string, value: string | undefined): boolean {
    if (value === undefined) return false;
    const until = entries.get(keyOf(name, issuer, value));
    return until !== undefined && now() < endMs(until);
  }

  return {
    revoke(what, untilSeconds = Number.POSITIVE_INFINITY) {
      if (typeof untilSeconds !== "number" || Number.isNaN(untilSeconds)) {
        throw new TypeError("revoke takes seconds since 1970 as the end of a revocation");
      }
      const key = keyFor(what);
      if (!entries.has(key) && entries.size >= maxEntries) {
        for (const [old, until] of entries) if (now() >= endMs(until)) entries.delete(old);
        if (entries.size >= maxEntries)
          throw new RangeError(`The revocation list is full (${maxEntries} entries)`);
      }
      entries.set(key, untilSeconds);
    },
    restore: (what) => {
      entries.delete(keyFor(what));
    },
    isRevoked: ({ issuer, tokenId, subject, clientId }) =>
      entries.size > 0 &&
      (listed("tokenId", issuer, tokenId) ||
        listed("subject", issuer, subject) ||
        listed("clientId", issuer, clientId)),
    get size() {
      return entries.size;
    },
  };
}

// A verifier may accept a token up to five minutes beyond its `exp` (`clockToleranceSeconds`): a revocation outlives that.
function endMs(untilSeconds: number): number {
  return (untilSeconds + 300) * 1000;
}

function keyFor(what: Revocation): string {
  if ("tokenId" in what) return keyOf("tokenId", what.issuer, what.tokenId);
  if ("subject" in what) return keyOf("subject", what.issuer, what.subject);
  return keyOf("clientId", what.issuer, what.clientId);
}

// A list's JSON can't be made ambiguous by what the values hold.
function keyOf(name: string, issuer: string, value: string): string {
  return JSON.stringify([name, issuer, value]);
}
