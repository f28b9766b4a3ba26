// Rows of section F: the tokens of a session are renewed, once, and what happens where they can't be.
import { describe, expect, test } from "vitest";
import {
  codeOf,
  contentOf,
  createScene,
  hour,
  type Kind,
  kinds,
  minute,
  type Scene,
  settle,
  signIn,
  startTime,
  until,
  visit,
} from "./kit.ts";

const expired = 11 * minute;
const dueButGood = 9.5 * minute;

/** A signed-in person whose tokens are so and so old. */
async function later(kind: Kind, ms: number, atOnce = false) {
  const scene = createScene(kind, atOnce);
  const sessions = scene.process();
  const browser = await signIn(sessions);
  scene.now += ms;
  return { scene, sessions, browser };
}

/** An answer of the provider's that waits to be let go. */
function hold(scene: Scene): () => void {
  let open = () => {};
  scene.provider.gate = new Promise((resolve) => {
    open = resolve;
  });
  return open;
}

export function runRenewalTable(): void {
  describe.each(kinds)("renewal in sessions of the kind %s", (kind) => {
    test("tokens that are good for long are left alone", async () => {
      const { scene, sessions, browser } = await later(kind, 8 * minute);
      expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-1");
      expect(scene.provider.asked).toBe(0);
    });

    test("F01: a token that the provider refuses before its time is renewed, once for fifty who say so", async () => {
      const { scene, sessions, browser } = await later(kind, minute);
      const found = await Promise.all(
        Array.from({ length: 50 }, () => sessions.find(browser.cookie, "access-1")),
      );
      for (const { content, changes } of found) {
        expect(content?.tokens.accessToken).toBe("access-2");
        browser.take(changes);
      }
      expect((await sessions.find(browser.cookie, "access-1")).content?.tokens.accessToken).toBe("access-2");
      expect(scene.provider.asked).toBe(1);
    });

    test("a refused token that is another one, has just been made, or has no refresh token, renews nothing", async () => {
      const { scene, sessions, browser } = await later(kind, 29_999);
      await sessions.find(browser.cookie, "access-1");
      scene.now += hour / 60;
      await sessions.find(browser.cookie, "access-0");
      const lone = await signIn(
        sessions,
        contentOf({ tokens: { ...contentOf().tokens, refreshToken: undefined } }),
      );
      expect((await sessions.find(lone.cookie, "access-1")).content?.tokens.accessToken).toBe("access-1");
      expect(scene.provider.asked).toBe(0);
    });

    test("where a refused token can't be renewed, the session goes on as it is", async () => {
      const { scene, sessions, browser } = await later(kind, minute);
      scene.provider.isDown = true;
      expect((await sessions.find(browser.cookie, "access-1")).content?.tokens.accessToken).toBe("access-1");
      expect(scene.provider.asked).toBe(1);
    });

    test.each([
      ["ahead of their expiry", dueButGood],
      ["at the moment of it", 10 * minute],
      ["after it", expired],
    ])("tokens are renewed %s, and the next request has the new ones", async (_when, ms) => {
      const { scene, sessions, browser } = await later(kind, ms);
      for (const _time of [1, 2, 3]) {
        const content = await visit(sessions, browser);
        expect(content?.tokens).toMatchObject({ accessToken: "access-2", refreshToken: "refresh-2" });
        expect(Object.isFrozen(content?.tokens)).toBe(true);
      }
      expect(scene.provider.asked).toBe(1);
      expect(await visit(scene.process(), browser)).toMatchObject({ refreshedAt: startTime + ms });
    });

    test("a session lives through many renewals, and no longer than its absolute limit", async () => {
      const scene = createScene(kind);
      const sessions = scene.process({ absoluteSeconds: 7200 });
      const browser = await signIn(sessions);
      for (scene.now += 9 * minute; scene.now < startTime + 2 * hour; scene.now += 9 * minute + 30_000) {
        expect(await visit(sessions, browser), String(scene.now)).toBeDefined();
        await settle();
      }
      expect(scene.provider.asked).toBeGreaterThan(10);
      expect(await visit(sessions, browser)).toBeUndefined();
    });

    test("F01: 50 requests at the moment of expiry: one question, and all get the new tokens", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      const open = hold(scene);
      const all = Array.from({ length: 50 }, () => sessions.find(browser.cookie));
      await until(() => scene.provider.asked === 1);
      open();
      const found = await Promise.all(all);
      expect(scene.provider.asked).toBe(1);
      expect(new Set(found.map(({ content }) => content?.tokens.accessToken))).toEqual(new Set(["access-2"]));
      for (const { changes } of found) browser.take(changes);
      expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-2");
      expect(scene.provider.asked).toBe(1);
    });

    test("F01: ahead of expiry one request renews, and no other waits for it", async () => {
      const { scene, sessions, browser } = await later(kind, dueButGood);
      const open = hold(scene);
      const first = sessions.find(browser.cookie);
      await until(() => scene.provider.asked === 1);
      const others = await Promise.all(Array.from({ length: 49 }, () => sessions.find(browser.cookie)));
      expect(others.map(({ content }) => content?.tokens.accessToken)).toEqual(Array(49).fill("access-1"));
      // None of them may overwrite the cookie that the first will bring.
      expect(others.flatMap(({ changes }) => changes)).toEqual([]);
      open();
      expect((await first).content?.tokens.accessToken).toBe("access-2");
      expect(scene.provider.asked).toBe(1);
    });

    test("F02: a refresh token that the provider takes for stolen ends the session", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      scene.provider.isFamilyRevoked = true;
      expect(await visit(sessions, browser)).toBeUndefined();
      expect(await visit(sessions, browser)).toBeUndefined();
      if (kind === "store") expect(scene.store.rows.size).toBe(0);
    });

    test("F05: a refused refresh token ends the session, and is not asked about again", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      scene.provider.isFamilyRevoked = true;
      const all = await Promise.all(Array.from({ length: 50 }, () => sessions.find(browser.cookie)));
      expect(all.every(({ content }) => content === undefined)).toBe(true);
      for (let time = 0; time < 20; time += 1) {
        scene.now += 10_000;
        expect((await sessions.find(browser.cookie)).content).toBeUndefined();
      }
      expect(scene.provider.asked).toBe(1);
      const { changes } = await sessions.find(browser.cookie);
      browser.take(changes);
      expect(browser.cookie).toBeUndefined();
    });

    test("F08: a renewal without a new refresh token goes on with the old one", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      scene.provider.rotates = false;
      expect((await visit(sessions, browser))?.tokens.refreshToken).toBe("refresh-1");
      scene.now += expired;
      expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-3");
    });

    test.each([
      ["after expiry", expired, 50],
      ["ahead of expiry", dueButGood, 1],
    ])(
      "F12: who signs out while tokens are renewed %s stays signed out, and the new ones are given back",
      async (_when, ms, count) => {
        const { scene, sessions, browser } = await later(kind, ms);
        const open = hold(scene);
        const pending = Array.from({ length: count }, () => sessions.find(browser.cookie));
        await until(() => scene.provider.asked === 1);
        const copy = browser.cookie;
        browser.take((await sessions.end(browser.cookie)).changes);
        open();
        for (const { content, changes } of await Promise.all(pending)) {
          expect(content).toBeUndefined();
          browser.take(changes);
        }
        expect(scene.provider.discarded).toEqual(["refresh-2"]);
        expect(browser.cookie).toBeUndefined();
        expect((await sessions.find(copy)).content).toBeUndefined();
        expect(scene.provider.asked).toBe(1);
      },
    );

    test("S16: 50 requests and a sign-out among them: no token is lost, and nothing comes back to life", async () => {
      for (let at = 0; at < 50; at += 7) {
        const { scene, sessions, browser } = await later(kind, expired);
        const copy = browser.cookie;
        const work = Array.from({ length: 50 }, (_, index) =>
          index === at ? sessions.end(copy) : sessions.find(copy),
        );
        await Promise.all(work);
        await settle();
        expect((await sessions.find(copy)).content, `sign-out as number ${at}`).toBeUndefined();
        expect(scene.provider.asked).toBeLessThanOrEqual(1);
        if (kind === "store") expect(scene.store.rows.size).toBe(0);
      }
    });

    test("an outage of the provider ends nothing: the session goes on with what it has", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      scene.provider.isDown = true;
      for (let minutes = 0; minutes < 50; minutes += 1) {
        expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-1");
        scene.now += minute;
      }
      expect(scene.failures.length).toBe(scene.provider.asked);
      expect(scene.failures[0]).toMatchObject({ code: "refresh_failed", message: "The provider's answer" });
      scene.provider.isDown = false;
      scene.now += minute;
      expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-2");
    });

    test("a provider that fails is left alone for a while, longer each time", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      scene.provider.isDown = true;
      const asked: number[] = [];
      for (let second = 0; second < 300; second += 1) {
        const before = scene.provider.asked;
        await sessions.find(browser.cookie);
        if (scene.provider.asked > before) asked.push(second);
        scene.now += 1000;
      }
      expect(asked).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
    });

    test("an outage for longer than the bound is 503, never a sign-out, and passes by", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      scene.provider.isDown = true;
      await visit(sessions, browser);
      scene.now = startTime + 10 * minute + hour - 1;
      expect(await codeOf(() => sessions.find(browser.cookie))).toBe("accepted");
      scene.now += 1;
      expect(await codeOf(() => sessions.find(browser.cookie))).toBe("refresh_failed");
      expect(await codeOf(() => sessions.find(browser.cookie))).toBe("refresh_failed");
      scene.provider.isDown = false;
      scene.now += minute;
      expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-2");
    });

    test("what a renewal throws beside that ends nothing either", async () => {
      const scene = createScene(kind);
      const sessions = scene.process(
        {},
        { renewal: { renew: () => Promise.reject(new TypeError("a mistake")), discard: async () => {} } },
      );
      const browser = await signIn(sessions);
      scene.now += expired;
      expect(await visit(sessions, browser)).toEqual(contentOf());
      expect(scene.failures.map(({ code }) => code)).toEqual(["refresh_failed"]);
    });

    test("a session without a refresh token goes on without renewal", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(
        sessions,
        contentOf({ tokens: { ...contentOf().tokens, refreshToken: undefined } }),
      );
      for (let hours = 0; hours < 23; hours += 1) {
        scene.now += hour;
        expect(await visit(sessions, browser)).toBeDefined();
        await settle();
      }
      expect(scene.provider.asked).toBe(0);
    });

    test("tokens without a known expiry are renewed after five minutes", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(
        sessions,
        contentOf({ tokens: { ...contentOf().tokens, expiresAt: undefined } }),
      );
      scene.now += 4 * minute - 1;
      await visit(sessions, browser);
      expect(scene.provider.asked).toBe(0);
      scene.now += 1;
      expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-2");
    });

    test("a provider whose tokens expire at once is not asked at every request", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(
        sessions,
        contentOf({ tokens: { ...contentOf().tokens, expiresAt: startTime } }),
      );
      for (let time = 0; time < 20; time += 1) await visit(sessions, browser);
      expect(scene.provider.asked).toBe(0);
    });

    test("a sign-in during a renewal is not undone by it", async () => {
      const { scene, sessions, browser } = await later(kind, expired);
      const open = hold(scene);
      const pending = sessions.find(browser.cookie);
      await until(() => scene.provider.asked === 1);
      const again = contentOf({ subject: "another", startedAt: scene.now, refreshedAt: scene.now });
      await signIn(sessions, { ...again, tokens: { ...again.tokens, expiresAt: scene.now + hour } }, browser);
      open();
      const { content, changes } = await pending;
      browser.take(changes);
      expect(content).toBeUndefined();
      expect(scene.provider.discarded).toEqual(["refresh-2"]);
      expect((await visit(sessions, browser))?.subject).toBe("another");
    });
  });
}
