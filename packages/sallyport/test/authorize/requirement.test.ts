// What is a requirement, and what is refused when it is written.
import { describe, expect, test } from "vitest";
import { describeRequirement } from "../../src/authorize/index.ts";
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
    ["nothing", null, /^A requirement is an object such as \{ scopes: \["read"\] \}$/],
    ["a number", 7, /^A requirement is an object such as \{ scopes: \["read"\] \}$/],
    [
      "a text",
      "admin",
      /^A requirement is an object such as \{ scopes: \["read"\] \}, not a text: for a role, role\("admin"\) or \{ roles: \["admin"\] \}; for a scope, scope\("admin"\)$/,
    ],
    ["a text that is no name", "a\n{b}", /not a text: for a role, role\("…"\)/],
    [
      "a list",
      [{ scopes: ["a"] }],
      /A requirement is an object .*, not a list: join several by allOf\(\) or anyOf\(\)$/,
    ],
    ["a function", () => true, /A requirement is an object .*; code goes into check\(name, function\)/],
    ["texts in anyOf", { anyOf: ["Admin"] }, /not a text: for a role, role\("Admin"\)/],
    ["no field", {}, /at least one field/],
    ["a field in the singular", { role: "Admin" }, /no field `role`; did you mean `roles`\?$/],
    ["a misspelt field", { premissions: ["a"] }, /no field `premissions`; did you mean `permissions`\?$/],
    ["a part of a field", { maxAge: 5 }, /no field `maxAge`; did you mean `maxAgeSeconds`\?$/],
    ["alternatives by another name", { any: [] }, /no field `any`; did you mean `anyOf`\?$/],
    ["an unknown field", { color: "red" }, /no field `color`\. It has: scopes, permissions, roles/],
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
    ["a claim that is undefined", { claims: [undefined] }, /`claims` of a requirement takes/],
    ["a claim that is a text", { claims: ["tenant"] }, /`claims` of a requirement takes/],
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

test.each<[string, (...values: never[]) => unknown]>([
  ["scope", scope],
  ["role", role],
  ["group", group],
  ["permission", permission],
  ["acr", acr],
])("%s takes texts, not a list of them, and at least one", (name, build) => {
  const sentence = `${name} takes one text or several, not a list: ${name}("one", "another")`;
  expect(() => build(["a", "b"] as never)).toThrow(new TypeError(sentence));
  expect(() => build()).toThrow(new TypeError(sentence));
  expect(() => build("" as never)).toThrow(/of a requirement takes/);
});

test.each([
  ["sales"],
  [undefined],
  [null],
  [{ matches: "sales" }],
  [{ matches: undefined }],
  [{ matches: {} }],
])("a claim that is to be %j is refused by what claim() takes", (operator) => {
  expect(() => claim("department", operator as never)).toThrow(
    /^claim takes a name and one of \{ equals \}, \{ oneOf \}, \{ contains \}, and \{ matches \}/,
  );
});

test("a check takes a name and a function", () => {
  expect(() => check("", () => true)).toThrow(TypeError);
  expect(() => check("x", "y" as never)).toThrow(TypeError);
  expect(() => check(1 as never, () => true)).toThrow(TypeError);
});

test("a requirement in one line, for events", () => {
  const ownTenant = check("own tenant", () => true);
  expect(describeRequirement({ scopes: ["a", "b"], kind: "user", maxAgeSeconds: 60 })).toBe(
    'scopes ["a","b"], kind user, maxAgeSeconds 60',
  );
  expect(describeRequirement(allOf(role("Admin"), ownTenant))).toBe(
    '(roles ["Admin"]) and (check "own tenant")',
  );
  expect(describeRequirement(anyOf(role("Admin"), ownTenant))).toBe(
    '(roles ["Admin"]) or (check "own tenant")',
  );
});
