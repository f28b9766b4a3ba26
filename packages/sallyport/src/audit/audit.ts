// Events → sinks, behind a bounded queue each: a slow, failing or hanging sink costs events, never a request.
import type { AuthEvent } from "../events.ts";
import { type AuditSink, type AuditStats, createSinkQueue } from "./sink-queue.ts";

export type { AuditSink, AuditStats } from "./sink-queue.ts";

/** The trail of one application. */
export interface Audit {
  /** Puts the event into every queue. Returns at once, never throws. */
  emit(event: AuthEvent): void;
  stats(): readonly AuditStats[];
  /** Ends when everything emitted so far was written, dropped or failed, or after `timeoutMs` (default 2000). */
  flush(timeoutMs?: number): Promise<void>;
  /** Flushes, then counts what is left, and everything emitted later, as dropped. */
  close(): Promise<void>;
}

/** Options of {@link createAudit}. */
export interface AuditOptions {
  readonly sinks: readonly AuditSink[];
  /** Events that may wait for each sink. Default: 10000. */
  readonly capacity?: number;
  /** Keeps writing alive on runtimes that end with the response. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

const flushTimeoutMs = 2000;
/** Events are written in batches: a timer for each would cost more than the event. */
const writeDelayMs = 20;
/** A timer that has not come after so long was cancelled with the request that set it (workerd). */
const lostTimerMs = 5000;

/**
 * Makes a trail. `emit` only fills rings; writing happens in a timer that runs while there is something to write.
 *
 * @throws TypeError where `sinks` or `capacity` is of the wrong form
 *
 * @example
 * ```ts
 * const audit = createAudit({ sinks: [jsonLinesSink((text) => process.stdout.write(text))] });
 * audit.emit(event);
 * await audit.close();
 * ```
 */
export function createAudit({ sinks, capacity = 10_000, waitUntil }: AuditOptions): Audit {
  if (!Array.isArray(sinks) || !sinks.every(isSink)) {
    throw new TypeError(
      "createAudit: `sinks` takes a list of { name, write } with a batchSize, if any, of at least 1",
    );
  }
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new TypeError("createAudit: `capacity` takes a whole number of at least 1");
  }
  const queues = sinks.map((sink) => createSinkQueue(sink, capacity, wake));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wokenAt = 0;
  let arrived = 0;
  // Half full, the rings are emptied at once: a burst must not drop what a moment later would have had room.
  const burst = Math.ceil(capacity / 2);
  let ending: Promise<void> | undefined;

  /** `at`: the time of the event that is to be written, in milliseconds; so no clock is read for it. */
  function wake(at = wokenAt): void {
    if (timer !== undefined && arrived !== burst && !(at - wokenAt > lostTimerMs)) return;
    try {
      clearTimeout(timer);
      timer = undefined;
      wokenAt = at;
      timer = setTimeout(pumpAll, arrived < burst ? writeDelayMs : 0);
      // Waiting events don't keep a process alive: `close()` writes them out.
      (timer as { unref?: () => void }).unref?.();
      waitUntil?.(new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => flush()));
    } catch {
      // No timers here and now (a worker's global scope): the next event asks again.
    }
  }

  function pumpAll(): void {
    timer = undefined;
    arrived = 0;
    for (const queue of queues) queue.pump();
  }

  async function flush(timeoutMs = flushTimeoutMs): Promise<void> {
    let over = false;
    let deadline: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      deadline = setTimeout(resolve, timeoutMs);
    });
    try {
      await Promise.race([late, Promise.all(queues.map((queue) => queue.drain(() => over)))]);
    } finally {
      over = true;
      clearTimeout(deadline);
    }
  }

  async function end(): Promise<void> {
    await flush();
    clearTimeout(timer);
    for (const queue of queues) queue.close();
  }

  return {
    emit(event) {
      let due = false;
      arrived += 1;
      for (const queue of queues) due = queue.push(event) || due;
      if (due && ending === undefined) wake(event.time);
    },
    stats: () => queues.map((queue) => queue.stats()),
    flush,
    close() {
      ending ??= end();
      return ending;
    },
  };
}

function isSink(sink: unknown): boolean {
  if (typeof sink !== "object" || sink === null) return false;
  const { write, batchSize = 1 } = sink as Partial<AuditSink>;
  return typeof write === "function" && Number.isInteger(batchSize) && batchSize >= 1;
}
