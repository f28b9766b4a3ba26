// The JSON of a token: what is refused by the parser itself, whatever would be made of it later.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseStrictObject } from "../../src/verify/token/json.ts";
import { readByHand } from "../../src/verify/token/json-by-hand.ts";

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

describe("after objects that had a backslash for a name", () => {
  // V8 from 13.6 on expects of an object the members that others had, and takes the first character of an escape for a
  // whole name, if others had the name `\\` there.
  const read = (text: string, depth = 8) => {
    for (const first of ['"a":0', '"a":{}']) {
      for (let times = 0; times < 10; times += 1) parseStrictObject(`{${first},"\\\\":0}`, 8);
    }
    return parseStrictObject(text, depth);
  };
  test("an escaped name is no other one", () => {
    expect(read('{"a":0,"\\u0062":1}')).toEqual({ a: 0, b: 1 });
    expect(read('{"x":[null,{"a":0, "\\n" :"b:\\"}"}, 1e3, "", [], {}]}')).toEqual({
      x: [null, { a: 0, "\n": 'b:"}' }, 1000, "", [], {}],
    });
  });
  test("an escaped duplicate is one, however deep", () => {
    expect(read('{"a":0,"\\u0061":0}')).toBeUndefined();
    expect(read('{"x":[{"a":{},"\\u0061":0}]}')).toBeUndefined();
  });
  test("a backslash is a name like any other, and its object frozen", () => {
    const object = read('{"a":0,"\\\\":{"b\\\\":[1]}}');
    expect(object).toEqual({ a: 0, "\\": { "b\\": [1] } });
    expect(Object.isFrozen(object) && Object.isFrozen(object?.["\\"])).toBe(true);
    expect(read('{"a":0,"\\\\":0,"\\u005c":0}')).toBeUndefined();
  });
  test("what is refused otherwise stays so", () => {
    expect(read('{"a":0,"\\\\":{"__proto__":1}}')).toBeUndefined();
    expect(read('{"a":0,"\\\\":[[]]}', 3)).toBeDefined();
    expect(read('{"a":0,"\\\\":[[]]}', 2)).toBeUndefined();
    expect(read('{"a":0,"\\\\":[{}]}', 2)).toBeUndefined();
    expect(read('{"a":0,"\\\\":"\\ud800"}')).toBeUndefined();
  });
});

describe("what is read by hand", () => {
  test("is what JSON.parse makes of it", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom("", " ", "\n\t"), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space);
        expect(readByHand(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["two members of one name", '{"\\\\":1,"a":1,"a":2}'],
    ["two members of one name, one escaped", '{"\\\\":1,"a":1,"\\u0061":2}'],
    ["two members of one name in a list", '{"\\\\":[{"a":1,"a":2}]}'],
    ["a member named __proto__", '{"\\\\":1,"__proto__":{"a":1}}'],
    ["one level too many", `{"\\\\":${"[".repeat(8)}${"]".repeat(8)}}`],
  ])("is refused for %s", (_name, text) => {
    expect(parseStrictObject(text, 8)).toBeUndefined();
  });
});
