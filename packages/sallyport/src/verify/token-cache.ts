// The cache of verified tokens: bounded by count and size, evicted by second chance, hit only by the whole token.
//
// The hash only finds the entry: it is seeded, takes a few characters of the signature, and costs a tenth of hashing a
// kilobyte; the whole token is compared. A new entry starts without its second chance, so tokens seen once are the first to
// go, and a flood of them cannot push out those in use.
//
// An entry is a number, its slot, and what leads to it lies in a few dense arrays: with ten thousand tokens in use, time goes
// into fetching memory, and a chain of small objects costs as much as comparing the token.

/** The cache of one verifier. */
export interface TokenCache<Value> {
  get(token: string): Value | undefined;
  set(token: string, value: Value): void;
  readonly size: number;
  readonly bytes: number;
}

/** Bounds of {@link createTokenCache}. */
export interface TokenCacheBounds {
  readonly maxEntries: number;
  /** Characters of all tokens held. */
  readonly maxBytes: number;
  /** Asked at first use: workerd has no random numbers before a request. */
  readonly seed: () => number;
}

const none = -1;

export function createTokenCache<Value>({ maxEntries, maxBytes, seed }: TokenCacheBounds): TokenCache<Value> {
  const tokens: string[] = [];
  const values: (Value | undefined)[] = [];
  const hashes = new Int32Array(maxEntries);
  const used = new Uint8Array(maxEntries);
  // Slots whose hash leads to the same bucket are chained.
  const buckets = new Int32Array(2 ** Math.ceil(Math.log2(maxEntries))).fill(none);
  const next = new Int32Array(maxEntries);
  const free: number[] = [];
  let hand = 0;
  let bytes = 0;
  let size = 0;
  let start: number | undefined;

  function hashOf(token: string): number {
    start ??= seed();
    let hash = start;
    for (let index = token.length - 22; index < token.length - 2; index += 2) {
      hash = Math.imul(hash ^ token.charCodeAt(index), 0x01000193);
    }
    return hash ^ (hash >>> 15);
  }

  function find(token: string, hash: number): number {
    let slot = buckets[hash & (buckets.length - 1)] as number;
    while (slot !== none && (hashes[slot] !== hash || tokens[slot] !== token)) slot = next[slot] as number;
    return slot;
  }

  function insert(slot: number, token: string, hash: number, value: Value): void {
    const bucket = hash & (buckets.length - 1);
    tokens[slot] = flat(token);
    values[slot] = value;
    hashes[slot] = hash;
    used[slot] = 0;
    next[slot] = buckets[bucket] as number;
    buckets[bucket] = slot;
    bytes += token.length;
    size += 1;
  }

  /** Frees a slot: what has no value is free. */
  function remove(slot: number): void {
    const bucket = (hashes[slot] as number) & (buckets.length - 1);
    if (buckets[bucket] === slot) buckets[bucket] = next[slot] as number;
    else {
      let before = buckets[bucket] as number;
      while (next[before] !== slot) before = next[before] as number;
      next[before] = next[slot] as number;
    }
    bytes -= (tokens[slot] as string).length;
    size -= 1;
    tokens[slot] = "";
    values[slot] = undefined;
    free.push(slot);
  }

  /** Moves the hand to an entry that has not been used since the hand last passed, and takes it out. */
  function evict(): void {
    for (;;) {
      const slot = hand;
      hand = (hand + 1) % tokens.length;
      if (values[slot] === undefined) continue;
      if (used[slot] === 0) {
        remove(slot);
        return;
      }
      used[slot] = 0;
    }
  }

  return {
    get(token) {
      const slot = find(token, hashOf(token));
      if (slot === none) return undefined;
      used[slot] = 1;
      return values[slot];
    },
    set(token, value) {
      if (token.length > maxBytes) return;
      const hash = hashOf(token);
      const known = find(token, hash);
      if (known !== none) {
        values[known] = value;
        return;
      }
      while (size >= maxEntries || (size > 0 && bytes + token.length > maxBytes)) evict();
      insert(free.pop() ?? tokens.length, token, hash, value);
    },
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** A copy that keeps nothing else alive: a slice of a header would keep the whole header. */
function flat(token: string): string {
  const characters = new Array<string>(2);
  characters[0] = token.slice(0, 1);
  characters[1] = token.slice(1);
  return characters.join("");
}
