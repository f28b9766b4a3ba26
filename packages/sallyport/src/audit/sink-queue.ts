// One sink's bounded queue: what is emitted waits here until the sink has taken it, and is counted exactly.
import { isThenable } from "../chain.ts";
import type { AuthEvent } from "../events.ts";

/** Where events go. */
export interface AuditSink {
  /** For `stats()`. */
  readonly name: string;
  /** Most events in one call: a call that fails, fails with all its events. Default: 256. */
  readonly batchSize?: number;
  /** Takes a batch. While its promise is pending, later events wait in the queue, and beyond it are dropped and counted. */
  write(events: readonly AuthEvent[]): void | Promise<void>;
}

/** Exact counts of one sink: `written + dropped + failed + waiting` is what was emitted. */
export interface AuditStats {
  readonly sink: string;
  /** Handed to the sink, which took them. */
  readonly written: number;
  /** Never handed over, because the queue was full or the trail was closed. */
  readonly dropped: number;
  /** Handed over, but the sink threw or rejected. */
  readonly failed: number;
  /** In the queue, or handed over and not yet answered for. */
  readonly waiting: number;
}

/** A ring of events in front of one sink. */
export interface SinkQueue {
  /** Whether `pump()` should be called soon: the event waits, and the sink is free. */
  push(event: AuthEvent): boolean;
  /** Hands over what is waiting, for about `budgetMs` at most. */
  pump(): void;
  stats(): AuditStats;
  /** Pumps until everything pushed so far is settled, or `over()`. */
  drain(over: () => boolean): Promise<void>;
  /** Counts what was not handed over as dropped, and everything pushed later. */
  close(): void;
}

const defaultBatchSize = 256;
/** A synchronous sink holds up the whole process: after so long the event loop gets its turn. */
const budgetMs = 5;

/**
 * @param wake asks for a later `pump()`, outside whatever runs now
 */
export function createSinkQueue(sink: AuditSink, capacity: number, wake: () => void): SinkQueue {
  const { batchSize = defaultBatchSize } = sink;
  const ring: (AuthEvent | undefined)[] = new Array(capacity).fill(undefined);
  let head = 0;
  let count = 0;
  /** Events of the batch that the sink has and has not answered for; they keep their place in the ring until then. */
  let inFlight = 0;
  let written = 0;
  let dropped = 0;
  let failed = 0;
  let closed = false;
  let turnStart = 0;
  let settledOnce: { promise: Promise<void>; resolve: () => void } | undefined;

  function push(event: AuthEvent): boolean {
    if (closed || count === capacity) {
      dropped += 1;
      return inFlight === 0 && !closed;
    }
    const tail = head + count;
    ring[tail < capacity ? tail : tail - capacity] = event;
    count += 1;
    return inFlight === 0;
  }

  function pump(): void {
    turnStart = performance.now();
    proceed();
  }

  function proceed(): void {
    while (inFlight === 0 && count > 0) {
      if (performance.now() - turnStart > budgetMs) {
        wake();
        return;
      }
      writeBatch();
    }
  }

  function writeBatch(): void {
    const batch: AuthEvent[] = [];
    for (let index = 0; index < count && index < batchSize; index += 1) {
      batch.push(ring[(head + index) % capacity] as AuthEvent);
    }
    // Set before the call: a sink that emits or flushes meets a queue that is busy, and can't come back in here.
    inFlight = batch.length;
    let answer: unknown;
    try {
      answer = sink.write(batch);
      if (!isThenable(answer)) answer = undefined;
    } catch {
      settle(false);
      return;
    }
    if (answer === undefined) {
      settle(true);
      return;
    }
    const finish = (taken: boolean) => {
      settle(taken);
      proceed();
    };
    Promise.resolve(answer).then(
      () => finish(true),
      () => finish(false),
    );
  }

  function settle(taken: boolean): void {
    if (taken) written += inFlight;
    else failed += inFlight;
    for (let index = 0; index < inFlight; index += 1) ring[(head + index) % capacity] = undefined;
    head = (head + inFlight) % capacity;
    count -= inFlight;
    inFlight = 0;
    settledOnce?.resolve();
    settledOnce = undefined;
  }

  function nextSettled(): Promise<void> {
    if (!settledOnce) {
      let resolve = () => {};
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      settledOnce = { promise, resolve };
    }
    return settledOnce.promise;
  }

  return {
    push,
    pump,
    stats: () => ({ sink: sink.name, written, dropped, failed, waiting: count }),
    async drain(over) {
      const target = written + failed + count;
      while (written + failed < target && count > 0 && !over()) {
        pump();
        // After an await of its own, so that a long queue does not keep the event loop to itself.
        if (inFlight > 0) await nextSettled();
        else await new Promise<void>((done) => setTimeout(done, 0));
      }
    },
    close() {
      closed = true;
      dropped += count - inFlight;
      for (let index = inFlight; index < count; index += 1) ring[(head + index) % capacity] = undefined;
      count = inFlight;
    },
  };
}
