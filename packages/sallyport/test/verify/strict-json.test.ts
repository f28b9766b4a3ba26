// The JSON of a token: what is refused by the parser itself, whatever would be made of it later.
import { expect, test } from "vitest";
import { parseStrictObject } from "../../src/verify/token/json.ts";

test.each([
  ["null", "null"],
  ["a number", "7"],
  ["a text", '"a"'],
  ["a list", '[{"a":1}]'],
  ["nothing", ""],
  ["half an object", '{"a":'],
  ["two members of one name", '{"a":1,"a":1}'],
  ["two members of one name deep inside, one of them escaped", '{"a":[{"b":1,"\\u0062":2}]}'],
  ["a member named __proto__", '{"a":{"__proto__":{}}}'],
  ["half a character", '{"a":"\\ud800"}'],
  ["half a character in a name", '{"\\udc00":1}'],
  ["a number beyond a double", '{"a":1e400}'],
  ["one level too many", `{"a":${"[".repeat(8)}${"]".repeat(8)}}`],
])("%s is refused", (_name, text) => {
  expect(parseStrictObject(text, 8)).toBeUndefined();
});

test("anything else is read, and frozen to the bottom", () => {
  const read = parseStrictObject(' {"a" : [{"b:\\"c":1}, null, "\\ud83d\\ude00"] } ', 8);
  expect(read).toEqual({ a: [{ 'b:"c': 1 }, null, "😀"] });
  const { a } = read as { a: readonly unknown[] };
  expect([read, a, a[0]].every(Object.isFrozen)).toBe(true);
});
