// Ending every request in flight. Not by one signal for all: Node warns of more than ten listeners on one.

/** The requests in flight. */
export interface Aborts {
  /** Does work that ends early when everything is closed. */
  during<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  close(): void;
}

export function createAborts(): Aborts {
  const open = new Set<AbortController>();
  let closed = false;
  return {
    async during(work) {
      const abort = new AbortController();
      open.add(abort);
      // What was still being prepared is not sent any more.
      if (closed) abort.abort();
      try {
        return await work(abort.signal);
      } finally {
        open.delete(abort);
      }
    },
    close() {
      closed = true;
      for (const abort of open) abort.abort();
    },
  };
}
