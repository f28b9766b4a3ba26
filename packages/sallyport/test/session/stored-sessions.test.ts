// What only sessions in a store have: a list, an end for all, leases between processes, and a store that fails.
import { describe, expect, test } from "vitest";
import { platform } from "#platform";
import { isPromise } from "../../src/chain.ts";
import { AuthError } from "../../src/errors.ts";
import type { SessionStore } from "../../src/session/index.ts";
import {
  codeOf,
  contentOf,
  createScene,
  hour,
  minute,
  settle,
  signIn,
  startTime,
  until,
  visit,
} from "./kit.ts";

const name = "__Host-session";
const issuer = "https://idp.example.com";
const subject = "248289761001";

test("the browser holds nothing but 32 random bytes, and the store only their hash", async () => {
  const scene = createScene("store");
  const sessions = scene.process();
  const browsers = await Promise.all([1, 2, 3].map(() => signIn(sessions)));
  const ids = browsers.map(({ jar }) => jar.get(name) ?? "");
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const stored = JSON.stringify([...scene.store.rows.values()]);
  for (const id of ids) expect(stored).not.toContain(id);
  // What the store has lets nobody in.
  for (const hash of scene.store.rows.keys()) {
    expect((await sessions.find(`${name}=${hash}`)).content).toBeUndefined();
  }
});

test("a request costs one read, and its content is opened once for each version", async () => {
  const scene = createScene("store", true);
  const sessions = scene.process();
  const browser = await signIn(sessions);
  const other = scene.process();
  const first = await other.find(browser.cookie);
  const second = other.find(browser.cookie);
  if (!isPromise(second)) expect(second).toBe(other.find(browser.cookie));
  expect((await second).content).toBe(first.content);
  expect(Object.keys(scene.store.calls).sort()).toEqual(["create", "read"]);
});

test("what is at hand is answered at once", async () => {
  const scene = createScene("store", true);
  const sessions = scene.process();
  const browser = await signIn(sessions);
  expect(isPromise(sessions.find(browser.cookie))).toBe(isPromise(platform.sha256("")));
});

test("a failure that the store has words for stays what it is", async () => {
  const scene = createScene("store");
  const failure = new AuthError("session_store_unavailable", "The store's own words");
  const store = { ...scene.store, read: () => Promise.reject(failure) };
  await expect(scene.process({}, { store }).find(`${name}=${"A".repeat(43)}`)).rejects.toBe(failure);
});

test("a row whose content was put there by somebody else is nobody's", async () => {
  const scene = createScene("store");
  const sessions = scene.process();
  const mine = await signIn(sessions);
  await signIn(sessions, contentOf({ subject: "admin" }));
  const [own, admins] = [...scene.store.rows.values()];
  if (!own || !admins) throw new Error("The test's store has no rows");
  own.row = { ...own.row, sealed: admins.row.sealed };
  expect((await sessions.find(mine.cookie)).content).toBeUndefined();
  own.row = { ...own.row, sealed: "garbage" };
  expect((await sessions.find(mine.cookie)).content).toBeUndefined();
});

test("S04: an old cookie is dead in every process once its session has ended", async () => {
  const scene = createScene("store");
  const [one, other] = [scene.process(), scene.process()];
  const browser = await signIn(one);
  expect(await visit(other, browser)).toBeDefined();
  const copy = browser.cookie;
  await one.end(copy);
  for (const sessions of [one, other]) expect((await sessions.find(copy)).content).toBeUndefined();
});

describe("S15: ending and listing", () => {
  test("a sign-out answers the tokens of a renewal that came in the very instant, in one step with the store", async () => {
    const scene = createScene("store");
    const other = scene.process();
    const browser = await signIn(other);
    const { store } = scene;
    const one = scene.process(
      {},
      {
        store: {
          ...store,
          async end(idHash, now) {
            await other.find(browser.cookie);
            return store.end(idHash, now);
          },
        },
      },
    );
    expect((await one.find(browser.cookie)).content?.tokens.refreshToken).toBe("refresh-1");
    scene.now += 11 * minute;
    const { reading } = store.calls;
    const ended = await one.end(browser.cookie);
    expect(ended.content?.tokens.refreshToken).toBe("refresh-2");
    expect(ended.changes).toEqual([{ name: "__Host-session", value: undefined }]);
    // The other process's own, and none of the sign-out's.
    expect(store.calls.reading).toBe((reading ?? 0) + 1);
    expect(await one.end(browser.cookie)).toMatchObject({ content: undefined, changes: ended.changes });
  });

  test("all sessions of a person end at once, in every process, and nobody else's", async () => {
    const scene = createScene("store");
    const [one, other] = [scene.process(), scene.process()];
    const mine = [await signIn(one), await signIn(other), await signIn(one)];
    const theirs = await signIn(one, contentOf({ subject: "someone else" }));
    for (const browser of mine) await visit(other, browser);
    const ended = await other.endAll({ issuer, subject });
    expect(ended).toEqual([contentOf(), contentOf(), contentOf()]);
    for (const browser of mine) expect((await one.find(browser.cookie)).content).toBeUndefined();
    for (const browser of mine) expect((await other.find(browser.cookie)).content).toBeUndefined();
    expect(await visit(one, theirs)).toBeDefined();
  });

  test("those of one session at the provider end by its sid", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const first = await signIn(sessions);
    const second = await signIn(sessions, contentOf({ sid: "sid-2" }));
    expect(await sessions.endAll({ issuer, sid: "sid-1" })).toHaveLength(1);
    expect(await visit(sessions, first)).toBeUndefined();
    expect(await visit(sessions, second)).toBeDefined();
  });

  test("a person's sessions are listed without anything that lets somebody in", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    await signIn(sessions);
    scene.now += minute;
    await signIn(sessions, contentOf({ sid: "sid-2" }));
    const list = await sessions.list({ issuer, subject });
    expect(list.map(({ sid }) => sid)).toEqual(["sid-2", "sid-1"]);
    expect(Object.keys(list[0] ?? {}).sort()).toEqual(
      ["createdAt", "expiresAt", "idHash", "idleAt", "issuer", "sid", "subject"].sort(),
    );
  });

  test("an end for nobody in particular is a mistake, and ends nothing", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    await expect(sessions.endAll({ issuer })).rejects.toThrow(TypeError);
    expect(scene.store.calls.endAll).toBeUndefined();
    expect(await visit(sessions, browser)).toBeDefined();
  });

  test("a logout during a sign-in wins: nobody is signed in, and the tokens are given back", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const since = scene.now;
    scene.now += 10_000;
    await sessions.endAll({ issuer, subject });
    scene.now += 1000;
    expect(await sessions.start({ content: contentOf(), since, cookie: undefined })).toBeUndefined();
    expect(scene.provider.discarded).toEqual(["refresh-1"]);
    // One that began after it is another matter.
    expect(await sessions.start({ content: contentOf(), since: scene.now, cookie: undefined })).toBeDefined();
  });

  test("F12: a logout by the provider during a renewal wins, in another process, too", async () => {
    const scene = createScene("store");
    const [one, other] = [scene.process(), scene.process()];
    const browser = await signIn(one);
    scene.now += 11 * minute;
    let open = () => {};
    scene.provider.gate = new Promise((resolve) => {
      open = resolve;
    });
    const pending = one.find(browser.cookie);
    await until(() => scene.provider.asked === 1);
    expect(await other.endAll({ issuer, sid: "sid-1" })).toHaveLength(1);
    open();
    expect((await pending).content).toBeUndefined();
    await settle();
    expect(scene.provider.discarded).toEqual(["refresh-2"]);
    expect(scene.store.rows.size).toBe(0);
  });
});

describe("what a request is noted for", () => {
  test("it is noted once, however many come at the same time, and in whatever process", async () => {
    const scene = createScene("store");
    const [one, other] = [scene.process(), scene.process()];
    const browser = await signIn(one);
    await visit(other, browser);
    scene.now += 2 * minute;
    await Promise.all(Array.from({ length: 50 }, () => one.find(browser.cookie)));
    await settle();
    await Promise.all(Array.from({ length: 50 }, () => other.find(browser.cookie)));
    await settle();
    expect(scene.store.calls.touch).toBe(1);
  });

  test("S14: the limits hold with a store that does not look at them, too", async () => {
    const scene = createScene("store");
    const lax = { ...scene.store, read: (idHash: string) => scene.store.rows.get(idHash)?.row };
    const sessions = scene.process(
      { idleSeconds: 600, absoluteSeconds: 1200 },
      { store: lax, renewal: undefined },
    );
    const browser = await signIn(sessions);
    scene.now += 600_000 - 1;
    expect((await sessions.find(browser.cookie)).content).toBeDefined();
    await settle();
    scene.now = startTime + 1_200_000;
    expect((await sessions.find(browser.cookie)).content).toBeUndefined();
    const another = await signIn(sessions, contentOf({ startedAt: scene.now, refreshedAt: scene.now }));
    scene.now += 600_000;
    expect((await sessions.find(another.cookie)).content).toBeUndefined();
  });
});

describe("renewal across processes", () => {
  test("F01: four processes with 50 requests each at the moment of expiry: one question, nobody refused", async () => {
    const scene = createScene("store");
    const processes = Array.from({ length: 4 }, () => scene.process());
    const browser = await signIn(scene.process());
    for (let round = 1; round <= 5; round += 1) {
      scene.now += 11 * minute;
      const work = processes.flatMap((one) => Array.from({ length: 50 }, () => one.find(browser.cookie)));
      const tokens = (await Promise.all(work)).map(({ content }) => content?.tokens.accessToken);
      expect(new Set(tokens)).toEqual(new Set([`access-${round + 1}`]));
      expect(scene.provider.asked).toBe(round);
    }
  });

  test("a store that comes back with older tokens gets the newer ones again, and nobody is signed out", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    const copy = new Map(scene.store.rows);
    scene.now += 11 * minute;
    expect((await visit(sessions, browser))?.tokens.refreshToken).toBe("refresh-2");
    for (const [key, row] of copy) (scene.store.rows as typeof copy).set(key, row);
    scene.now += 11 * minute;
    expect((await visit(sessions, browser))?.tokens.refreshToken).toBe("refresh-3");
    expect([scene.provider.asked, scene.provider.isFamilyRevoked]).toEqual([2, false]);
    expect((await visit(scene.process(), browser))?.tokens.refreshToken).toBe("refresh-3");
  });

  test("F01: ahead of expiry no process waits for another", async () => {
    const scene = createScene("store");
    const [one, other] = [scene.process(), scene.process()];
    const browser = await signIn(one);
    scene.now += 9.5 * minute;
    let open = () => {};
    scene.provider.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = one.find(browser.cookie);
    await until(() => scene.provider.asked === 1);
    const found = await Promise.all(Array.from({ length: 50 }, () => other.find(browser.cookie)));
    expect(new Set(found.map(({ content }) => content?.tokens.accessToken))).toEqual(new Set(["access-1"]));
    open();
    expect((await first).content?.tokens.accessToken).toBe("access-2");
    expect((await other.find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    expect(scene.provider.asked).toBe(1);
  });

  test("F03: the lease of a process that was killed runs out, and somebody else goes on", async () => {
    const scene = createScene("store");
    const [killed, other] = [scene.process({}, neverAnswered()), scene.process()];
    const browser = await signIn(other);
    scene.now += 9.5 * minute;
    void killed.find(browser.cookie);
    await until(() => scene.store.calls.lease === 1);
    expect((await other.find(browser.cookie)).content?.tokens.accessToken).toBe("access-1");
    scene.now += 30_000 - 1;
    expect(scene.provider.asked).toBe(0);
    scene.now += 1;
    expect((await other.find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    expect(scene.provider.asked).toBe(1);
  });

  test("F03: who waits for a killed process in vain goes on with the old tokens, and is not refused", async () => {
    const scene = createScene("store");
    const [killed, other] = [scene.process({}, neverAnswered()), scene.process()];
    const browser = await signIn(other);
    scene.now += 11 * minute;
    void killed.find(browser.cookie);
    await until(() => scene.store.calls.lease === 1);
    expect((await other.find(browser.cookie)).content?.tokens.accessToken).toBe("access-1");
    // The next ones don't wait again at once.
    const before = performance.now();
    expect((await other.find(browser.cookie)).content?.tokens.accessToken).toBe("access-1");
    expect(performance.now() - before).toBeLessThan(4000);
  });

  test("one that comes when a lease is freed after a failure takes it over", async () => {
    const scene = createScene("store");
    const [one, other] = [scene.process(), scene.process()];
    const browser = await signIn(one);
    scene.now += 11 * minute;
    scene.provider.isDown = true;
    let open = () => {};
    scene.provider.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = one.find(browser.cookie);
    await until(() => scene.provider.asked === 1);
    const second = other.find(browser.cookie);
    await until(() => (scene.store.calls.lease ?? 0) > 1);
    scene.provider.isDown = false;
    open();
    expect((await first).content?.tokens.accessToken).toBe("access-1");
    expect((await second).content?.tokens.accessToken).toBe("access-2");
  });

  test("a renewal costs one read, one lease and one change", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.now += 9.5 * minute;
    expect((await sessions.find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    const { reading, lease, replace } = scene.store.calls;
    expect({ reading, lease, replace }).toEqual({ reading: 1, lease: 1, replace: 1 });
  });

  test("a store that gives no lease is told of, and the tokens go on while they are good", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.now += 9.5 * minute;
    scene.store.broken.add("lease");
    expect((await sessions.find(browser.cookie)).content?.tokens.accessToken).toBe("access-1");
    expect(scene.failures.map(({ code }) => code)).toEqual(["session_store_unavailable"]);
  });

  test("new tokens that the store would not take are kept, and saved at the next attempt", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.now += 11 * minute;
    scene.store.broken.add("replace");
    expect((await sessions.find(browser.cookie)).content?.tokens.accessToken).toBe("access-1");
    expect(scene.failures.map(({ code }) => code)).toEqual(["session_store_unavailable"]);
    scene.store.broken.clear();
    scene.now += minute;
    expect((await sessions.find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    expect((await scene.process().find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    expect(scene.provider.asked).toBe(1);
  });

  test("F05: a store that can't be told of the end does not lead to another question", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.now += 11 * minute;
    scene.provider.isFamilyRevoked = true;
    scene.store.broken.add("end");
    for (let time = 0; time < 5; time += 1) {
      expect((await sessions.find(browser.cookie)).content).toBeUndefined();
      scene.now += minute;
    }
    expect(scene.provider.asked).toBe(1);
    scene.store.broken.clear();
    await sessions.find(browser.cookie);
    expect(scene.store.rows.size).toBe(0);
  });

  test("who waits for another process is gone when the person signs out meanwhile", async () => {
    const scene = createScene("store");
    const [killed, other] = [scene.process({}, neverAnswered()), scene.process()];
    const browser = await signIn(other);
    scene.now += 11 * minute;
    void killed.find(browser.cookie);
    await until(() => scene.store.calls.lease === 1);
    const waiting = other.find(browser.cookie);
    await until(() => scene.store.calls.lease === 2);
    await other.endAll({ issuer, subject });
    expect((await waiting).content).toBeUndefined();
  });

  test("a row that was on its way while its tokens were renewed is not renewed again", async () => {
    const scene = createScene("store");
    let isLate = false;
    let arrive = () => {};
    const store = {
      ...scene.store,
      async read(idHash: string, now: number) {
        const row = await scene.store.read(idHash, now);
        if (isLate) {
          isLate = false;
          await new Promise<void>((resolve) => {
            arrive = resolve;
          });
        }
        return row;
      },
    };
    const sessions = scene.process({}, { store });
    const browser = await signIn(sessions);
    scene.now += 9.5 * minute;
    isLate = true;
    const late = sessions.find(browser.cookie);
    await until(() => !isLate);
    expect((await sessions.find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    arrive();
    expect((await late).content?.tokens.accessToken).toBe("access-2");
    expect([scene.provider.asked, scene.store.calls.lease]).toEqual([1, 1]);
  });

  test("a store that fails once at saving is asked again at once", async () => {
    const scene = createScene("store");
    let failures = 2;
    const store: SessionStore = {
      ...scene.store,
      async replace(...given) {
        failures -= 1;
        if (failures >= 0) throw new Error("The connection was cut");
        return scene.store.replace(...given);
      },
    };
    const sessions = scene.process({}, { store });
    const browser = await signIn(sessions);
    scene.now += 11 * minute;
    expect((await sessions.find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    expect(failures).toBe(-1);
    expect(scene.failures).toEqual([]);
  });

  test("a process that asks after its lease ran out, and is refused, does not end the session of who was quicker", async () => {
    const scene = createScene("store");
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const renewal = {
      ...scene.provider.renewal,
      async renew(content: Parameters<typeof scene.provider.renewal.renew>[0]) {
        await asleep;
        return scene.provider.renewal.renew(content);
      },
    };
    const [slow, quick] = [scene.process({}, { renewal }), scene.process()];
    const browser = await signIn(slow);
    scene.now += 11 * minute;
    const late = slow.find(browser.cookie);
    await until(() => scene.store.calls.lease === 1);
    scene.now += 30_000;
    expect((await quick.find(browser.cookie)).content?.tokens.accessToken).toBe("access-2");
    wake();
    expect((await late).content?.tokens.accessToken).toBe("access-2");
    expect(scene.provider.isFamilyRevoked).toBe(true);
    expect(scene.store.rows.size).toBe(1);
  });

  test("a lease that ran out during a slow answer: who was quicker wins, and its session does not end", async () => {
    const scene = createScene("store");
    const [slow, quick] = [scene.process(), scene.process()];
    const browser = await signIn(slow);
    scene.now += 11 * minute;
    let open = () => {};
    scene.provider.gate = new Promise((resolve) => {
      open = resolve;
    });
    scene.provider.rotates = false;
    const late = slow.find(browser.cookie);
    await until(() => scene.provider.asked === 1);
    scene.now += 30_000;
    scene.provider.gate = undefined;
    expect((await quick.find(browser.cookie)).content?.tokens.accessToken).toBe("access-3");
    open();
    expect((await late).content?.tokens.accessToken).toBe("access-3");
    expect(scene.provider.discarded).toEqual([]);
  });
});

function neverAnswered() {
  return { renewal: { renew: () => new Promise<never>(() => {}), discard: async () => {} } };
}

describe("a store that fails", () => {
  const verbs: [
    string,
    (sessions: ReturnType<ReturnType<typeof createScene>["process"]>, cookie: string) => unknown,
  ][] = [
    ["reading", (sessions, cookie) => sessions.find(cookie)],
    ["create", (sessions, cookie) => sessions.start({ content: contentOf(), since: startTime, cookie })],
    ["end", (sessions, cookie) => sessions.end(cookie)],
    ["endAll", (sessions) => sessions.endAll({ issuer, subject })],
    ["list", (sessions) => sessions.list({ issuer, subject })],
    ["once", (sessions) => sessions.once("word", startTime + hour)],
  ];
  test.each(verbs)("at %s is 503, and neither a sign-out nor an entry", async (verb, call) => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.store.broken.add(verb);
    expect(await codeOf(() => call(sessions, browser.cookie ?? ""))).toBe("session_store_unavailable");
    scene.store.broken.clear();
    expect(await visit(sessions, browser)).toBeDefined();
  });

  test("at a read that answers at once is 503 all the same", async () => {
    const scene = createScene("store", true);
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.store.broken.add("read");
    expect(await codeOf(() => sessions.find(browser.cookie))).toBe("session_store_unavailable");
  });

  test("at noting a request costs that request nothing", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.store.broken.add("touch").add("sweep");
    scene.now += 6 * minute;
    expect(await visit(sessions, browser)).toBeDefined();
    await settle();
    expect(scene.failures.map(({ code }) => code)).toEqual([
      "session_store_unavailable",
      "session_store_unavailable",
    ]);
  });

  test("at a renewal's lease ends nothing", async () => {
    const scene = createScene("store");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.store.broken.add("lease");
    scene.now += 11 * minute;
    expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-1");
    expect(scene.provider.asked).toBe(0);
  });
});

test("what has expired is swept now and then, by requests", async () => {
  const scene = createScene("store");
  const sessions = scene.process({}, { renewal: undefined });
  await signIn(sessions);
  scene.now += 9 * hour;
  await signIn(sessions, contentOf({ startedAt: scene.now, refreshedAt: scene.now }));
  await settle();
  expect(scene.store.calls.sweep).toBe(1);
  expect(scene.store.rows.size).toBe(1);
});
