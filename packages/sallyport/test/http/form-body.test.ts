// A form that somebody else has parsed, as pairs again: nothing that was repeated may be lost, and nothing made up.
import { expect, test } from "vitest";
import { parsedForm } from "../../src/http/form-body.ts";

test.each<[string, object, [string, string][] | undefined]>([
  [
    "a parser's object",
    { a: "1", b: "2" },
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  ["one without a prototype", Object.assign(Object.create(null), { a: "1" }), [["a", "1"]]],
  [
    "L02: a repeated name, as a list",
    { state: ["a", "b"], c: "d" },
    [
      ["state", "a"],
      ["state", "b"],
      ["c", "d"],
    ],
  ],
  ["nothing", {}, []],
  [
    "pairs",
    new URLSearchParams("a=1&a=2"),
    [
      ["a", "1"],
      ["a", "2"],
    ],
  ],
  ["brackets that a parser has made an object of", { state: { a: "1" } }, undefined],
  ["and a list of such", { state: [{ a: "1" }] }, undefined],
  ["a list so long that a parser made an object of it", { state: { 0: "a", 1: "b" } }, undefined],
  ["a number", { a: 1 }, undefined],
])("%s", (_name, body, pairs) => {
  const form = parsedForm(body);
  expect(form && [...form]).toEqual(pairs);
});

test("a file is no parameter", () => {
  const form = new FormData();
  form.append("logout_token", new Blob(["x"]));
  expect(parsedForm(form)).toBeUndefined();
});
