// The store in memory: the contract, and its bound.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createExpiringMap } from "../../src/stores/expiring-map.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { add, aSession, fresh, hour, minute, noon } from "../../src/testing/session-store/kit.ts";
import { runContract } from "./run-contract.ts";

const how = { since: noon, now: noon };

describe("the contract, in memory", () => {
  const store = createMemorySessionStore();
  runContract(() => [store]);
});

test("read answers at once", () => {
  expect(createMemorySessionStore().read("id", noon)).toBeUndefined();
});

test("what is read is the store's own: it can't be changed, nor through what was handed in", async () => {
  const store = createMemorySessionStore();
  const session = { ...aSession() };
  await add(store, session);
  const kept = { ...session };
  session.subject = "somebody else";
  expect(store.read(session.idHash, noon)).toEqual(kept);
  expect(() => Object.assign(store.read(session.idHash, noon) as object, { subject: "x" })).toThrow(
    TypeError,
  );
});

describe("with room for three", () => {
  const full = /is full: it keeps 3 of a kind/;
  async function filled() {
    const store = createMemorySessionStore({ maxSessions: 3 });
    const sessions = [aSession({ idleAt: noon + minute }), aSession(), aSession()] as const;
    await add(store, ...sessions);
    return { store, sessions };
  }

  test("the fourth session is refused, and nobody is signed out for it", async () => {
    const { store, sessions } = await filled();
    await expect(store.create(aSession(), how)).rejects.toThrow(full);
    for (const { idHash } of sessions) expect(store.read(idHash, noon)).toBeDefined();
  });

  test("what has expired makes room, unless it was touched in time", async () => {
    const { store, sessions } = await filled();
    await store.touch(sessions[0].idHash, noon + 2 * minute, noon);
    const create = (now: number) => store.create(aSession(), { since: now, now });
    await expect(create(noon + 2 * minute - 1)).rejects.toThrow(full);
    expect(await create(noon + 2 * minute)).toBe(true);
    await expect(create(noon + 2 * minute)).rejects.toThrow(full);
  });

  test("who signs in again replaces their own session", async () => {
    const { store, sessions } = await filled();
    expect(await store.create(aSession(), { ...how, replaces: sessions[1].idHash })).toBe(true);
    await expect(store.create(aSession(), { ...how, replaces: fresh("id") })).rejects.toThrow(full);
    expect(store.read(sessions[2].idHash, noon)).toBeDefined();
  });

  test("what has ended makes room at once", async () => {
    const { store, sessions } = await filled();
    await store.end(sessions[2].idHash, noon);
    expect(await store.create(aSession(), how)).toBe(true);
  });

  test("of logouts and words there is room for 100,000; the next is refused as a whole", async () => {
    const { store, sessions } = await filled();
    const rememberUntil = noon + hour;
    const { issuer, subject } = sessions[0];
    for (let index = 0; index < 100_000; index += 1) {
      await store.endAll({ issuer, subject: `nobody-${index}` }, { now: noon, rememberUntil });
      if (!(await store.once(`word-${index}`, rememberUntil, noon))) throw new Error("A word was taken");
    }
    await expect(store.endAll({ issuer, subject }, { now: noon, rememberUntil })).rejects.toThrow(
      /is full: it keeps 100000 of a kind/,
    );
    expect(store.read(sessions[0].idHash, noon)).toBeDefined();
    await expect(store.once(fresh("word"), rememberUntil, noon)).rejects.toThrow(
      /is full: it keeps 100000 of a kind/,
    );
    // Their time over, there is room again.
    const now = rememberUntil;
    expect(await store.once(fresh("word"), now + hour, now)).toBe(true);
    expect(await store.endAll({ issuer, subject }, { now, rememberUntil: now + hour })).toEqual([]);
  });
});

test("an expiring map does what a list of entries does, whatever is done to it", () => {
  const key = fc.constantFrom("a", "b", "c", "d", "e");
  const step = fc.record({
    act: fc.constantFrom("add", "add", "prolong", "delete", "sweep", "wait"),
    key,
    time: fc.integer({ min: 0, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const dropped: number[] = [];
      const map = createExpiringMap<number>(3, (value) => dropped.push(value));
      const list = new Map<string, { value: number; endsAt: number }>();
      let now = 0;
      let added = 0;
      for (const { act, key, time } of steps) {
        if (act === "wait") now += time;
        if (act === "delete") {
          map.delete(key);
          list.delete(key);
        }
        if (act === "prolong") {
          map.prolong(key, now + time);
          const entry = list.get(key);
          if (entry) entry.endsAt = Math.max(entry.endsAt, now + time);
        }
        if (act === "sweep") {
          const ended = [...list].filter(([, { endsAt }]) => endsAt <= now);
          expect(map.sweep(now, 10)).toBe(ended.length);
          for (const [gone] of ended) list.delete(gone);
        }
        if (act === "add") {
          added += 1;
          list.delete(key);
          const alive = [...list].filter(([, { endsAt }]) => endsAt > now);
          if (alive.length === 3) {
            expect(() => map.add(key, added, now + time, now)).toThrow("is full");
          } else {
            map.add(key, added, now + time, now);
            // Which of those that have ended made room is the map's business.
            map.sweep(now, 10);
            list.clear();
            for (const [one, entry] of alive) list.set(one, entry);
            if (time > 0) list.set(key, { value: added, endsAt: now + time });
          }
        }
        for (const one of ["a", "b", "c", "d", "e"]) {
          const entry = list.get(one);
          expect(map.get(one, now)).toBe(entry && entry.endsAt > now ? entry.value : undefined);
        }
      }
      expect(new Set(dropped).size).toBe(dropped.length);
    }),
  );
});
