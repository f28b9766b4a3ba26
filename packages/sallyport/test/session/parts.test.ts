// The small parts of sessions, each for itself: when tokens are due, what is remembered, who waits for whom.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AuthError } from "../../src/errors.ts";
import { createRecent } from "../../src/recent.ts";
import { tokenTimes } from "../../src/session/due.ts";
import { createOpened } from "../../src/session/envelope.ts";
import { createRenewals } from "../../src/session/renewals.ts";
import { createWordMemory } from "../../src/session/word-memory.ts";
import { contentOf, minute, startTime } from "./kit.ts";

const second = 1000;

describe("tokens are due", () => {
  test.each<[string, number | undefined, number]>([
    ["a minute ahead, of a day", 24 * 60 * minute, 24 * 60 * minute - 60 * second],
    ["a minute ahead, of five minutes", 5 * minute, 4 * minute],
    ["a fifth ahead, of two minutes", 120 * second, 96 * second],
    ["ten seconds ahead, of 40 seconds", 40 * second, 30 * second],
    ["half of it ahead, of twelve seconds", 12 * second, 6 * second],
    ["a second after they came, where they last for less", 500, second],
    ["a second after they came, where they had expired", -minute, second],
    ["after four minutes, where nobody knows", undefined, 4 * minute],
  ])("%s", (_when, lifetime, due) => {
    const expiresAt = lifetime === undefined ? undefined : startTime + lifetime;
    const { dueAt, goodUntil, overdueAt } = tokenTimes(
      contentOf({ tokens: { ...contentOf().tokens, expiresAt } }),
      7000,
    );
    expect(dueAt - startTime).toBe(due);
    expect(goodUntil).toBe(expiresAt ?? startTime + 5 * minute);
    expect(overdueAt).toBe(goodUntil + 7000);
  });

  test("never without a refresh token, nor overdue", () => {
    const { dueAt, overdueAt } = tokenTimes(
      contentOf({ tokens: { ...contentOf().tokens, refreshToken: undefined } }),
      0,
    );
    expect([dueAt, overdueAt]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe("what was used recently", () => {
  test("stays, and what nobody asked for goes; never more than the bound", () => {
    const recent = createRecent<number>(10);
    recent.set("kept", 1);
    for (let index = 0; index < 100; index += 1) {
      recent.set(`${index}`, index);
      expect(recent.get("kept")).toBe(1);
    }
    const held = Array.from({ length: 100 }, (_, index) => recent.get(`${index}`)).filter(
      (one) => one !== undefined,
    );
    expect(held.length).toBeGreaterThanOrEqual(4);
    expect(held.length).toBeLessThan(10);
    expect(recent.get("99")).toBe(99);
  });

  test("is replaced, and taken out of both generations", () => {
    const recent = createRecent<number>(4);
    recent.set("a", 1);
    recent.set("b", 1);
    recent.set("c", 1);
    recent.set("a", 2);
    expect(recent.get("a")).toBe(2);
    recent.delete("a");
    recent.delete("b");
    expect([recent.get("a"), recent.get("b"), recent.get("c")]).toEqual([undefined, undefined, 1]);
    recent.clear();
    expect(recent.get("c")).toBeUndefined();
  });
});

describe("a cookie that was opened", () => {
  const envelope = { id: "id", version: 1, sealedAt: startTime, content: contentOf() };
  const [text, sameEnd] = [`one.${"x".repeat(50)}`, `two.${"x".repeat(50)}`];

  test("is remembered from its second time on, and at once where it was made here", () => {
    const opened = createOpened(10);
    opened.met(text, envelope);
    expect(opened.get(text)).toBeUndefined();
    opened.met(text, envelope);
    expect(opened.get(text)).toBe(envelope);
    opened.clear();
    opened.met(text, envelope);
    expect(opened.get(text)).toBeUndefined();
    opened.set(text, envelope);
    expect(opened.get(text)).toBe(envelope);
  });

  test("is compared as a whole", () => {
    const opened = createOpened(10);
    opened.set(text, envelope);
    expect(opened.get(sameEnd)).toBeUndefined();
  });
});

describe("words", () => {
  test("are known until their time", () => {
    const memory = createWordMemory(10);
    expect([memory.add("a", 100, 0), memory.add("a", 200, 99), memory.has("a", 99)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([memory.has("a", 100), memory.add("a", 200, 100), memory.has("a", 150)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(memory.has("b", 0)).toBe(false);
  });

  test("that are too many push out the eldest, but not before the expired ones", () => {
    const memory = createWordMemory(2);
    memory.add("short", 10, 0);
    memory.add("long", 100_000, 0);
    expect(memory.add("next", 100_000, 5000)).toBe(true);
    expect(memory.has("long", 5000)).toBe(true);
    expect(memory.add("more", 100_000, 5000)).toBe(true);
    expect([memory.has("long", 5000), memory.has("next", 5000)]).toEqual([false, true]);
  });
});

describe("renewals", () => {
  let at = 0;
  beforeEach(() => {
    vi.useFakeTimers();
    at = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const never = () => new Promise<string>(() => {});

  test("that take too long are waited for 3 seconds while the tokens are good, else 15, and no timer stays", async () => {
    for (const [good, ms, kind] of [
      [true, 3000, "underway"],
      [false, 15_000, "failed"],
    ] as const) {
      const renewals = createRenewals<string>({ now: () => at });
      const outcome = renewals.ask("a", good, never);
      const settled = vi.fn();
      void outcome.then(settled);
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(settled).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect((await outcome).kind).toBe(kind);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test("that never end are begun again after a minute", async () => {
    const renewals = createRenewals<string>({ now: () => at });
    void renewals.ask("a", true, never);
    at = 60_000;
    expect((await renewals.ask("a", true, async () => "b")).kind).toBe("underway");
    at = 60_001;
    expect(await renewals.ask("a", true, async () => "b")).toEqual({ kind: "done", result: "b" });
  });

  test("of two sessions don't wait for each other, and a success ends the pause of before", async () => {
    const renewals = createRenewals<string>({ now: () => at });
    void renewals.ask("a", false, never);
    expect(await renewals.ask("b", false, async () => "b")).toEqual({ kind: "done", result: "b" });
    const failing = () => Promise.reject(new AuthError("refresh_failed", "no"));
    const work = vi.fn(async () => "c");
    for (const pause of [0, 1000, 2000]) {
      at += pause;
      expect((await renewals.ask("c", false, failing)).kind).toBe("failed");
      expect((await renewals.ask("c", false, work)).kind).toBe("failed");
      expect(work).not.toHaveBeenCalled();
    }
    at += 4000;
    expect((await renewals.ask("c", false, work)).kind).toBe("done");
    expect((await renewals.ask("c", false, failing)).kind).toBe("failed");
    at += 1000;
    expect((await renewals.ask("c", false, work)).kind).toBe("done");
  });

  test("go on behind an answer that did not wait, where the runtime lets them", async () => {
    const kept: Promise<unknown>[] = [];
    let open = (_: string) => {};
    const slow = () => new Promise<string>((resolve) => (open = resolve));
    const renewals = createRenewals<string>({ now: () => at, waitUntil: (work) => kept.push(work) });
    const outcome = renewals.ask("a", true, slow);
    await vi.advanceTimersByTimeAsync(3000);
    expect((await outcome).kind).toBe("underway");
    expect(kept).toHaveLength(1);
    open("late");
    expect(await kept[0]).toEqual({ kind: "done", result: "late" });
  });

  test("whose listener throws are none the worse", async () => {
    const renewals = createRenewals<string>({
      now: () => at,
      onFailure: () => {
        throw new Error("a mistake of the listener's");
      },
    });
    expect((await renewals.ask("a", false, () => Promise.reject(new Error("x")))).kind).toBe("failed");
  });
});
