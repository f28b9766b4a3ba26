// The guard's way in by session.
import { expect, test } from "vitest";
import { AuthError } from "../../src/errors.ts";
import { createSessionLeaf, type SessionContent } from "../../src/session/index.ts";
import { codeOf, contentOf, createScene, kinds, minute, signIn } from "./kit.ts";

function leafOf(scene: ReturnType<typeof createScene>, sessions = scene.process()) {
  const asked: SessionContent[] = [];
  const leaf = createSessionLeaf({
    sessions,
    verified(content) {
      asked.push(content);
      if (content.subject === "nobody") throw new AuthError("session_ended", "Not any more");
      return {
        identity: { subject: content.subject } as never,
        keyId: undefined,
        binding: undefined,
        cached: false,
      };
    },
    loginUrl: (target) => `/login?return_to=${encodeURIComponent(target)}`,
  });
  return { sessions, leaf, asked };
}

test.each(kinds)(
  "who is signed in by a session of the kind %s, made of it once for all requests",
  async (kind) => {
    const scene = createScene(kind);
    const { sessions, leaf, asked } = leafOf(scene);
    const browser = await signIn(sessions);
    const first = await leaf.visit(browser.cookie ?? "");
    expect(first).toMatchObject({ verified: { identity: { subject: "248289761001" } }, changes: [] });
    const second = await leaf.visit(browser.cookie ?? "");
    expect(second.verified?.identity).toBe(first.verified?.identity);
    expect([first.verified?.cached, second.verified?.cached]).toEqual([false, true]);
    expect(asked).toEqual([contentOf()]);
  },
);

test.each(kinds)("new tokens in a session of the kind %s are made a caller of again", async (kind) => {
  const scene = createScene(kind);
  const { sessions, leaf, asked } = leafOf(scene);
  const browser = await signIn(sessions);
  await leaf.visit(browser.cookie ?? "");
  scene.now += 11 * minute;
  const { verified, changes } = await leaf.visit(browser.cookie ?? "");
  expect(verified).toBeDefined();
  expect(changes.length > 0).toBe(kind === "cookie");
  expect(asked.map(({ tokens }) => tokens.accessToken)).toEqual(["access-1", "access-2"]);
});

test.each(kinds)("nobody, and what the browser is told, in sessions of the kind %s", async (kind) => {
  const { leaf, asked } = leafOf(createScene(kind));
  const { verified, changes } = await leaf.visit("__Host-session=x");
  expect([verified, changes[0]]).toEqual([undefined, { name: "__Host-session", value: undefined }]);
  expect(asked).toEqual([]);
});

test("what a session's claims are refused for goes through", async () => {
  const scene = createScene("cookie");
  const { sessions, leaf } = leafOf(scene);
  const browser = await signIn(sessions, contentOf({ subject: "nobody" }));
  expect(await codeOf(() => leaf.visit(browser.cookie ?? ""))).toBe("session_ended");
  expect(await codeOf(() => leaf.visit(browser.cookie ?? ""))).toBe("session_ended");
});

test("a look at the header says whether there may be a session", async () => {
  const scene = createScene("store");
  const { sessions, leaf } = leafOf(scene);
  const browser = await signIn(sessions);
  expect(leaf.mayHold(`a=1; ${browser.cookie}`)).toBe(true);
  expect(leaf.mayHold("a=1; session=2")).toBe(false);
  expect(leaf.loginUrl("/a?b=c")).toBe("/login?return_to=%2Fa%3Fb%3Dc");
});
