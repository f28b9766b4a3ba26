// What is a requirement, and what is refused when it is written.
import { describe, expect, test } from "vitest";
import {
  acr,
  allOf,
  anyOf,
  check,
  claim,
  group,
  issuer,
  kind,
  maxAge,
  permission,
  type Requirement,
  requirement,
  role,
  scope,
} from "../../src/index.ts";

const notOne = (value: unknown) => () => requirement(value as Requirement);

describe("what is not a requirement is refused by a sentence that names the field", () => {
  const wrong: [name: string, value: unknown, sentence: RegExp][] = [
    ["nothing", null, /A requirement is an object/],
    ["a text", "admin", /A requirement is an object/],
    ["a list", [{ scopes: ["a"] }], /A requirement is an object/],
    ["no field", {}, /at least one field/],
    ["an unknown field", { role: "Admin" }, /no field `role`/],
    ["a field of the prototype", { constructor: ["a"] }, /no field `constructor`/],
    ["an explicit undefined", { scopes: undefined }, /`scopes` of a requirement takes/],
    ["a text for a list", { roles: "Admin" }, /`roles` of a requirement takes a non-empty list/],
    ["an empty list", { scopes: [] }, /`scopes` of a requirement takes a non-empty list/],
    ["an empty text in a list", { groups: [""] }, /`groups` of a requirement takes/],
    ["a number in a list", { permissions: [1] }, /`permissions` of a requirement takes/],
    ["two scopes in one text", { scopes: ["read write"] }, /without spaces/],
    ["a quote in a scope", { scopes: ['a"b'] }, /quotes/],
    ["an empty acr", { acr: "" }, /`acr` of a requirement takes/],
    ["an empty list of acr", { acr: [] }, /`acr` of a requirement takes/],
    ["a negative age", { maxAgeSeconds: -1 }, /`maxAgeSeconds` of a requirement takes/],
    ["an age in parts", { maxAgeSeconds: 0.5 }, /`maxAgeSeconds` of a requirement takes/],
    ["an age as text", { maxAgeSeconds: "300" }, /`maxAgeSeconds` of a requirement takes/],
    ["an unknown kind", { kind: "robot" }, /`kind` of a requirement takes/],
    ["an empty issuer", { issuer: "" }, /`issuer` of a requirement takes/],
    ["an empty anyOf", { anyOf: [] }, /`anyOf` takes a non-empty list/],
    ["an empty allOf", { allOf: [] }, /`allOf` takes a non-empty list/],
    ["allOf of an object", { allOf: { scopes: ["a"] } }, /`allOf` takes a non-empty list/],
    ["allOf beside another field", { allOf: [{ scopes: ["a"] }], roles: ["b"] }, /has no other field/],
    ["anyOf beside allOf", { anyOf: [{ scopes: ["a"] }], allOf: [{ scopes: ["b"] }] }, /has no other field/],
    ["a wrong part deep inside", { anyOf: [{ allOf: [{ roles: [] }] }] }, /`roles` of a requirement takes/],
    ["what looks like a check", { check: "x", test: () => true }, /no field `check`/],
    ["not", { not: { roles: ["Admin"] } }, /no field `not`/],
    ["no claims", { claims: [] }, /`claims` of a requirement takes/],
    ["a claim that is null", { claims: [null] }, /`claims` of a requirement takes/],
    ["a claim without a name", { claims: [{ equals: "a" }] }, /`claims` of a requirement takes/],
    [
      "a claim with an empty path",
      { claims: [{ claim: [], equals: "a" }] },
      /`claims` of a requirement takes/,
    ],
    ["a claim without an operator", { claims: [{ claim: "a" }] }, /`claims` of a requirement takes/],
    ["a claim with two operators", { claims: [{ claim: "a", equals: 1, contains: 1 }] }, /`claims` of a/],
    [
      "a claim that equals an object",
      { claims: [{ claim: "a", equals: {} }] },
      /`claims` of a requirement takes/,
    ],
    [
      "a claim that equals NaN",
      { claims: [{ claim: "a", equals: Number.NaN }] },
      /`claims` of a requirement/,
    ],
    [
      "a claim that contains a list",
      { claims: [{ claim: "a", contains: ["b"] }] },
      /`claims` of a requirement/,
    ],
    [
      "a claim that is one of nothing",
      { claims: [{ claim: "a", oneOf: [] }] },
      /`claims` of a requirement takes/,
    ],
    [
      "a claim that is one of objects",
      { claims: [{ claim: "a", oneOf: [{}] }] },
      /`claims` of a requirement/,
    ],
    ["an unknown operator", { claims: [{ claim: "a", matches: "x" }] }, /`claims` of a requirement takes/],
  ];
  test.each(wrong)("%s", (_name, value, sentence) => {
    expect(notOne(value)).toThrow(TypeError);
    expect(notOne(value)).toThrow(sentence);
  });
});

test("the builders write the same data as a hand would", () => {
  expect(anyOf(role("Admin"), scope("users:write", "users:read"))).toEqual({
    anyOf: [{ roles: ["Admin"] }, { scopes: ["users:write", "users:read"] }],
  });
  expect(allOf(group("staff"), permission("a"), kind("user"), issuer("https://i.example"))).toEqual({
    allOf: [{ groups: ["staff"] }, { permissions: ["a"] }, { kind: "user" }, { issuer: "https://i.example" }],
  });
  expect([acr("mfa", "phr"), maxAge(60)]).toEqual([{ acr: ["mfa", "phr"] }, { maxAgeSeconds: 60 }]);
  expect(claim("department", { equals: "sales" })).toEqual({
    claims: [{ claim: "department", equals: "sales" }],
  });
});

test("a requirement is frozen to the bottom, and does not follow the list it was made from", () => {
  const scopes = ["read"];
  const made = requirement({ scopes, claims: [{ claim: ["a", "b"], equals: 1 }] });
  scopes.push("write");
  expect(made).toEqual({ scopes: ["read"], claims: [{ claim: ["a", "b"], equals: 1 }] });
  expect(() => (made as { scopes: string[] }).scopes.push("x")).toThrow(TypeError);
  expect(() => Object.assign(made, { scopes: [] })).toThrow(TypeError);
});

test("a requirement survives a trip through JSON, and a check does not", () => {
  const made = anyOf(role("Admin"), allOf(scope("a"), claim("t", { oneOf: ["x", "y"] })));
  expect(requirement(JSON.parse(JSON.stringify(made)))).toEqual(made);
  expect(notOne(JSON.parse(JSON.stringify(check("own", () => true))))).toThrow(TypeError);
});

test("a check takes a name and a function", () => {
  expect(() => check("", () => true)).toThrow(TypeError);
  expect(() => check("x", "y" as never)).toThrow(TypeError);
  expect(() => check(1 as never, () => true)).toThrow(TypeError);
});
