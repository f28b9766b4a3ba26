// A canary in every place that a caller or a provider can fill, every failure path walked, every output searched.
// Only the identity's own subject, client, actor and key id may be heard, and only in the fields that are theirs.
import { describe, expect, test } from "vitest";
import { refusals } from "../../src/errors.ts";
import { canary, Ears, listen, request } from "./canary/ears.ts";
import { bearer, codes, ears, now, options, stray, token, written } from "./canary/scene.ts";
import { sessionNames } from "./events.ts";
import "./canary/application.ts";
import "./canary/caller.ts";
import "./canary/configuration.ts";
import "./canary/introspection.ts";
import "./canary/people.ts";
import "./canary/people-native.ts";
import "./canary/people-provider.ts";
import "./canary/people-store.ts";
import "./canary/people-tokens.ts";
import "./canary/provider.ts";

describe("what is left of the table", () => {
  test("sync_unavailable and closed", async () => {
    const core = await listen(options, ears, { now, isRevoked: async () => false });
    try {
      core.verifier.verifySync(token());
    } catch (error) {
      ears.hear("verifySync()", error);
    }
    await core.close();
    await request(core, ears, bearer(token()));
    await core.verifier.verify(token()).catch((error: unknown) => ears.hear("verify()", error));
    expect(ears.codes).toContain("sync_unavailable");
    expect(ears.codes).toContain("closed");
    expect(ears.leaks()).toEqual([]);
  });

  test("every code of the refusal table was seen, and nothing strayed to warnings or unhandled rejections", async () => {
    for (const code of ears.codes) codes.add(code);
    expect(Object.keys(refusals).filter((code) => !codes.has(code))).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stray.filter((text) => /cnry/.test(text))).toEqual([]);
  });
});

test("every sign-in, renewal and logout was written down, done and gone wrong", () => {
  const both = sessionNames.filter((name) => name !== "userinfo").flatMap((name) => [`${name} ok`, name]);
  const seen = new Set([...written, ...[...written].map((one) => one.replace(/ (refused|failed)$/, ""))]);
  expect([...both, "userinfo"].filter((one) => !seen.has(one))).toEqual([]);
});

test("the search itself finds a canary wherever it is", () => {
  for (const [where, value] of [
    ["a message", new Error(canary("x"))],
    ["a cause", new Error("no", { cause: new Error("no", { cause: canary("x") }) })],
    [
      "a hidden property",
      Object.defineProperty(new Error("no"), "data", { value: canary("x"), enumerable: false }),
    ],
    ["a header's name", { [canary("x").toUpperCase()]: 1 }],
    ["a nested list", [[[{ a: [canary("x")] }]]]],
  ] as const) {
    const own = new Ears();
    own.hear(where, value);
    expect(own.leaks(), where).toHaveLength(1);
  }
  const own = new Ears();
  own.permitted = { subject: canary("sub") };
  own.hearEvent("a field that may", { subject: canary("sub") });
  own.hearLine("a line that may", `refused subject=${canary("sub")} — no`);
  expect(own.leaks()).toEqual([]);
  own.hearEvent("another field", { reason: canary("sub") });
  own.hearLine("another place of the line", `refused — ${canary("sub")}`);
  expect(own.leaks()).toHaveLength(2);
});
