// The cache of verified tokens: bounded by count and size, evicted by second chance, hit only by the whole token.
//
// The hash only finds the entry: it is seeded, takes a few characters of the signature, and costs a tenth of hashing a
// kilobyte; the whole token is compared. A new entry starts without its second chance, so tokens seen once are the first to
// go, and a flood of them cannot push out those in use.

/** A verified token's entry, linked to those of the same hash. */
interface Entry<Value> {
  readonly token: string;
  readonly hash: number;
  value: Value;
  used: boolean;
  next: Entry<Value> | undefined;
}

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

export function createTokenCache<Value>({ maxEntries, maxBytes, seed }: TokenCacheBounds): TokenCache<Value> {
  const chains = new Map<number, Entry<Value>>();
  const ring: (Entry<Value> | undefined)[] = [];
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
    return hash & 0x3fff_ffff;
  }

  function find(token: string): Entry<Value> | undefined {
    let entry = chains.get(hashOf(token));
    while (entry && entry.token !== token) entry = entry.next;
    return entry;
  }

  function unlink(entry: Entry<Value>): void {
    const first = chains.get(entry.hash);
    if (first === entry) {
      if (entry.next) chains.set(entry.hash, entry.next);
      else chains.delete(entry.hash);
    } else {
      let before = first;
      while (before && before.next !== entry) before = before.next;
      if (before) before.next = entry.next;
    }
    bytes -= entry.token.length;
    size -= 1;
  }

  /** Moves the hand to an entry that has not been used since the hand last passed, and takes it out. */
  function evict(): void {
    for (;;) {
      const entry = ring[hand];
      const slot = hand;
      hand = (hand + 1) % ring.length;
      if (!entry) continue;
      if (entry.used) {
        entry.used = false;
        continue;
      }
      unlink(entry);
      ring[slot] = undefined;
      free.push(slot);
      return;
    }
  }

  return {
    get(token) {
      const entry = find(token);
      if (!entry) return undefined;
      entry.used = true;
      return entry.value;
    },
    set(token, value) {
      if (token.length > maxBytes) return;
      const known = find(token);
      if (known) {
        known.value = value;
        return;
      }
      while (size >= maxEntries || (size > 0 && bytes + token.length > maxBytes)) evict();
      const hash = hashOf(token);
      const entry: Entry<Value> = { token: flat(token), hash, value, used: false, next: chains.get(hash) };
      chains.set(hash, entry);
      ring[free.pop() ?? ring.length] = entry;
      bytes += token.length;
      size += 1;
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
