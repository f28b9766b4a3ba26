// Requirement → security, refusals and words: the same in every framework, and asked of Express's plain data here.
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
  role,
  sallyport,
  scope,
} from "../../src/frameworks/express.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

const idp = fakeIssuer({ audience: "my-api" });
const auth = sallyport(idp.config, idp.deps);
const docs = auth.openapi();
const any = { oidc: [] };
const own = check("own tenant", () => true);
const basic = ["400", "401", "503"];
const forbidding = ["400", "401", "403", "503"];

/** Name, requirement, security, statuses, and what the 403 says is needed. */
const rows: readonly (readonly [string, Requirement | undefined, object[], string[], string?])[] = [
  ["a token alone", undefined, [any], basic],
  ["a scope", scope("a"), [{ oidc: ["a"] }], forbidding, "scope a"],
  ["several scopes", scope("a", "b"), [{ oidc: ["a", "b"] }], forbidding, "scopes a, b"],
  ["a role", role("Admin"), [any], forbidding, "role Admin"],
  ["groups", group("north", "south"), [any], forbidding, "groups north, south"],
  ["a permission", permission("users:read"), [any], forbidding, "permission users:read"],
  ["a kind", kind("service"), [any], forbidding, "a service as caller"],
  [
    "a claim, without its value",
    claim("tenant", { equals: "s3cret" }),
    [any],
    forbidding,
    "a certain claim tenant",
  ],
  ["a claim by a path", claim(["a", "b"], { oneOf: ["s3cret"] }), [any], forbidding, "a certain claim a.b"],
  ["a check", own, [any], forbidding, 'the check "own tenant"'],
  ["an acr: signing in again is 401", acr("mfa", "hwk"), [any], basic],
  ["an age", maxAge(300), [any], basic],
  [
    "a scope and an age",
    { scopes: ["a"], maxAgeSeconds: 300, acr: "mfa" },
    [{ oidc: ["a"] }],
    forbidding,
    "scope a and authentication of class mfa and authentication within 300 seconds",
  ],
  [
    "one of several",
    anyOf(role("Admin"), scope("a")),
    [any, { oidc: ["a"] }],
    forbidding,
    "role Admin or scope a",
  ],
  [
    "one of several that look alike",
    anyOf(role("Admin"), role("Editor"), scope("a", "b"), scope("b", "a")),
    [any, { oidc: ["a", "b"] }],
    forbidding,
    "role Admin or role Editor or scopes a, b or scopes b, a",
  ],
  [
    "all of several",
    allOf(scope("a"), scope("b"), own),
    [{ oidc: ["a", "b"] }],
    forbidding,
    'scope a and scope b and the check "own tenant"',
  ],
  [
    "each with each",
    allOf(anyOf(scope("a"), scope("b")), anyOf(scope("c"), { roles: ["x"], groups: ["y"] })),
    [{ oidc: ["a", "c"] }, { oidc: ["a"] }, { oidc: ["b", "c"] }, { oidc: ["b"] }],
    forbidding,
    "(scope a or scope b) and (scope c or (role x and group y))",
  ],
  [
    "its own issuer",
    allOf(issuer(idp.issuer), scope("a")),
    [{ oidc: ["a"] }],
    forbidding,
    `a token of ${idp.issuer} and scope a`,
  ],
  // An empty list would say that the route is open.
  [
    "an issuer that nothing trusts",
    issuer("https://other.example"),
    [any],
    forbidding,
    "a token of https://other.example",
  ],
  [
    "two issuers at once",
    allOf(issuer(idp.issuer), issuer("https://other.example")),
    [any],
    forbidding,
    `a token of ${idp.issuer} and a token of https://other.example`,
  ],
];

for (const [name, needed, security, statuses, needs] of rows)
  describe(name, () => {
    test("required", () => {
      const operation = docs.operation(auth.required(needed));
      expect(operation.security).toEqual(security);
      expect(Object.keys(operation.responses)).toEqual(statuses);
      const said = operation.responses[403]?.description.split(". Needed: ")[1];
      expect(said).toBe(needs);
      expect(JSON.stringify(operation)).not.toContain("s3cret");
    });
    test("optional: nobody in particular may come, too", () => {
      expect(docs.operation(auth.optional(needed)).security).toEqual([...security, {}]);
    });
    test("the requirement alone says the same", () => {
      expect(docs.operation(needed)).toEqual(docs.operation(auth.required(needed)));
    });
  });

test("alternatives beyond counting leave the words", () => {
  const pair = (index: number) => anyOf(scope(`a${index}`), scope(`b${index}`));
  const { security, responses } = docs.operation(
    allOf(...Array.from({ length: 12 }, (_, index) => pair(index))),
  );
  expect(security).toHaveLength(32);
  expect(responses[403]?.description).toContain("scope a11 or scope b11");
});

const errorsOf = (guard: object, status: number): unknown =>
  (
    docs.operation(guard).responses[status]?.content?.["application/json"]?.schema as
      | { properties: { error: { enum: unknown } } }
      | undefined
  )?.properties.error.enum;

test("which errors a status can have", () => {
  expect(errorsOf(auth.required(), 400)).toEqual(["invalid_request"]);
  expect(errorsOf(auth.required(), 401)).toEqual(["missing_token", "invalid_token"]);
  expect(errorsOf(auth.required(acr("mfa")), 401)).toEqual([
    "missing_token",
    "invalid_token",
    "insufficient_user_authentication",
  ]);
  expect(errorsOf(auth.required(scope("a")), 403)).toEqual(["insufficient_scope"]);
  expect(errorsOf(auth.required(), 503)).toEqual(["temporarily_unavailable"]);
  expect(errorsOf(auth.optional(), 401)).toEqual(["invalid_token"]);
});

test("where a bad token is nobody's, no 401 is left but for another authentication", () => {
  const anonymous = { onInvalid: "anonymous" } as const;
  expect(Object.keys(docs.operation(auth.optional(scope("a"), anonymous)).responses)).toEqual([
    "400",
    "403",
    "503",
  ]);
  expect(errorsOf(auth.optional(acr("mfa"), anonymous), 401)).toEqual(["insufficient_user_authentication"]);
});

test("headers: a challenge, or when to come again; nothing of it is stored", () => {
  const { responses } = docs.operation(auth.required(scope("a")));
  for (const status of [400, 401, 403]) {
    expect(Object.keys(responses[status]?.headers ?? {})).toEqual(["WWW-Authenticate", "Cache-Control"]);
  }
  expect(Object.keys(responses[503]?.headers ?? {})).toEqual(["Retry-After", "Cache-Control"]);
});

test("DPoP's refusals, where tokens may be bound by it", () => {
  const bound = sallyport(
    { ...idp.config, publicUrl: "https://api.example.org", dpop: "accepted" },
    idp.deps,
  );
  const { responses } = bound.openapi().operation(bound.required());
  const errors = JSON.stringify(responses[401]?.content);
  expect(errors).toContain('"enum":["missing_token","invalid_token","invalid_dpop_proof","use_dpop_nonce"]');
  expect(responses[401]?.headers).toHaveProperty("DPoP-Nonce");
  expect(JSON.stringify(docs.operation(auth.required()))).not.toMatch(/dpop/i);
});

describe("what an operation says itself", () => {
  const guard = auth.required(scope("a"));
  const mine = { description: "Mine" };
  test("is kept", () => {
    const operation = docs.operation(guard, { summary: "All", responses: { 200: mine, 403: mine } });
    expect(operation.summary).toBe("All");
    expect(operation.responses).toMatchObject({ 200: mine, 403: mine, 401: expect.anything() });
    expect(docs.operation(guard, { security: [] }).security).toEqual([]);
    expect(docs.operation(guard, { security: [{ mine: [] }] }).security).toEqual([{ mine: [] }]);
  });
  test.each([
    [["4XX"], ["503"]],
    [["4xx", "5xx"], []],
    [["default"], forbidding],
  ])("answers by range %j", (own, added) => {
    const responses = Object.fromEntries(own.map((range) => [range, mine]));
    const names = Object.keys(docs.operation(guard, { responses }).responses);
    expect(names.toSorted()).toEqual([...own, ...added].toSorted());
  });
  test("is left as it was", () => {
    const given = Object.freeze({ responses: Object.freeze({ 200: mine }) });
    docs.operation(guard, given);
    expect(given).toEqual({ responses: { 200: mine } });
  });
});

test("options: fewer statuses, no words, bodies of one's own", () => {
  const schema = { type: "object" };
  const content = { "application/problem+json": { schema } };
  const given = auth.openapi({ statuses: [401, 403], describe: false, content });
  const { responses } = given.operation(auth.required(role("Admin")));
  expect(Object.keys(responses)).toEqual(["401", "403"]);
  expect(responses[403]?.description).toBe("The caller may not do this");
  expect(responses[401]?.content).toEqual(content);
});

test.each([
  ["onRefused", {}, { onRefused: () => ({ body: { title: "No" } }) }],
  ["refuse: throw", { refuse: "throw" as const }, {}],
])("with %s the bodies are the application's: none is shown", (_name, options, deps) => {
  const own = sallyport({ ...idp.config, ...options }, { ...idp.deps, ...deps });
  const { responses } = own.openapi().operation(own.required());
  expect(responses[401]).toBeDefined();
  expect(Object.values(responses).filter(({ content }) => content)).toEqual([]);
});

test("what every token needs by configuration is in every operation", () => {
  const strict = sallyport({ ...idp.config, requiredScopes: ["api"] }, idp.deps);
  const { security, responses } = strict.openapi().operation(strict.required(scope("a")));
  expect(security).toEqual([{ oidc: ["api", "a"] }]);
  const plain = strict.openapi().operation(strict.required());
  expect(plain.security).toEqual([{ oidc: ["api"] }]);
  expect(Object.keys(responses)).toEqual(Object.keys(plain.responses));
});

test("neither a guard nor a requirement", () => {
  expect(() => docs.operation(() => {})).toThrow(
    new TypeError(
      "openapi: this function is no guard of this auth; it takes what its required() or optional() gave",
    ),
  );
  const other = sallyport(idp.config, idp.deps);
  expect(() => docs.operation(other.required())).toThrow("no guard of this auth");
  expect(() => docs.operation({ scope: "a" })).toThrow(
    "A requirement has no field `scope`; did you mean `scopes`?",
  );
});
