// Tokens of a double submit: of one session, for as long as it lasts, and opened only where that may be worth while.
import { expect, test } from "vitest";
import { createCsrfTokens } from "../../src/http/index.ts";
import { contentOf, csrf } from "./session-scene.ts";

const ada = contentOf("ada");

test("a token is its session's, and of no other sign-in, person or provider", async () => {
  const token = await csrf.make(ada, 0);
  const renewed = { ...ada, refreshedAt: 1, tokens: { ...ada.tokens, accessToken: "another" } };
  expect(await csrf.isOf(token, ada)).toBe(true);
  expect(await csrf.isOf(token, renewed)).toBe(true);
  for (const other of [{ startedAt: 1 }, { subject: "eve" }, { issuer: "https://other.example.org" }]) {
    expect(await csrf.isOf(token, { ...ada, ...other })).toBe(false);
  }
});

test("it ends with the session, is for nothing else, and what is too long to be one is not opened", async () => {
  const sealed: unknown[] = [];
  const opened: unknown[] = [];
  const tokens = createCsrfTokens({
    seal(...given) {
      sealed.push(given);
      return "sealed";
    },
    open(...given) {
      opened.push(given);
      return Promise.resolve(given[2] === "sealed" ? 1 : { 1: 1 });
    },
  });
  const context = '["https://idp.example.org","ada",1700000000000]';
  expect(tokens.make(ada, 5)).toBe("sealed");
  expect(sealed).toEqual([["csrf", context, 1, 5]]);
  expect(await tokens.isOf("sealed", ada)).toBe(true);
  expect(await tokens.isOf("of another value", ada)).toBe(false);
  expect(await tokens.isOf("A".repeat(1025), ada)).toBe(false);
  expect(opened).toEqual([
    ["csrf", context, "sealed"],
    ["csrf", context, "of another value"],
  ]);
});
