// The guard's way in by session.
import { expect, test } from "vitest";
import { AuthError } from "../../src/errors.ts";
import { createSessionLeaf, type SessionContent } from "../../src/session/index.ts";
import { contentOf, createScene, kinds, minute, signIn } from "./kit.ts";

function leafOf(scene: ReturnType<typeof createScene>, sessions = scene.process()) {
  const asked: SessionContent[] = [];
  const leaf = createSessionLeaf({
    sessions,
    verified(content) {
      asked.push(content);
      if (content.subject === "nobody") throw new AuthError("session_ended", "Not any more");
      if (content.subject === "refused") throw new AuthError("insufficient_scope", "A scope is missing");
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

test.each([
  ["nobody", undefined],
  ["refused", { code: "insufficient_scope" }],
])(
  "what a session's claims are refused for is told with the cookies of the answer (%s)",
  async (subject, refused) => {
    const scene = createScene("cookie");
    const { sessions, leaf } = leafOf(scene);
    const browser = await signIn(sessions, contentOf({ subject }));
    scene.now += 5 * minute;
    for (let time = 0; time < 2; time += 1) {
      const visit = await leaf.visit(browser.cookie ?? "");
      expect([visit.verified, visit.content]).toEqual([undefined, undefined]);
      if (refused) expect(visit.refused).toMatchObject(refused);
      else expect(visit.refused).toBeUndefined();
      expect(visit.changes).not.toEqual([]);
    }
  },
);

test("what is asked at every visit is asked at every visit, and loses no cookie", async () => {
  const scene = createScene("cookie");
  const sessions = scene.process();
  const answers = [undefined, new AuthError("token_revoked", "Revoked"), undefined];
  const leaf = createSessionLeaf({
    sessions,
    verified: () => ({ identity: {} as never, keyId: undefined, binding: undefined, cached: false }),
    async check() {
      const answer = answers.shift();
      if (answer) throw answer;
    },
    loginUrl: (target) => target,
  });
  const browser = await signIn(sessions);
  scene.now += 5 * minute;
  const visits = [];
  for (const _ of [...answers]) visits.push(await leaf.visit(browser.cookie ?? ""));
  expect(visits.map(({ verified }) => verified !== undefined)).toEqual([true, false, true]);
  expect(visits.map(({ refused }) => (refused as AuthError | undefined)?.code)).toEqual([
    undefined,
    "token_revoked",
    undefined,
  ]);
  for (const { changes } of visits) expect(changes).not.toEqual([]);
});

test("a look at the header says whether there may be a session", async () => {
  const scene = createScene("store");
  const { sessions, leaf } = leafOf(scene);
  const browser = await signIn(sessions);
  expect(leaf.mayHold(`a=1; ${browser.cookie}`)).toBe(true);
  expect(leaf.mayHold("a=1; session=2")).toBe(false);
  expect(leaf.loginUrl("/a?b=c")).toBe("/login?return_to=%2Fa%3Fb%3Dc");
});
