// Sealing: what opens, what does not, and the two platforms with each other.
import { describe, expect, test } from "vitest";
import { createSealer } from "../../src/session/index.ts";
import { otherSecret, secret } from "./kit.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const [one, two] = [bytes(secret), bytes(otherSecret)];
const at = (time: number) => ({ now: () => time });
const value = { text: "Ünïcode \u0000 🔑", list: [1, null, true], nested: { deep: {} } };

describe("what was sealed", () => {
  test("opens for the same purpose and context, until its time", async () => {
    const sealed = await createSealer([one], at(0)).seal("login", "state", value, 1000);
    expect(await createSealer([one], at(999)).open("login", "state", sealed)).toEqual(value);
    expect(await createSealer([one], at(1000)).open("login", "state", sealed)).toBeUndefined();
  });

  test("is two texts of base64url with a dot between them, and never the same twice", async () => {
    const sealer = createSealer([one], at(0));
    const [first, second] = [await sealer.seal("a", "b", value, 1), await sealer.seal("a", "b", value, 1)];
    expect(first).toMatch(/^[A-Za-z0-9_-]{8}\.[A-Za-z0-9_-]+$/);
    expect(first).not.toBe(second);
    expect(first?.slice(0, 9)).toBe(second?.slice(0, 9));
  });

  test.each<[string, string, string, readonly Uint8Array[]]>([
    ["another purpose", "logout", "state", [one]],
    ["another context", "login", "stat", [one]],
    ["what purpose and context are together", "login\nstate", "", [one]],
    ["the two exchanged", "state", "login", [one]],
    ["another secret", "login", "state", [two]],
    [
      "a secret of one bit less",
      "login",
      "state",
      [one.map((byte, index) => (index === 3 ? byte ^ 1 : byte))],
    ],
  ])("does not open for %s", async (_what, purpose, context, secrets) => {
    const sealed = await createSealer([one], at(0)).seal("login", "state", value, 1000);
    expect(await createSealer(secrets, at(0)).open(purpose, context, sealed)).toBeUndefined();
  });

  test("opens with each of several secrets, and the first one seals", async () => {
    const old = await createSealer([one], at(0)).seal("a", "b", 1, 1000);
    const both = createSealer([two, one], at(0));
    expect(await both.open("a", "b", old)).toBe(1);
    const fresh = await both.seal("a", "b", 2, 1000);
    expect(await createSealer([two], at(0)).open("a", "b", fresh)).toBe(2);
    expect(await createSealer([one], at(0)).open("a", "b", fresh)).toBeUndefined();
  });

  test("S02: does not open with any character changed, left out or put in", async () => {
    const sealer = createSealer([one], at(0));
    const sealed = await sealer.seal("a", "b", value, 1000);
    for (let index = 0; index < sealed.length; index += 1) {
      const other = sealed[index] === "A" ? "B" : "A";
      for (const changed of [
        sealed.slice(0, index) + other + sealed.slice(index + 1),
        sealed.slice(0, index) + sealed.slice(index + 1),
        sealed.slice(0, index) + other + sealed.slice(index),
      ]) {
        expect(await sealer.open("a", "b", changed), `character ${index}`).toBeUndefined();
      }
    }
    expect(await sealer.open("a", "b", sealed)).toEqual(value);
  });

  test.each(["", ".", "AAAAAAAA", "AAAAAAAA.", "a.b", "\u{1f511}", " ", "=".repeat(100)])(
    "%j is nothing that was sealed, and no error",
    async (text) => {
      const sealer = createSealer([one], at(0));
      const id = (await sealer.seal("a", "b", 1, 1)).slice(0, 8);
      for (const sealed of [text, id + text, `${id}.${text}`]) {
        expect(await sealer.open("a", "b", sealed)).toBeUndefined();
      }
    },
  );

  test("opens after an update of the library: this was sealed when the form was new", async () => {
    const sealed =
      "mxSeDlbL.yd6XbJHfEN1svEFPMERWYD387mr4eOKC0df5kDcbAqkYPQChH1UOiUzLWdKPnhiX9n_EHUJ7Ny6WzMNh2ajOO5bqzmmBjYZFxGso7sKie4I";
    expect(await createSealer([one], at(0)).open("login", "state", sealed)).toEqual({ text: "Ünïcode" });
  });

  test("holds none of its text in clear", async () => {
    const sealed = await createSealer([one], at(0)).seal("a", "b", { token: "canary".repeat(10) }, 1);
    expect(Buffer.from(sealed.slice(9), "base64url").toString("latin1")).not.toContain("canary");
  });
});
