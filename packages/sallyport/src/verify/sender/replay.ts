// Which proofs have been used (RFC 9449 §11.1): the port for a store that processes share, and the memory of one process.

/** Remembers what may be used once. */
export interface ReplayStore {
  /**
   * Takes note of a key; `false` where it is known already. Atomic: of two calls at once, one gets `true`. A failure, by throwing
   * or rejecting, is 503 for the request.
   *
   * @param key 43 characters of base64url
   * @param expiresAt milliseconds since 1970 from when on the key may be forgotten
   */
  add(key: string, expiresAt: number): boolean | Promise<boolean>;
}

/** Bounds of {@link createReplayMemory}. */
export interface ReplayMemoryOptions {
  /** Most keys remembered at once, some 100 bytes each. Default: 524288. */
  readonly maxEntries?: number;
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const spanMs = 15_000;

/**
 * A replay store in the process's own memory. What is full throws, since forgetting would let a replay in; only callers with
 * a valid token and its key can fill it.
 *
 * @example
 * ```ts
 * const replayStore = createReplayMemory({ maxEntries: 100_000 });
 * const auth = sallyport({ issuer, audience, publicUrl, dpop: "required" }, { replayStore });
 * ```
 */
export function createReplayMemory({
  maxEntries = 524_288,
  now = Date.now,
}: ReplayMemoryOptions = {}): ReplayStore & { readonly size: number } {
  /** Keys by the span in which they end, so that they are forgotten by the thousand. */
  const spans = new Map<number, Set<string>>();
  let size = 0;

  function forget(): void {
    const current = Math.floor(now() / spanMs);
    for (const [span, keys] of spans) {
      if (span >= current) continue;
      spans.delete(span);
      size -= keys.size;
    }
  }

  return {
    add(key, expiresAt) {
      forget();
      for (const keys of spans.values()) if (keys.has(key)) return false;
      if (size >= maxEntries) throw new Error("The memory of used DPoP proofs is full");
      const span = Math.floor(expiresAt / spanMs);
      let keys = spans.get(span);
      if (keys === undefined) {
        keys = new Set();
        spans.set(span, keys);
      }
      keys.add(key);
      size += 1;
      return true;
    },
    get size() {
      return size;
    },
  };
}
