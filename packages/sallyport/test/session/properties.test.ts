// What holds for any content and any cookie, tried with many.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/identity.ts";
import { createChunks } from "../../src/session/chunks.ts";
import { contentOf, createBrowser, createScene, kinds, signIn, startTime, visit } from "./kit.ts";

const name = "__Host-session";
const claims = fc
  .dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 12 })
  // No member of this name comes out again, and a minus zero is none in JSON.
  .map((given) => JSON.parse(JSON.stringify(given).replaceAll("__proto__", "proto")) as JsonObject)
  .filter((given) => JSON.stringify(given).length < 5000);
const text = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });

test.each(kinds)("any content comes back as it was, in sessions of the kind %s", async (kind) => {
  const scene = createScene(kind);
  const sessions = scene.process();
  await fc.assert(
    fc.asyncProperty(claims, text, text, async (some, subject, accessToken) => {
      const content = contentOf({ claims: some, subject, tokens: { ...contentOf().tokens, accessToken } });
      const browser = await signIn(sessions, content);
      // Another process, which has nothing of it in its memory.
      expect(await visit(scene.process(), browser)).toEqual(JSON.parse(JSON.stringify(content)));
    }),
    { numRuns: 200 },
  );
});

test.each(kinds)("any change to a cookie of the kind %s: nobody, and the cookie is removed", async (kind) => {
  const scene = createScene(kind);
  const sessions = scene.process();
  const browser = await signIn(sessions);
  const value = browser.jar.get(name) as string;
  const letter = fc.constantFrom(..."ABCXYZabcxyz0189-_.=%\"' ,");
  const change = fc.record({
    at: fc.nat(value.length),
    drop: fc.nat(3),
    put: fc.array(letter, { maxLength: 3 }).map((all) => all.join("")),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      let changed = value;
      for (const { at, drop, put } of changes)
        changed = changed.slice(0, at) + put + changed.slice(at + drop);
      fc.pre(changed.trim() !== value);
      const found = await sessions.find(`${name}=${changed}`);
      expect(found.content).toBeUndefined();
      expect(found.changes[0]).toEqual({ name, value: undefined });
    }),
    { numRuns: 1000 },
  );
});

test("any header at all is read without an error, and lets nobody in", async () => {
  for (const kind of kinds) {
    const sessions = createScene(kind).process();
    const part = fc.oneof(
      fc.constantFrom(name, `${name}.1`, `${name}.2`, "=", ";", "; ", " ", "\t", '"', "A".repeat(43), "."),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        expect((await sessions.find(parts.join(""))).content).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  }
});

test("any text comes back out of its chunks, after any other text before it", () => {
  const chunks = createChunks("session", { secure: true });
  const sealed = fc
    .record({ length: fc.integer({ min: 1, max: 11_000 }), letter: fc.constantFrom("A", "z", "-") })
    .map(({ length, letter }) => letter.repeat(length));
  fc.assert(
    fc.property(fc.array(sealed, { minLength: 1, maxLength: 5 }), (texts) => {
      const browser = createBrowser();
      for (const one of texts) {
        const { present } = chunks.read(browser.cookie ?? "");
        browser.take(chunks.write(one, 60, present));
        expect(chunks.read(browser.cookie ?? "").text === one).toBe(true);
        expect((browser.cookie ?? "").length).toBeLessThanOrEqual(12_288);
      }
      browser.take(chunks.clear(chunks.read(browser.cookie ?? "").present));
      expect(browser.cookie).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});

test.each(kinds)(
  "of many moves of a person in sessions of the kind %s, none brings an ended one back",
  async (kind) => {
    const move = fc.constantFrom("visit", "wait", "long wait", "sign out", "sign in", "old cookie");
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (moves) => {
        const scene = createScene(kind);
        const sessions = scene.process();
        const browser = createBrowser();
        const ended: (string | undefined)[] = [];
        const copies: (string | undefined)[] = [];
        let isIn = false;
        for (const one of moves) {
          if (one === "wait") scene.now += 4 * 60_000;
          if (one === "long wait") scene.now += 11 * 60_000;
          if (one === "visit") expect((await visit(sessions, browser)) !== undefined).toBe(isIn);
          if (one === "old cookie" && copies.length > 0) {
            expect((await sessions.find(copies[0])).content !== undefined).toBe(isIn);
          }
          if (one === "sign in" || one === "sign out") ended.push(...copies.splice(0));
          if (one === "sign in") {
            scene.provider.isFamilyRevoked = false;
            await signIn(
              sessions,
              contentOf({ startedAt: scene.now, refreshedAt: scene.now, tokens: fresh(scene) }),
              browser,
            );
            isIn = true;
          }
          if (one === "sign out") {
            browser.take((await sessions.end(browser.cookie)).changes);
            isIn = false;
          }
          if (isIn) copies.push(browser.cookie);
          for (const copy of ended) expect((await sessions.find(copy)).content).toBeUndefined();
        }
        expect(scene.now).toBeLessThan(startTime + 8 * 3_600_000);
      }),
      { numRuns: 100 },
    );
  },
);

/** Tokens that nothing is due of in this test: the provider knows one family only. */
function fresh({ now }: { readonly now: number }) {
  return { ...contentOf().tokens, expiresAt: now + 24 * 3_600_000 };
}
