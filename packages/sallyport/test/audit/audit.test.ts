// The trail: exact counts, bounded memory, and no way for a sink to hurt whoever emits.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditSink, createAudit } from "../../src/audit/index.ts";
import type { AuthEvent } from "../../src/events.ts";
import { securityEvent } from "./events.ts";

const event = (message = "m") => securityEvent({ message });
const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

function collector(extra: Partial<AuditSink> = {}) {
  const taken: AuthEvent[] = [];
  const sink: AuditSink = { name: "collector", write: (events) => void taken.push(...events), ...extra };
  return { sink, taken };
}

function fail(): never {
  throw new Error("disk full");
}
const thenable = (property: PropertyDescriptor) =>
  Object.defineProperty({}, ["th", "en"].join(""), property) as never;

const statsOf = (audit: ReturnType<typeof createAudit>, index = 0) => {
  const found = audit.stats()[index];
  if (!found) throw new Error("no such sink");
  return found;
};

describe("emit", () => {
  test("never calls a sink, and writes everything in order a turn later", async () => {
    const { sink, taken } = collector();
    const audit = createAudit({ sinks: [sink] });
    for (let index = 0; index < 1000; index += 1) audit.emit(event(String(index)));
    expect(taken).toEqual([]);
    expect(statsOf(audit)).toEqual({ sink: "collector", written: 0, dropped: 0, failed: 0, waiting: 1000 });
    await turn(20);
    expect(taken.map((one) => (one.type === "security" ? one.message : ""))).toEqual(
      Array.from({ length: 1000 }, (_, index) => String(index)),
    );
    expect(statsOf(audit)).toEqual({ sink: "collector", written: 1000, dropped: 0, failed: 0, waiting: 0 });
  });

  test("starts no timer while the one it started is still to come, nor while a sink is busy", async () => {
    const { setTimeout: original } = globalThis;
    let timers = 0;
    globalThis.setTimeout = ((...args: Parameters<typeof original>) => {
      timers += 1;
      return original(...args);
    }) as typeof original;
    try {
      const audit = createAudit({ sinks: [{ name: "hangs", write: () => new Promise<void>(() => {}) }] });
      for (let index = 0; index < 100; index += 1) audit.emit(event());
      expect(timers).toBe(1);
      await new Promise((resolve) => original(resolve, 5));
      for (let index = 0; index < 100; index += 1) audit.emit(event());
      expect(timers).toBe(1);
    } finally {
      globalThis.setTimeout = original;
    }
  });

  test("does not throw where the runtime has no timers, and tries again with the next event", async () => {
    const { setTimeout: original } = globalThis;
    const { sink, taken } = collector();
    const audit = createAudit({ sinks: [sink] });
    globalThis.setTimeout = (() => {
      throw new Error("not here");
    }) as never;
    try {
      audit.emit(event());
    } finally {
      globalThis.setTimeout = original;
    }
    audit.emit(event());
    await turn(60);
    expect(taken).toHaveLength(2);
  });

  test("a waiting trail does not keep a process alive", () => {
    const { setTimeout: original } = globalThis;
    let timer: NodeJS.Timeout | undefined;
    globalThis.setTimeout = ((...args: Parameters<typeof original>) => {
      timer = original(...args);
      return timer;
    }) as typeof original;
    try {
      createAudit({ sinks: [collector().sink] }).emit(event());
    } finally {
      globalThis.setTimeout = original;
    }
    expect(timer?.hasRef()).toBe(false);
  });
});

describe("a burst", () => {
  test("of more than the ring holds is written in time where the event loop gets its turns", async () => {
    const { sink, taken } = collector();
    const audit = createAudit({ sinks: [sink], capacity: 8 });
    for (let index = 0; index < 40; index += 1) {
      audit.emit(event());
      if (index % 4 === 3) await turn(2);
    }
    await audit.flush();
    expect(taken).toHaveLength(40);
    expect(statsOf(audit).dropped).toBe(0);
  });
});

describe("a sink that misbehaves", () => {
  const faults: [string, AuditSink["write"]][] = [
    ["throws", fail],
    ["rejects", () => Promise.reject(new Error("disk full"))],
    ["answers a thenable that throws", () => thenable({ value: fail })],
    ["answers an object whose `then` can't be read", () => thenable({ get: fail })],
  ];
  test.each(faults)(
    "%s: its events are counted as failed, the next batch and the other sinks go on",
    async (_, fault) => {
      const { sink, taken } = collector();
      let calls = 0;
      const broken: AuditSink = {
        name: "broken",
        batchSize: 1,
        write: (events) => (++calls <= 2 ? fault(events) : undefined),
      };
      const audit = createAudit({ sinks: [broken, sink] });
      for (let index = 0; index < 5; index += 1) audit.emit(event());
      await audit.flush();
      expect(statsOf(audit)).toEqual({ sink: "broken", written: 3, dropped: 0, failed: 2, waiting: 0 });
      expect(taken).toHaveLength(5);
    },
  );

  test("hangs: events wait up to the capacity, and each beyond it is counted as dropped", async () => {
    const { sink, taken } = collector();
    const audit = createAudit({
      sinks: [{ name: "hangs", write: () => new Promise<void>(() => {}) }, sink],
      capacity: 50,
    });
    for (let index = 0; index < 30; index += 1) audit.emit(event());
    await turn(60);
    for (let index = 0; index < 30; index += 1) audit.emit(event());
    await turn(60);
    expect(audit.stats()).toEqual([
      { sink: "hangs", written: 0, dropped: 10, failed: 0, waiting: 50 },
      { sink: "collector", written: 60, dropped: 0, failed: 0, waiting: 0 },
    ]);
    expect(taken).toHaveLength(60);
    const start = performance.now();
    await audit.flush(30);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test("is slow: what it has no time for waits, is dropped beyond the capacity, and the rest arrives", async () => {
    const release: (() => void)[] = [];
    const slow: AuditSink = {
      name: "slow",
      batchSize: 10,
      write: () => new Promise<void>((done) => release.push(done)),
    };
    const audit = createAudit({ sinks: [slow], capacity: 20 });
    for (let index = 0; index < 25; index += 1) audit.emit(event());
    await turn(60);
    expect(statsOf(audit)).toMatchObject({ written: 0, dropped: 5, waiting: 20 });
    expect(release).toHaveLength(1);
    release[0]?.();
    await turn(60);
    expect(statsOf(audit)).toMatchObject({ written: 10, dropped: 5, waiting: 10 });
    audit.emit(event());
    release[1]?.();
    await turn(60);
    release[2]?.();
    await audit.flush();
    expect(statsOf(audit)).toEqual({ sink: "slow", written: 21, dropped: 5, failed: 0, waiting: 0 });
  });

  test("burns time synchronously: the event loop gets its turn in between", async () => {
    let written = 0;
    const burning: AuditSink = {
      name: "burning",
      batchSize: 1,
      write: () => {
        written += 1;
        const until = performance.now() + 2;
        while (performance.now() < until);
      },
    };
    const audit = createAudit({ sinks: [burning] });
    for (let index = 0; index < 50; index += 1) audit.emit(event());
    const seen: number[] = [];
    while (written < 50) {
      await turn();
      seen.push(written);
    }
    expect(Math.max(...seen.map((now, index) => now - (seen[index - 1] ?? 0)))).toBeLessThan(20);
  });

  test("emits events itself: they are written by a later call, never within its own", async () => {
    let depth = 0;
    let deepest = 0;
    let calls = 0;
    const audit = createAudit({
      capacity: 100,
      sinks: [
        {
          name: "talkative",
          write: (events) => {
            depth += 1;
            deepest = Math.max(deepest, depth);
            calls += 1;
            if (calls < 500) for (const _ of events) audit.emit(event());
            audit.flush(1).catch(() => {});
            depth -= 1;
          },
        },
      ],
    });
    for (let index = 0; index < 10; index += 1) audit.emit(event());
    while (calls < 500) await turn();
    await audit.flush();
    expect(deepest).toBe(1);
    expect(statsOf(audit)).toMatchObject({ failed: 0, waiting: 0, written: 5000, dropped: 0 });
  });

  test("waits for a flush within its own write: it gets its time out, not a deadlock", async () => {
    const audit = createAudit({ sinks: [{ name: "knot", write: () => audit.flush(20) }] });
    audit.emit(event());
    await audit.flush();
    expect(statsOf(audit)).toMatchObject({ written: 1, waiting: 0 });
  });
});

describe("flush and close", () => {
  test("flush writes what was emitted before it, without waiting for the timer", async () => {
    const { sink, taken } = collector();
    const audit = createAudit({ sinks: [sink] });
    for (let index = 0; index < 3000; index += 1) audit.emit(event());
    await audit.flush();
    expect(taken).toHaveLength(3000);
  });

  test("close flushes; what comes later is counted as dropped", async () => {
    const { sink, taken } = collector();
    const audit = createAudit({ sinks: [sink] });
    audit.emit(event());
    const closing = audit.close();
    expect(audit.close()).toBe(closing);
    await closing;
    audit.emit(event());
    await turn(60);
    expect(taken).toHaveLength(1);
    expect(statsOf(audit)).toEqual({ sink: "collector", written: 1, dropped: 1, failed: 0, waiting: 0 });
  });

  test("close gives up on a hanging sink, and counts what that one never got as dropped", async () => {
    let release = () => {};
    const hanging: AuditSink = {
      name: "hangs",
      batchSize: 3,
      write: () =>
        new Promise<void>((done) => {
          release = done;
        }),
    };
    const audit = createAudit({ sinks: [hanging] });
    for (let index = 0; index < 10; index += 1) audit.emit(event());
    await audit.close();
    expect(statsOf(audit)).toEqual({ sink: "hangs", written: 0, dropped: 7, failed: 0, waiting: 3 });
    release();
    await turn();
    expect(statsOf(audit)).toEqual({ sink: "hangs", written: 3, dropped: 7, failed: 0, waiting: 0 });
  });

  test("waitUntil is given work that ends when everything is written, and no write happens within emit", async () => {
    const works: Promise<unknown>[] = [];
    const { sink, taken } = collector();
    const audit = createAudit({ sinks: [sink], waitUntil: (work) => works.push(work) });
    audit.emit(event());
    audit.emit(event());
    expect(works).toHaveLength(1);
    expect(taken).toHaveLength(0);
    await works[0];
    expect(taken).toHaveLength(2);
  });
});

test("whatever happens, written + failed + dropped + waiting is what was emitted, and memory stays within the capacity", async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("emit" as const), count: fc.integer({ min: 1, max: 40 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("turn" as const, "flush" as const, "release" as const, "reject" as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const) }) },
  );
  const behaviours = fc.array(fc.constantFrom("take", "throw", "hold", "reject", "resolve", "echo"), {
    minLength: 1,
    maxLength: 6,
  });
  const sinkPlan = fc.record({ behaviours, batchSize: fc.integer({ min: 1, max: 20 }) });

  await fc.assert(
    fc.asyncProperty(
      fc.array(sinkPlan, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(step, { maxLength: 25 }),
      async (plans, capacity, steps) => {
        let emitted = 0;
        let echoes = 0;
        const held: { settle: () => void; fail: () => void }[] = [];
        const emit = () => {
          emitted += 1;
          audit.emit(event(String(emitted)));
        };
        const offered = plans.map(() => [] as number[]);
        const sinks = plans.map(({ behaviours: plan, batchSize }, which): AuditSink => {
          let call = 0;
          return {
            name: String(which),
            batchSize,
            write(events) {
              expect(events.length).toBeGreaterThan(0);
              expect(events.length).toBeLessThanOrEqual(Math.min(batchSize, capacity));
              offered[which]?.push(...events.map((one) => Number(one.type === "security" && one.message)));
              const behaviour = plan[call++ % plan.length];
              if (behaviour === "throw") throw new Error("no");
              if (behaviour === "reject") return Promise.reject(new Error("no"));
              if (behaviour === "resolve") return Promise.resolve();
              if (behaviour === "hold") {
                return new Promise((settle, fail) =>
                  held.push({ settle, fail: () => fail(new Error("no")) }),
                );
              }
              if (behaviour === "echo" && echoes++ < 50) emit();
            },
          };
        });
        const audit = createAudit({ sinks, capacity });
        const balanced = () => {
          for (const { written, failed, dropped, waiting } of audit.stats()) {
            expect(written + failed + dropped + waiting).toBe(emitted);
            expect(waiting).toBeLessThanOrEqual(capacity);
          }
        };
        for (const one of steps) {
          if (one.do === "emit") for (let index = 0; index < one.count; index += 1) emit();
          if (one.do === "turn") await turn();
          if (one.do === "flush") await audit.flush(1);
          if (one.do === "release") held.shift()?.settle();
          if (one.do === "reject") held.shift()?.fail();
          if (one.do === "close") {
            const closing = audit.close();
            while (held.length > 0) held.shift()?.settle();
            const settling = setInterval(() => held.shift()?.settle(), 0);
            await closing;
            clearInterval(settling);
          }
          balanced();
        }
        const settling = setInterval(() => held.shift()?.settle(), 0);
        await audit.flush();
        clearInterval(settling);
        balanced();
        // Each event was offered at most once and in order, and exactly those that count as written or failed.
        for (const [which, { written, failed, waiting }] of audit.stats().entries()) {
          const numbers = offered[which] ?? [];
          expect(numbers).toEqual([...new Set(numbers)].sort((left, right) => left - right));
          if (waiting === 0) expect(numbers.length).toBe(written + failed);
        }
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);

test.each([
  ["no list", { sinks: undefined as never }, "sinks"],
  ["a sink without write", { sinks: [{ name: "x" } as never] }, "sinks"],
  ["a batchSize of 0", { sinks: [{ name: "x", write() {}, batchSize: 0 }] }, "batchSize"],
  ["a capacity of 0", { sinks: [], capacity: 0 }, "capacity"],
])("%s is refused by a TypeError that names the option", (_, options, name) => {
  expect(() => createAudit(options)).toThrow(TypeError);
  expect(() => createAudit(options)).toThrow(name);
});
