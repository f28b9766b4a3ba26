// Looking for one cookie finds what reading all of them does.
import fc from "fast-check";
import { expect, test } from "vitest";
import { cookieValues, parseCookies } from "../../src/cookies.ts";

const both = (header: string, name: string) => {
  expect([header, cookieValues(header, name)]).toEqual([header, parseCookies(header).get(name) ?? []]);
};

test.each([
  ["id=1", ["1"]],
  ["a=2; id=1; b=3", ["1"]],
  ["id=1; id=2", ["1", "2"]],
  [" \t id \t=\t 1 \t;", ["1"]],
  ["xid=1; id.1=2; idx=3", []],
  ["a=id=1", []],
  ["id", []],
  ["id;=1", []],
  ["id=", [""]],
  ["id=a=b", ["a=b"]],
  ['a="; id=1"', ['1"']],
  ["id id=1", []],
  ["iid=1;id=2", ["2"]],
])("%j", (header, values) => {
  expect(cookieValues(header, "id")).toEqual(values);
  both(header, "id");
});

test("whatever the header", () => {
  const piece = fc.constantFrom("id", "i", "d", "=", ";", " ", "\t", "1", "id=1", "; id=2", ".", '"', ",");
  const header = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));
  fc.assert(fc.property(header, fc.constantFrom("id", "i", "id.1"), both), { numRuns: 20_000 });
});
