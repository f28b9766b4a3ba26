// The contract itself: a store with one flaw fails it, each by the cases that are about it.
import { expect, test } from "vitest";
import type { SessionStore, StoredSession } from "../../src/session/index.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { sessionStoreCases } from "../../src/testing/index.ts";

type Flaw = (store: SessionStore) => Partial<SessionStore>;

/** As a store that asks, waits, and then acts on what it was told. */
const pause = () => new Promise((resolve) => setImmediate(resolve));

const flaws: Readonly<Record<string, readonly [Flaw, RegExp]>> = {
  "create adds in spite of a logout": [
    (store) => ({ create: (session, how) => store.create(session, { ...how, since: Number.MAX_VALUE }) }),
    /during a login wins/,
  ],
  "create forgets what it replaces": [
    (store) => ({ create: (session, { since, now }) => store.create(session, { since, now }) }),
    /takes out what it replaces/,
  ],
  "create overwrites": [
    (store) => ({
      async create(session, how) {
        await store.end(session.idHash, how.now);
        return store.create(session, how);
      },
    }),
    /rejects where the id is taken/,
  ],
  "read hands out what has expired": [
    (store) => ({ read: (idHash) => store.read(idHash, 0) }),
    /as if it were not there/,
  ],
  "touch shortens": [
    (store) => ({
      async touch(idHash, idleAt, now) {
        const found = await store.read(idHash, now);
        if (!found) return;
        await store.end(idHash, now);
        await store.create({ ...found, idleAt }, { since: Number.MAX_VALUE, now });
      },
    }),
    /never shortens/,
  ],
  "replace ignores the version": [
    (store) => ({
      async replace(idHash, _version, next, now) {
        const found = await store.read(idHash, now);
        return found ? store.replace(idHash, found.version, next, now) : false;
      },
    }),
    /of another version than the present one changes nothing/,
  ],
  "replace keeps the sid": [
    (store) => ({
      async replace(idHash, version, next, now) {
        const found = await store.read(idHash, now);
        return store.replace(idHash, version, { ...next, sid: found?.sid }, now);
      },
    }),
    /found by the new one alone/,
  ],
  "lease is everybody's": [
    (store) => ({ lease: (idHash, lease, now) => store.lease(idHash, { ...lease, holder: "x" }, now) }),
    /of fifty who ask for a lease at once/,
  ],
  "release frees for anybody": [
    (store) => ({ release: async (idHash) => void (await store.replace(idHash, 1, leased, 0)) }),
    /no other's/,
  ],
  "endAll by sid ends all of the issuer's with it": [
    (store) => ({
      endAll: ({ issuer, sid, subject }, how) =>
        store.endAll(subject ? { issuer, subject } : { issuer, sid }, how),
    }),
    /ends those that are of both/,
  ],
  "endAll answers nothing": [
    (store) => ({ endAll: async (scope, how) => (await store.endAll(scope, how)).slice(0, 0) }),
    /endAll by subject ends and answers/,
  ],
  "list has the content": [
    (store) => ({
      async list(owner, now) {
        const found = await store.list(owner, now);
        return Promise.all(found.map(async ({ idHash }) => (await store.read(idHash, now)) as StoredSession));
      },
    }),
    /without content and version/,
  ],
  "once asks first and says then": [
    (store) => {
      const said = new Set<string>();
      return {
        async once(word, until, now) {
          if (said.has(word)) return store.once(word, until, now);
          await pause();
          said.add(word);
          await store.once(word, until, now);
          return true;
        },
      };
    },
    /of fifty who say a word at once/,
  ],
  "end asks first and ends then": [
    (store) => ({
      async end(idHash, now) {
        const found = await store.read(idHash, now);
        await pause();
        await store.end(idHash, now);
        return found;
      },
    }),
    /of fifty who end one session at once/,
  ],
  "end answers what it knew before a refresh": [
    (store) => ({
      async end(idHash, now) {
        const found = await store.read(idHash, now);
        await pause();
        return (await store.end(idHash, now)) && found;
      },
    }),
    /a refresh against end:/,
  ],
  "end answers nothing": [
    (store) => ({ end: async (idHash, now) => void (await store.end(idHash, now)) }),
    /end ends one session, answers it once/,
  ],
  "a login asks for logouts first and is added then": [
    (store) => ({
      async create(session, how) {
        const probe = { ...session, idHash: crypto.randomUUID() };
        if (!(await store.create(probe, how))) return false;
        await store.end(probe.idHash, how.now);
        await pause();
        return store.create(session, { ...how, since: Number.MAX_VALUE });
      },
    }),
    /fifty logins against a logout by subject/,
  ],
  "words are cut off at a NUL": [
    (store) => ({ once: (word, until, now) => store.once(word.split("\0")[0] ?? "", until, now) }),
    /told apart by what follows a NUL/,
  ],
  "subjects are lower case": [
    (store) => ({
      endAll: (scope, how) => store.endAll({ ...scope, subject: scope.subject?.toLowerCase() }, how),
    }),
    /a space at the end|quotes|subject/,
  ],
  "sweep has no limit": [
    (store) => ({ sweep: (now) => store.sweep(now, 1_000) }),
    /at most so many of each kind/,
  ],
};
const leased = { sealed: "released", sid: undefined };

async function failures(store: SessionStore): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of sessionStoreCases) {
    await run(store).catch(() => failed.push(name));
  }
  return failed;
}

test("a store that does all of it fails no case", async () => {
  expect(await failures(createMemorySessionStore())).toEqual([]);
  expect(sessionStoreCases.length).toBeGreaterThan(70);
  expect(new Set(sessionStoreCases.map(({ name }) => name)).size).toBe(sessionStoreCases.length);
});

test.each(Object.entries(flaws))("%s: that is found", async (_name, [flaw, about]) => {
  const store = createMemorySessionStore();
  const failed = await failures({ ...store, ...flaw(store) });
  expect(
    failed.filter((name) => about.test(name)),
    failed.join("\n"),
  ).not.toEqual([]);
});
