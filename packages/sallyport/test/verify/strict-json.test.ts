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
  ["a backslash in a name", '{"a\\\\":1}'],
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

test("an escaped name is never taken for another, whatever was read before", () => {
  // V8 from 13.6 on expects of an object the members that others had, and takes the first character of an escape for a
  // whole name, if others had the name `\\` there: the second `a` is no longer one.
  for (let times = 0; times < 10; times += 1) parseStrictObject('{"a":0,"\\\\":0}', 8);
  expect(parseStrictObject('{"a":0,"\\u0061":0}', 8)).toBeUndefined();
});
