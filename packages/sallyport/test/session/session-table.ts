// Rows of section S: what sessions of both kinds have in common. The platform is whatever the test file has chosen.
import { describe, expect, test } from "vitest";
import { parseCookies, serializeCookie } from "../../src/cookies.ts";
import {
  codeOf,
  contentOf,
  createBrowser,
  createScene,
  hour,
  kinds,
  minute,
  otherSecret,
  secret,
  settle,
  signIn,
  startTime,
  visit,
} from "./kit.ts";

const name = "__Host-session";

export function runSessionTable(): void {
  describe.each(kinds)("sessions of the kind %s", (kind) => {
    test("who has signed in is known at the next request, with all that was kept", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(sessions);
      const found = await sessions.find(browser.cookie);
      expect(found).toEqual({ content: contentOf(), expiresAt: startTime + 24 * hour, changes: [] });
      expect(await visit(sessions, browser)).toBe(found.content);
      expect(Object.isFrozen(found.content?.claims)).toBe(true);
      expect(sessions.kind).toBe(kind);
    });

    test("another process of the application knows it, too", async () => {
      const scene = createScene(kind);
      const browser = await signIn(scene.process());
      expect(await visit(scene.process(), browser)).toEqual(contentOf());
    });

    test("nobody is signed in without a cookie, and nothing is told to the browser", async () => {
      const sessions = createScene(kind).process();
      for (const cookie of [undefined, "", "other=1", "session=x", "=", ";;;"]) {
        expect(await sessions.find(cookie), String(cookie)).toEqual({
          content: undefined,
          expiresAt: undefined,
          changes: [],
        });
      }
    });

    test("S01: a sign-in has an id of its own, whatever cookie was there before", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = createBrowser();
      browser.jar.set(name, kind === "store" ? "A".repeat(43) : "planted");
      await signIn(sessions, contentOf(), browser);
      expect(browser.jar.get(name)).not.toBe("A".repeat(43));
      expect(await visit(sessions, browser)).toEqual(contentOf());
    });

    test("S01: a second sign-in ends the session before it", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(sessions);
      const before = browser.cookie;
      await signIn(sessions, contentOf({ subject: "another" }), browser);
      expect(browser.cookie).not.toBe(before);
      expect((await sessions.find(before)).content).toBeUndefined();
      expect((await visit(sessions, browser))?.subject).toBe("another");
      if (kind === "store") expect(scene.store.rows.size).toBe(1);
    });

    test("S01: the answer to a request that was under way during a sign-in removes no cookie; one of a minute later does", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(sessions);
      const before = browser.cookie;
      await signIn(sessions, contentOf({ subject: "another" }), browser);
      scene.now += minute - 1;
      expect(await sessions.find(before)).toMatchObject({ content: undefined, changes: [] });
      scene.now += 1;
      const { content, changes } = await sessions.find(before);
      expect([content, changes.map(({ value }) => value)]).toEqual([undefined, [undefined]]);
    });

    test("S01: a sign-in whose answer comes without the cookie ends the session that was noted at its beginning", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const long = contentOf();
      const browser = await signIn(sessions, { ...long, claims: { ...long.claims, long: "x".repeat(7000) } });
      const { cookie } = browser;
      const former = await sessions.formerOf(cookie);
      expect(cookie).not.toContain(String(former));
      const content = contentOf({ subject: "another" });
      const changes = await sessions.start({ content, since: scene.now, cookie: undefined, former });
      browser.take(changes ?? []);
      expect((await sessions.find(cookie)).content).toBeUndefined();
      expect((await visit(sessions, browser))?.subject).toBe("another");
      expect([...browser.jar.keys()]).toEqual([name]);
      if (kind === "store") expect(scene.store.rows.size).toBe(1);
    });

    test("S01: a session that came with the answer ends, whatever was noted; and of none there is nothing to note", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const [mine, theirs] = [await signIn(sessions), await signIn(sessions)];
      const former = await sessions.formerOf(theirs.cookie);
      const before = mine.cookie;
      await sessions.start({ content: contentOf(), since: scene.now, cookie: before, former });
      expect((await sessions.find(before)).content).toBeUndefined();
      expect(await visit(sessions, theirs)).toBeDefined();
      for (const cookie of [undefined, "", "other=1"])
        expect(await sessions.formerOf(cookie)).toBeUndefined();
    });

    test("S02: a changed bit in any byte of the cookie: nobody is signed in, and the cookie is removed", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(sessions);
      const value = browser.jar.get(name) as string;
      expect(value.length).toBeGreaterThan(40);
      for (let at = 0; at < value.length; at += 1) {
        for (const bit of [1, 32]) {
          const changed = String.fromCharCode(value.charCodeAt(at) ^ bit);
          const cookie = `${name}=${value.slice(0, at)}${changed}${value.slice(at + 1)}`;
          const { content, changes } = await sessions.find(cookie);
          expect(content, `byte ${at}, bit ${bit}`).toBeUndefined();
          expect(changes[0], `byte ${at}, bit ${bit}`).toEqual({ name, value: undefined });
        }
      }
      expect(await visit(sessions, browser)).toEqual(contentOf());
    });

    test("S02: what is no session by its form is removed, without a question to the store", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      for (const value of ["", "x", "A".repeat(42), "A".repeat(44), `${"A".repeat(42)}=`, "…", "%00", '"']) {
        const found = await sessions.find(`${name}=${value}`);
        expect(found.content, value).toBeUndefined();
        expect(found.changes[0], value).toEqual({ name, value: undefined });
      }
      expect(scene.store.calls).toEqual({});
    });

    test("S06: of two cookies of the name neither is taken, whichever is first, and none is removed", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const mine = await signIn(sessions);
      const theirs = await signIn(sessions, contentOf({ subject: "attacker" }));
      for (const cookie of [
        `${mine.cookie}; ${theirs.cookie}`,
        `${theirs.cookie}; ${mine.cookie}`,
        `${mine.cookie}; ${mine.cookie}`,
      ]) {
        expect(await sessions.find(cookie)).toEqual({
          content: undefined,
          expiresAt: undefined,
          changes: [],
        });
        // Nor does a sign-out with both end either of them.
        expect((await sessions.end(cookie)).content).toBeUndefined();
      }
      for (const browser of [mine, theirs]) expect(await visit(sessions, browser)).toBeDefined();
    });

    test.each([
      ["in small letters", "__host-session"],
      ["in capitals", "__HOST-SESSION"],
      ["with an escape", "__Host%2Dsession"],
      ["with another prefix", "__Secure-session"],
      ["without its prefix", "session"],
      ["with a no-break space in front", "\u00a0__Host-session"],
      ["with a letter behind", "__Host-sessions"],
      ["with a letter in front", "x__Host-session"],
      ["in quotes", '"__Host-session"'],
      ["as the value of a nameless cookie", "=__Host-session"],
    ])("S07: a name that only looks like ours is not read: %s", async (_how, lookalike) => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(sessions);
      const value = browser.jar.get(name);
      const found = await sessions.find(`${lookalike}=${value}`);
      expect(found).toEqual({ content: undefined, expiresAt: undefined, changes: [] });
      // Nor is it in the way of the right one.
      expect((await sessions.find(`${lookalike}=x; ${name}=${value}`)).content).toBeDefined();
    });

    test("S13: the cookie is for this host alone, by TLS, and out of reach of scripts", async () => {
      const sessions = createScene(kind).process();
      const changes = await sessions.start({ content: contentOf(), since: startTime, cookie: undefined });
      const [first = ""] = (changes ?? []).map((one) => serializeCookie(one, { secure: true }));
      const [pair, ...attributes] = first.split("; ");
      expect(pair).toMatch(/^__Host-session=/);
      expect(attributes.filter((one) => !one.startsWith("Max-Age="))).toEqual([
        "Path=/",
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
      ]);
    });

    test("S13: on a loopback http address there is neither prefix nor Secure", async () => {
      const scene = createScene(kind);
      const sessions = scene.process({}, { secure: false });
      const browser = await signIn(sessions, contentOf(), createBrowser(false));
      expect([...browser.jar.keys()]).toEqual(["session"]);
      expect(await visit(sessions, browser)).toEqual(contentOf());
      expect(sessions.mayHold(browser.cookie ?? "")).toBe(true);
    });

    test("the cookie's name can be chosen, so that two applications of one host don't take each other's", async () => {
      const scene = createScene(kind);
      const one = scene.process({ cookieName: "one" });
      const two = scene.process({ cookieName: "two" });
      const browser = await signIn(one);
      expect([...browser.jar.keys()]).toEqual(["__Host-one"]);
      expect(one.mayHold(browser.cookie ?? "")).toBe(true);
      expect(two.mayHold(browser.cookie ?? "")).toBe(false);
      expect(await visit(two, browser)).toBeUndefined();
      if (kind === "store") return;
      // Sealed for its name: under another it is nothing.
      expect((await two.find(`__Host-two=${browser.jar.get("__Host-one")}`)).content).toBeUndefined();
    });

    test("S14: a session ends by the idle limit, to the millisecond", async () => {
      const scene = createScene(kind);
      const sessions = scene.process({ idleSeconds: 600 }, { renewal: undefined });
      const browser = await signIn(sessions);
      scene.now += 600_000 - 1;
      expect((await sessions.find(browser.cookie)).content).toBeDefined();
      // The request before was noted, but its answer never came: only a store knows of it.
      const late = createScene(kind);
      const others = late.process({ idleSeconds: 600 }, { renewal: undefined });
      const another = await signIn(others);
      late.now += 600_000;
      const { content, changes } = await others.find(another.cookie);
      expect([content, changes[0]]).toEqual([undefined, { name, value: undefined }]);
    });

    test("S14: requests prolong it, up to the absolute limit and not beyond", async () => {
      const scene = createScene(kind);
      const sessions = scene.process({ idleSeconds: 600, absoluteSeconds: 3600 }, { renewal: undefined });
      const browser = await signIn(sessions);
      for (scene.now += 5 * minute; scene.now < startTime + hour; scene.now += 5 * minute) {
        expect(await visit(sessions, browser), new Date(scene.now).toISOString()).toBeDefined();
        await settle();
      }
      expect(scene.now).toBe(startTime + hour);
      for (const { row } of scene.store.rows.values()) expect(row.idleAt).toBeLessThanOrEqual(row.expiresAt);
      expect(await visit(sessions, browser)).toBeUndefined();
      expect(browser.cookie).toBeUndefined();
    });

    test("S14: a rolling limit at its very end prolongs nothing", async () => {
      const scene = createScene(kind);
      const sessions = scene.process({ idleSeconds: 3600, absoluteSeconds: 3600 }, { renewal: undefined });
      const browser = await signIn(sessions);
      scene.now = startTime + hour - 1;
      expect((await sessions.find(browser.cookie)).expiresAt).toBe(startTime + hour);
      expect(await visit(sessions, browser)).toBeDefined();
      scene.now += 1;
      expect(await visit(sessions, browser)).toBeUndefined();
    });

    test("S14: a clock that is set back, and forward again, lets nobody stay longer", async () => {
      const scene = createScene(kind);
      const sessions = scene.process({}, { renewal: undefined });
      const browser = await signIn(sessions);
      scene.now -= 2 * hour;
      expect(await visit(sessions, browser)).toBeDefined();
      await settle();
      scene.now = startTime + 24 * hour;
      expect(await visit(sessions, browser)).toBeUndefined();
    });

    test("S14: limits that were lowered hold for the sessions of before", async () => {
      const scene = createScene(kind);
      const browser = await signIn(scene.process());
      scene.now += 2 * hour;
      expect(await visit(scene.process({}, { renewal: undefined }), browser)).toBeDefined();
      const stricter = scene.process({ absoluteSeconds: 3600 }, { renewal: undefined });
      expect((await stricter.find(browser.cookie)).content).toBeUndefined();
    });

    test("requests are noted once a minute, not each", async () => {
      const scene = createScene(kind);
      const sessions = scene.process({}, { renewal: undefined });
      const browser = await signIn(sessions);
      let changes = 0;
      for (let second = 0; second < 120; second += 10) {
        scene.now = startTime + second * 1000;
        const found = await sessions.find(browser.cookie);
        if (found.changes.length > 0) changes += 1;
        browser.take(found.changes);
        await settle();
      }
      if (kind === "cookie") expect(changes).toBe(1);
      else expect([changes, scene.store.calls.touch]).toEqual([0, 1]);
    });

    test("S15: a sign-out ends the session itself, not only the cookie, and tells what it was", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const browser = await signIn(sessions);
      const elsewhere = await signIn(sessions);
      const copy = browser.cookie;
      const { content, changes } = await sessions.end(browser.cookie);
      browser.take(changes);
      expect(content).toEqual(contentOf());
      expect(browser.cookie).toBeUndefined();
      expect((await sessions.find(copy)).content).toBeUndefined();
      expect((await sessions.end(copy)).content).toBeUndefined();
      expect(await visit(sessions, elsewhere)).toBeDefined();
      if (kind === "store") expect(scene.store.rows.size).toBe(1);
    });

    test("a sign-out of nobody is one, too", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      for (const cookie of [undefined, "", `${name}=x`, `${name}=${"A".repeat(43)}`]) {
        const { content, changes } = await sessions.end(cookie);
        expect([content, changes[0]]).toEqual([undefined, { name, value: undefined }]);
      }
      // The last one alone could be an id.
      if (kind === "store") expect(scene.store.calls.end).toBe(1);
    });

    test("S22: cookies are read to the letter: quotes, escapes and white space are no part of ours", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const value = (await signIn(sessions)).jar.get(name);
      const taken = [
        `${name}=${value}`,
        ` ${name} = ${value} `,
        `a=1;${name}=${value};b=2`,
        `;;; ;${name}=${value};`,
        `a="x; ${name}=${value}`,
        `broken; ${name}=${value}; =x; =`,
      ];
      for (const cookie of taken) expect((await sessions.find(cookie)).content, cookie).toBeDefined();
      const refused = [
        `${name}="${value}"`,
        `${name}=${value}x`,
        `${name}==${value}`,
        `${name}=${encodeURIComponent(`${value}.`)}`,
        `${name} ${value}`,
        `a=${name}=${value}`,
        `${name}=${value},a=1`,
      ];
      for (const cookie of refused) expect((await sessions.find(cookie)).content, cookie).toBeUndefined();
      expect(parseCookies(`${name}=1; ${name}=2`).get(name)).toEqual(["1", "2"]);
      expect([...parseCookies("=1; 2; =; a=1").keys()]).toEqual(["a"]);
    });

    test("secrets change without signing anybody out: the first seals, all open", async () => {
      const scene = createScene(kind);
      const browser = await signIn(scene.process());
      const during = scene.process({ secret: [otherSecret, secret] }, { renewal: undefined });
      expect(await visit(during, browser)).toEqual(contentOf());
      const fresh = await signIn(during);
      const after = scene.process({ secret: otherSecret }, { renewal: undefined });
      expect(await visit(after, fresh)).toEqual(contentOf());
      expect((await after.find(browser.cookie)).content).toBeUndefined();
    });

    test("a word is used once, and again when its time is over", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const until = startTime + minute;
      expect(await Promise.all([1, 2, 3].map(() => sessions.once("jti", until)))).toEqual([
        true,
        false,
        false,
      ]);
      expect(await sessions.once("other", until)).toBe(true);
      scene.now = until - 1;
      expect(await sessions.once("jti", until)).toBe(false);
      scene.now = until;
      expect(await sessions.once("jti", until + minute)).toBe(true);
    });

    test("F11: no token and no claim can be read in the cookie, in the store, or in an error", async () => {
      const scene = createScene(kind);
      const sessions = scene.process();
      const tokens = {
        ...contentOf().tokens,
        accessToken: "canary-access",
        refreshToken: "canary-refresh",
        idToken: "canary-id",
      };
      const browser = await signIn(sessions, contentOf({ tokens, claims: { email: "canary@example.com" } }));
      scene.now += 11 * minute;
      scene.provider.isFamilyRevoked = true;
      const written: unknown[] = [browser.cookie, [...scene.store.rows.values()]];
      const { changes } = await sessions.find(browser.cookie);
      scene.provider.isDown = true;
      scene.now += 2 * hour;
      const other = await signIn(sessions, contentOf({ tokens }));
      const error = await Promise.resolve(sessions.find(other.cookie)).catch((thrown: Error) => [
        thrown.message,
        thrown.stack,
        String(thrown.cause),
      ]);
      written.push(changes, error, scene.failures.map(String));
      const text = JSON.stringify(written);
      // The stack has paths of this checkout in it, whatever that is called.
      expect(text).not.toMatch(/canary[-@]/);
      for (const token of ["canary-access", "canary-refresh", "canary-id", "canary@"]) {
        expect(text).not.toContain(Buffer.from(token).toString("base64url").slice(1, -2));
      }
      expect(await codeOf(() => sessions.find(other.cookie))).toBe("refresh_failed");
    });
  });
}
