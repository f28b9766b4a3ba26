// What only sessions without a store have: chunks, the limits of what one process knows, and renewals in several at once.
import { describe, expect, test } from "vitest";
import { type CookieChange, serializeCookie } from "../../src/cookies.ts";
import { createSealer } from "../../src/session/index.ts";
import {
  codeOf,
  contentOf,
  createScene,
  hour,
  minute,
  secret,
  settle,
  signIn,
  startTime,
  visit,
} from "./kit.ts";

const name = "__Host-session";
/** Claims that no compression would help, of about so many characters. */
const large = (length: number) => ({
  groups: Array.from({ length: length / 40 }, (_, index) => `${index}-${"g".repeat(36)}`),
});
const start = (scene = createScene("cookie")) => ({ scene, sessions: scene.process() });

describe("chunks", () => {
  test("S09: what does not fit into one cookie is in several, none beyond 4096 bytes as it is set", async () => {
    const { sessions } = start();
    for (const length of [40, 1000, 2000, 2400, 2800, 4000, 5000, 7000]) {
      const content = contentOf({ claims: large(length) });
      const changes = await sessions.start({ content, since: startTime, cookie: undefined });
      const set = (changes ?? []).filter(({ value }) => value !== undefined);
      const bytes = set.map((one) => serializeCookie(one, { secure: true }).length);
      expect(Math.max(...bytes)).toBeLessThanOrEqual(4096);
      const cookie = set.map((one) => `${one.name}=${one.value}`).join("; ");
      expect((await sessions.find(cookie)).content).toEqual(content);
    }
  });

  test("S09: what is too large for a request's header is refused aloud, and never dropped", async () => {
    const { sessions } = start();
    const browser = await signIn(sessions);
    const content = contentOf({ claims: large(9000) });
    const failed = await sessions
      .start({ content, since: startTime, cookie: browser.cookie })
      .catch((error) => error);
    expect(failed.code).toBe("session_too_large");
    expect(failed.message).toMatch(/\d+ bytes.*12288.*sessionStore/);
    // Whoever was signed in still is.
    expect(await visit(sessions, browser)).toEqual(contentOf());
  });

  test("S09: nor are new tokens that have grown too large", async () => {
    const scene = createScene("cookie");
    const grown = { ...contentOf().tokens, accessToken: "a".repeat(9000) };
    const sessions = scene.process(
      {},
      { renewal: { renew: async () => contentOf({ tokens: grown }), discard: async () => {} } },
    );
    const browser = await signIn(sessions);
    scene.now += 11 * minute;
    expect(await codeOf(() => sessions.find(browser.cookie))).toBe("session_too_large");
    // The way out.
    expect((await sessions.end(browser.cookie)).content?.tokens.accessToken).toHaveLength(9000);
  });

  test("a session that shrinks removes the chunks it has no more", async () => {
    const { scene, sessions } = start();
    const browser = await signIn(sessions, contentOf({ claims: large(6000) }));
    expect([...browser.jar.keys()].sort()).toEqual([name, `${name}.1`, `${name}.2`]);
    await signIn(sessions, contentOf(), browser);
    expect([...browser.jar.keys()]).toEqual([name]);
    expect(await visit(sessions, browser)).toBeDefined();
    expect(scene.failures).toEqual([]);
  });

  describe("S08: chunks that are not those of one session are none", () => {
    const cases: [string, (jar: Map<string, string>) => void][] = [
      ["the first is missing", (jar) => jar.delete(name)],
      ["the middle one is missing", (jar) => jar.delete(`${name}.1`)],
      ["the last one is missing", (jar) => jar.delete(`${name}.2`)],
      ["one too many", (jar) => jar.set(`${name}.3`, "AAAA")],
      ["an empty one too many", (jar) => jar.set(`${name}.3`, "")],
      ["one with a number far away", (jar) => jar.set(`${name}.1000000000`, "AAAA")],
      ["one with a number beyond all", (jar) => jar.set(`${name}.${"9".repeat(400)}`, "AAAA")],
      [
        "two of them swapped",
        (jar) => {
          const [one = "", two = ""] = [jar.get(name), jar.get(`${name}.1`)];
          jar.set(name, two).set(`${name}.1`, one);
        },
      ],
      [
        "one with another number",
        (jar) => {
          jar.set(`${name}.4`, jar.get(`${name}.2`) ?? "").delete(`${name}.2`);
        },
      ],
      [
        "one with a letter more",
        (jar) => {
          jar.set(name, `${jar.get(name)}x`);
        },
      ],
    ];
    test.each(cases)("%s", async (_what, change) => {
      const { sessions } = start();
      const browser = await signIn(sessions, contentOf({ claims: large(6000) }));
      expect(await visit(sessions, browser)).toBeDefined();
      change(browser.jar);
      const names = [...browser.jar.keys()];
      const { content, changes } = await sessions.find(browser.cookie);
      expect(content).toBeUndefined();
      expect(changes.map((one) => one.name).sort()).toEqual([...new Set([name, ...names])].sort());
      expect(changes.every(({ value }) => value === undefined)).toBe(true);
    });

    test("a chunk of another session", async () => {
      const { sessions } = start();
      const mine = await signIn(sessions, contentOf({ claims: large(6000) }));
      const theirs = await signIn(sessions, contentOf({ claims: large(6000), subject: "other" }));
      mine.jar.set(`${name}.1`, theirs.jar.get(`${name}.1`) ?? "");
      expect(await visit(sessions, mine)).toBeUndefined();
      expect(mine.cookie).toBeUndefined();
    });

    test.each([".0", ".01", ".-1", ".1e9", ".1.1", "..1", ". 1", ".a", "."])(
      "a name that ends with %s is none of ours, and is let be",
      async (ending) => {
        const { sessions } = start();
        const browser = await signIn(sessions, contentOf({ claims: large(3000) }));
        browser.jar.set(`${name}${ending}`, "x");
        expect(await visit(sessions, browser)).toBeDefined();
        expect(browser.jar.has(`${name}${ending}`)).toBe(true);
      },
    );

    test("a flood of chunks is removed in part, not one by one in an answer without end", async () => {
      const { sessions } = start();
      const cookie = Array.from({ length: 300 }, (_, index) => `${name}.${index + 1}=x`).join("; ");
      expect((await sessions.find(cookie)).changes.length).toBe(20);
    });
  });
});

describe("without a store", () => {
  test("what needs one says so", async () => {
    const { sessions } = start();
    const owner = { issuer: "https://idp.example.com", subject: "1" };
    await expect(sessions.endAll(owner)).rejects.toThrow(TypeError);
    await expect(sessions.endAll(owner)).rejects.toThrow(/needs a store.*`deps.sessionStore`/);
    await expect(sessions.list(owner)).rejects.toThrow(TypeError);
  });

  test("S04: an old cookie is dead in the process that ended its session", async () => {
    const { scene, sessions } = start();
    const browser = await signIn(sessions);
    const copies = [browser.cookie];
    scene.now += 2 * minute;
    await visit(sessions, browser);
    copies.push(browser.cookie);
    scene.now += 8 * minute;
    await visit(sessions, browser);
    copies.push(browser.cookie);
    expect(new Set(copies).size).toBe(3);
    await sessions.end(browser.cookie);
    for (const copy of copies) expect((await sessions.find(copy)).content).toBeUndefined();
  });

  test("S04: elsewhere a copy is good for the idle limit, and never beyond the absolute one", async () => {
    const scene = createScene("cookie");
    const one = scene.process({ idleSeconds: 7200, absoluteSeconds: 10_800 }, { renewal: undefined });
    const other = scene.process({ idleSeconds: 7200, absoluteSeconds: 10_800 }, { renewal: undefined });
    const browser = await signIn(one);
    const copy = browser.cookie;
    await one.end(browser.cookie);
    scene.now += 2 * hour - 1;
    expect((await other.find(copy)).content).toBeDefined();
    browser.take((await other.find(copy)).changes);
    scene.now += 1;
    expect((await other.find(copy)).content).toBeUndefined();
    scene.now = startTime + 3 * hour - 1;
    expect((await other.find(browser.cookie)).content).toBeDefined();
    scene.now += 1;
    expect((await other.find(browser.cookie)).content).toBeUndefined();
  });

  test("an old cookie that comes late gets the new tokens, without a question", async () => {
    const { scene, sessions } = start();
    const browser = await signIn(sessions);
    const old = browser.cookie;
    scene.now += 11 * minute;
    // The answer with the new cookie is lost.
    await sessions.find(old);
    scene.now += 5 * minute;
    const { content, changes } = await sessions.find(old);
    expect(content?.tokens.accessToken).toBe("access-2");
    browser.take(changes);
    scene.now += 6 * minute;
    expect((await visit(sessions, browser))?.tokens.accessToken).toBe("access-3");
    expect((await sessions.find(old)).content?.tokens.accessToken).toBe("access-3");
    expect(scene.provider.asked).toBe(2);
  });

  test("the new cookie is written once, and not at each request after", async () => {
    const { scene, sessions } = start();
    const browser = await signIn(sessions);
    scene.now += 11 * minute;
    await visit(sessions, browser);
    expect((await sessions.find(browser.cookie)).changes).toEqual([]);
  });

  test("a sign-out by an old cookie tells of the newest tokens, which are to be revoked", async () => {
    const { scene, sessions } = start();
    const browser = await signIn(sessions);
    const old = browser.cookie;
    scene.now += 11 * minute;
    await sessions.find(old);
    expect((await sessions.end(old)).content?.tokens.refreshToken).toBe("refresh-2");
  });

  test("of two processes that renew at once ahead of expiry, the one that is refused goes on and leaves the cookie", async () => {
    const scene = createScene("cookie");
    const [one, other] = [scene.process(), scene.process()];
    const browser = await signIn(one);
    scene.now += 9.5 * minute;
    const cookie = browser.cookie;
    const won = await one.find(cookie);
    const lost = await other.find(cookie);
    expect(won.content?.tokens.accessToken).toBe("access-2");
    expect(lost).toMatchObject({ content: { tokens: { accessToken: "access-1" } }, changes: [] });
    // Their answers arrive in the worse order.
    browser.take(won.changes);
    browser.take(lost.changes);
    expect((await visit(other, browser))?.tokens.accessToken).toBe("access-2");
    expect(scene.provider.asked).toBe(2);
  });

  test("after expiry the one that is refused takes nobody in, and still leaves the cookie of the other", async () => {
    const scene = createScene("cookie");
    const [one, other] = [scene.process(), scene.process()];
    const browser = await signIn(one);
    scene.now += 11 * minute;
    const cookie = browser.cookie;
    const won = await one.find(cookie);
    const lost = await other.find(cookie);
    expect(lost).toEqual({ content: undefined, expiresAt: undefined, changes: [] });
    browser.take(won.changes);
    browser.take(lost.changes);
    expect((await visit(other, browser))?.tokens.accessToken).toBe("access-2");
  });

  test("a cookie whose refresh token was refused is removed once no other answer can be on its way", async () => {
    const scene = createScene("cookie");
    const sessions = scene.process();
    const browser = await signIn(sessions);
    scene.now += 11 * minute;
    scene.provider.isFamilyRevoked = true;
    expect((await sessions.find(browser.cookie)).changes).toEqual([]);
    scene.now += minute;
    expect((await sessions.find(browser.cookie)).changes).toEqual([]);
    scene.now += 1;
    expect((await sessions.find(browser.cookie)).changes[0]).toEqual({ name, value: undefined });
    expect(scene.provider.asked).toBe(1);
  });

  test("right before a renewal nobody writes the cookie that it makes old", async () => {
    const { scene, sessions } = start();
    const browser = await signIn(sessions);
    scene.now = startTime + 9 * minute - 29_999;
    expect((await sessions.find(browser.cookie)).changes).toEqual([]);
    scene.now = startTime + 9 * minute - 30_000;
    expect((await sessions.find(browser.cookie)).changes.length).toBeGreaterThan(0);
  });

  test("S17: what an older version sealed reaches no prototype", async () => {
    const { scene, sessions } = start();
    const sealer = createSealer([new TextEncoder().encode(secret)], { now: () => scene.now });
    const content = JSON.parse(
      JSON.stringify(contentOf()).replace(
        '"claims":{',
        '"__proto__":{"admin":true},"claims":{"__proto__":{"admin":true},"\\u005f_proto__":{"admin":true},',
      ),
    );
    const envelope = { id: "1", version: 1, sealedAt: startTime, content };
    const sealed = await sealer.seal("session cookie", name, envelope, startTime + hour);
    const found = (await sessions.find(`${name}=${sealed}`)).content;
    expect(found?.claims.name).toBe("Zoë Świt");
    const copied: Record<string, unknown> = Object.assign({}, found, found?.claims);
    expect([copied.admin, Object.getPrototypeOf(copied), Object.hasOwn(found ?? {}, "__proto__")]).toEqual([
      undefined,
      Object.prototype,
      false,
    ]);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["nothing", null],
    ["a list", [1, 2]],
    ["a text", "session"],
    ["an envelope without content", { id: "1", version: 1, sealedAt: startTime }],
    [
      "a content without tokens",
      { id: "1", version: 1, sealedAt: startTime, content: { ...contentOf(), tokens: 1 } },
    ],
    [
      "a content whose tokens are null",
      { id: "1", version: 1, sealedAt: startTime, content: { ...contentOf(), tokens: null } },
    ],
    [
      "a content that never began",
      { id: "1", version: 1, sealedAt: startTime, content: { ...contentOf(), startedAt: undefined } },
    ],
    [
      "a content of texts",
      { id: "1", version: 1, sealedAt: startTime, content: { ...contentOf(), startedAt: "0" } },
    ],
    ["no id", { version: 1, sealedAt: startTime, content: contentOf() }],
    ["no time", { id: "1", version: 1, content: contentOf() }],
    ["no whole version", { id: "1", version: 1.5, sealedAt: startTime, content: contentOf() }],
  ])("S17: what is sealed well and is no session (%s) is none", async (_what, value) => {
    const { scene, sessions } = start();
    const sealer = createSealer([new TextEncoder().encode(secret)], { now: () => scene.now });
    const sealed = await sealer.seal("session cookie", name, value, startTime + hour);
    const { content, changes } = await sessions.find(`${name}=${sealed}`);
    expect([content, changes[0]]).toEqual([undefined, { name, value: undefined }]);
  });

  test("S04: what was sealed for another purpose, name or secret is no session", async () => {
    const { scene, sessions } = start();
    const now = () => scene.now;
    const bytes = new TextEncoder().encode(secret);
    const envelope = { id: "1", version: 1, sealedAt: startTime, content: contentOf() };
    const seal = (with_ = bytes, purpose = "session cookie", context = name, until = startTime + hour) =>
      createSealer([with_], { now }).seal(purpose, context, envelope, until);
    expect((await sessions.find(`${name}=${await seal()}`)).content).toBeDefined();
    for (const sealed of [
      await seal(bytes.slice(1)),
      await seal(bytes, "stored session"),
      await seal(bytes, "session cookie", "__Host-other"),
      await seal(bytes, "session cookie", name, startTime),
    ]) {
      expect((await sessions.find(`${name}=${sealed}`)).content).toBeUndefined();
    }
  });

  test("words are remembered within a bound, and who fills it shuts nobody out", async () => {
    const { sessions } = start();
    for (let word = 0; word < 100_000; word += 1) await sessions.once(`${word}`, startTime + hour);
    expect(await sessions.once("one more", startTime + hour)).toBe(true);
    expect(await sessions.once("one more", startTime + hour)).toBe(false);
    expect(await sessions.once("1", startTime + hour)).toBe(false);
  });

  test("closing forgets what was opened", async () => {
    const { sessions } = start();
    const browser = await signIn(sessions);
    sessions.close();
    expect(await visit(sessions, browser)).toEqual(contentOf());
    await settle();
  });
});

test("a change of cookies is data that any framework can write", () => {
  const change: CookieChange = { name, value: "x", maxAgeSeconds: 5 };
  expect(serializeCookie(change, { secure: true })).toBe(
    "__Host-session=x; Path=/; Max-Age=5; HttpOnly; Secure; SameSite=Lax",
  );
});
