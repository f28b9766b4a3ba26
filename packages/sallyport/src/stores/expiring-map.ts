// A map whose entries have an end: what has ended is not found, and makes room. Every step costs the same however many there are.

/** See {@link createExpiringMap}. */
export interface ExpiringMap<Value> {
  get(key: string, now: number): Value | undefined;
  /**
   * Adds a value, in the place of what was there before.
   *
   * @throws Error where the map is full of what has not ended
   */
  add(key: string, value: Value, endsAt: number, now: number): void;
  /** Moves the end of an entry further away; never nearer. */
  prolong(key: string, endsAt: number): void;
  delete(key: string): void;
  /**
   * Sees to it that one more may be added.
   *
   * @throws Error where the map is full of what has not ended
   */
  makeRoom(now: number): void;
  /** Removes at most so many entries that have ended; how many. */
  sweep(now: number, limit: number): number;
}

interface Entry<Value> {
  readonly key: string;
  /** `undefined` once it was taken out; its place in the queue is left until its time. */
  value: Value | undefined;
  endsAt: number;
  /** Its place in the queue: at or before the end. */
  dueAt: number;
}

/** @param dropped told of each value that leaves the map */
export function createExpiringMap<Value>(
  limit: number,
  dropped: (value: Value) => void = () => {},
): ExpiringMap<Value> {
  const entries = new Map<string, Entry<Value>>();
  // A heap: the entry that is due first is at 0.
  let queue: Entry<Value>[] = [];

  function drop(entry: Entry<Value>): void {
    const { key, value } = entry;
    entries.delete(key);
    entry.value = undefined;
    if (value !== undefined) dropped(value);
  }

  function sweep(now: number, most: number): number {
    let removed = 0;
    while (removed < most && (queue[0]?.dueAt ?? Number.POSITIVE_INFINITY) <= now) {
      const entry = takeFirst(queue) as Entry<Value>;
      if (entry.value === undefined) continue;
      if (entry.endsAt <= now) {
        drop(entry);
        removed += 1;
        continue;
      }
      entry.dueAt = entry.endsAt;
      insert(queue, entry);
    }
    return removed;
  }

  function makeRoom(now: number): void {
    if (entries.size < limit || sweep(now, 1) > 0) return;
    throw new Error(`The session store in memory is full: it keeps ${limit} of a kind`);
  }

  return {
    get(key, now) {
      const entry = entries.get(key);
      return entry !== undefined && entry.endsAt > now ? entry.value : undefined;
    },
    add(key, value, endsAt, now) {
      const former = entries.get(key);
      if (former) drop(former);
      makeRoom(now);
      const entry = { key, value, endsAt, dueAt: endsAt };
      entries.set(key, entry);
      insert(queue, entry);
      // Those that were taken out before their time must not pile up.
      if (queue.length > 2 * entries.size + 1024) queue = heapOf(entries.values());
    },
    prolong(key, endsAt) {
      const entry = entries.get(key);
      if (entry && endsAt > entry.endsAt) entry.endsAt = endsAt;
    },
    delete(key) {
      const entry = entries.get(key);
      if (entry) drop(entry);
    },
    makeRoom,
    sweep,
  };
}

type Due = { readonly dueAt: number };

function heapOf<Item extends Due>(items: Iterable<Item>): Item[] {
  // A list in order is a heap.
  return [...items].sort((one, other) => one.dueAt - other.dueAt);
}

function insert<Item extends Due>(heap: Item[], item: Item): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Item;
    if (above.dueAt <= item.dueAt) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = item;
}

function takeFirst<Item extends Due>(heap: Item[]): Item | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right !== undefined && right.dueAt < (heap[child] as Item).dueAt) child += 1;
    const least = heap[child] as Item;
    if (least.dueAt >= last.dueAt) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = last;
  return first;
}
