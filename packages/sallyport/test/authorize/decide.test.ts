// What is decided, for whom, and with what reason.
import * as arktype from "arktype";
import * as valibot from "valibot";
import { afterEach, describe, expect, test } from "vitest";
import * as zod from "zod";
import {
  acr,
  allOf,
  anyOf,
  check,
  claim,
  type Decision,
  decide,
  group,
  type Identity,
  issuer,
  kind,
  maxAge,
  permission,
  type Requirement,
  role,
  scope,
} from "../../src/index.ts";

const now = 1_800_000_000_000;
const seconds = now / 1000;
const alice: Identity = {
  kind: "user",
  issuer: "https://i.example",
  subject: "alice",
  userId: "alice",
  clientId: "web",
  audience: ["my-api"],
  scopes: ["read", "write"],
  roles: ["Editor"],
  groups: ["staff"],
  permissions: ["docs:edit"],
  expiresAt: seconds + 300,
  authTime: seconds - 100,
  acr: "pwd",
  tokenId: "t1",
  name: undefined,
  email: undefined,
  username: undefined,
  actor: undefined,
  claims: { tenant: "acme", level: 3, tags: ["a", 1], nested: { deep: true }, "https://e.example/x": "y" },
};
const ask = (needed: Requirement, who: Identity = alice) => decide(who, needed, now);
const codeOf = async (needed: Requirement, who?: Identity) => {
  const decision = await ask(needed, who);
  return decision.allowed ? "allowed" : decision.code;
};
const denial = (needed: Requirement, who?: Identity) => {
  const decision = ask(needed, who) as Decision;
  if (decision.allowed) throw new Error("allowed");
  return decision;
};

describe("each field", () => {
  const cases: [name: string, needed: Requirement, answer: string][] = [
    ["a scope", scope("read"), "allowed"],
    ["all scopes", scope("read", "write"), "allowed"],
    ["one scope too many", scope("read", "delete"), "insufficient_scope"],
    ["a scope in capitals", scope("Read"), "insufficient_scope"],
    ["the beginning of a scope", scope("rea"), "insufficient_scope"],
    ["a role", role("Editor"), "allowed"],
    ["another role", role("Admin"), "insufficient_permissions"],
    ["a role and one too many", role("Editor", "Admin"), "insufficient_permissions"],
    ["a group", group("staff"), "allowed"],
    ["another group", group("admins"), "insufficient_permissions"],
    ["a permission", permission("docs:edit"), "allowed"],
    ["another permission", permission("docs:delete"), "insufficient_permissions"],
    ["a role named like a scope", role("read"), "insufficient_permissions"],
    ["the kind", kind("user"), "allowed"],
    ["another kind", kind("service"), "insufficient_permissions"],
    ["the issuer", issuer("https://i.example"), "allowed"],
    ["another issuer", issuer("https://i.example/"), "insufficient_permissions"],
    ["a claim that equals", claim("tenant", { equals: "acme" }), "allowed"],
    ["a claim that equals something else", claim("tenant", { equals: "acm" }), "insufficient_permissions"],
    ["a number is not its text", claim("level", { equals: "3" }), "insufficient_permissions"],
    ["a nested claim", claim("nested.deep", { equals: true }), "allowed"],
    ["a claim by its path", claim(["nested", "deep"], { equals: true }), "allowed"],
    ["a namespaced claim", claim("https://e.example/x", { equals: "y" }), "allowed"],
    ["a missing claim", claim("missing", { equals: "x" }), "insufficient_permissions"],
    ["an inherited claim", claim("constructor.name", { equals: "Object" }), "insufficient_permissions"],
    ["one of", claim("tenant", { oneOf: ["acme", "other"] }), "allowed"],
    ["none of", claim("tenant", { oneOf: ["other"] }), "insufficient_permissions"],
    ["a list that contains", claim("tags", { contains: 1 }), "allowed"],
    ["a list that does not", claim("tags", { contains: "1" }), "insufficient_permissions"],
    ["a text is not a list of its letters", claim("tenant", { contains: "a" }), "insufficient_permissions"],
    ["the acr", acr("pwd"), "allowed"],
    ["one of several acr", { acr: ["mfa", "pwd"] }, "allowed"],
    ["another acr", acr("mfa"), "insufficient_user_authentication"],
    ["recent enough", maxAge(100), "allowed"],
    ["too long ago", maxAge(99), "insufficient_user_authentication"],
    ["several fields", { scopes: ["read"], roles: ["Editor"], kind: "user", acr: "pwd" }, "allowed"],
    ["several fields, one lacking", { scopes: ["read"], roles: ["Admin"] }, "insufficient_permissions"],
    [
      "several claims, one lacking",
      {
        claims: [
          { claim: "tenant", equals: "acme" },
          { claim: "level", equals: 4 },
        ],
      },
      "insufficient_permissions",
    ],
  ];
  test.each(cases)("%s", async (_name, needed, answer) => {
    expect(await codeOf(needed)).toBe(answer);
  });

  test("no auth_time proves no age, and one in the future proves nothing", async () => {
    expect(await codeOf(maxAge(1_000_000), { ...alice, authTime: undefined })).toBe(
      "insufficient_user_authentication",
    );
    expect(await codeOf(maxAge(10), { ...alice, authTime: seconds + 3600 })).toBe(
      "insufficient_user_authentication",
    );
    expect(await codeOf(maxAge(10), { ...alice, authTime: seconds + 5 })).toBe("allowed");
  });
  test("no acr is no acr", async () => {
    expect(await codeOf(acr("undefined"), { ...alice, acr: undefined })).toBe(
      "insufficient_user_authentication",
    );
  });
});

describe("together", () => {
  test("all", async () => {
    expect(await codeOf(allOf(scope("read"), role("Editor")))).toBe("allowed");
    expect(await codeOf(allOf(scope("read"), role("Admin")))).toBe("insufficient_permissions");
    expect(await codeOf(allOf(role("Admin"), scope("read")))).toBe("insufficient_permissions");
  });
  test("any", async () => {
    expect(await codeOf(anyOf(role("Admin"), scope("write")))).toBe("allowed");
    expect(await codeOf(anyOf(role("Admin"), role("Owner")))).toBe("insufficient_permissions");
  });
  test("the challenge names all scopes that the whole list asks for", () => {
    expect(denial(allOf(scope("read"), scope("a"), allOf(scope("b"), role("Editor")))).scopes).toEqual([
      "read",
      "a",
      "b",
    ]);
    expect(denial(allOf(scope("read"), role("Admin"))).scopes).toEqual([]);
  });
  test("who may never enter is not sent to sign in again, in whatever order it is written", () => {
    expect(denial(allOf(maxAge(1), role("Admin"))).code).toBe("insufficient_permissions");
    expect(denial(allOf(role("Admin"), maxAge(1))).code).toBe("insufficient_permissions");
    expect(denial({ roles: ["Admin"], maxAgeSeconds: 1 }).code).toBe("insufficient_permissions");
  });
  test("one step-up is enough for all that asks for one", () => {
    expect(denial(allOf(maxAge(1), acr("mfa")))).toMatchObject({ acrValues: ["mfa"], maxAgeSeconds: 1 });
  });
  test("of alternatives, the one that a step-up would open is told", () => {
    expect(denial(anyOf(role("Admin"), acr("mfa")))).toMatchObject({
      code: "insufficient_user_authentication",
      acrValues: ["mfa"],
    });
  });
  test("what is missing, and why, in words", () => {
    const { missing, reason } = denial({ scopes: ["read", "delete"], roles: ["Admin"], kind: "service" });
    expect(missing).toEqual({
      scopes: ["delete"],
      permissions: [],
      roles: ["Admin"],
      groups: [],
      other: ["kind"],
    });
    expect(reason).toBe(
      "The caller lacks scopes delete; roles Admin; the caller is a user, the requirement takes service",
    );
  });
});

describe("the reason names the field and the claim, and never a claim's value", () => {
  const claims = (...list: { claim: string; equals?: unknown; oneOf?: unknown; contains?: unknown }[]) =>
    ({ claims: list }) as unknown as Requirement;
  const reasons: [name: string, needed: Requirement, other: string[], reason: string][] = [
    ["a kind", kind("service"), ["kind"], "The caller is a user, the requirement takes service"],
    [
      "an issuer",
      issuer("https://j.example"),
      ["issuer"],
      "The token is of another issuer than the requirement takes",
    ],
    [
      "a claim that lacks",
      claim("nested.missing", { equals: "x" }),
      ["claims"],
      "The token has no claim nested.missing",
    ],
    [
      "another text",
      claim("tenant", { equals: "other" }),
      ["claims"],
      "The claim tenant is not what the requirement takes",
    ],
    [
      "none of several",
      claim("tenant", { oneOf: ["b", "c"] }),
      ["claims"],
      "The claim tenant is not what the requirement takes",
    ],
    [
      "a number for a text",
      claim("level", { equals: "3" }),
      ["claims"],
      "The claim level is a number, the requirement takes a text",
    ],
    [
      "a text for a number",
      claim("tenant", { equals: 3 }),
      ["claims"],
      "The claim tenant is a text, the requirement takes a number",
    ],
    [
      "a list for one of several",
      claim("tags", { oneOf: ["a", 1] }),
      ["claims"],
      "The claim tags is a list, the requirement takes a text or a number",
    ],
    [
      "an object for true",
      claim("nested", { equals: true }),
      ["claims"],
      "The claim nested is an object, the requirement takes true or false",
    ],
    ["a text for a list", claim("tenant", { contains: "a" }), ["claims"], "The claim tenant is not a list"],
    [
      "a list without it",
      claim("tags", { contains: "b" }),
      ["claims"],
      "The claim tags does not contain what the requirement takes",
    ],
    [
      "several claims",
      claims({ claim: "tenant", equals: "acme" }, { claim: "a", equals: 1 }, { claim: "b", equals: 1 }),
      ["claims"],
      "The token has no claim a; the token has no claim b",
    ],
    [
      "a check",
      check("own tenant", () => false),
      ["own tenant"],
      'The check "own tenant" did not answer true',
    ],
    ["an acr", acr("mfa"), ["acr"], "The authentication is not of a required acr"],
    ["an age", maxAge(99), ["maxAgeSeconds"], "The authentication is longer ago than maxAgeSeconds allows"],
  ];
  test.each(reasons)("%s", (_name, needed, other, reason) => {
    const denied = denial(needed);
    expect(denied.reason).toBe(reason);
    expect(denied.missing.other).toEqual(other);
  });
  test("a token that says nothing of its authentication is told from a weak and an old one", () => {
    const silent = { ...alice, acr: undefined, authTime: undefined };
    expect(denial({ acr: "mfa", maxAgeSeconds: 10 }, silent).reason).toBe(
      "The authentication is not of a required acr (the token has no acr) and of unknown age (the token has no auth_time)",
    );
    expect(denial(maxAge(10), { ...alice, authTime: seconds + 3600 }).reason).toBe(
      "The authentication is in the future, by the token's auth_time",
    );
  });
  test("of several kinds of lack, all are named", () => {
    expect(denial({ roles: ["Admin"], kind: "workload", issuer: "x" })).toMatchObject({
      reason:
        "The caller lacks roles Admin; the caller is a user, the requirement takes workload; the token is of another issuer than the requirement takes",
      missing: { roles: ["Admin"], other: ["kind", "issuer"] },
    });
  });
});

describe("checks in code fail closed", () => {
  const answers: [name: string, test: () => unknown, answer: string][] = [
    ["true", () => true, "allowed"],
    ["a promise of true", async () => true, "allowed"],
    [
      "a foreign promise of true",
      // biome-ignore lint/suspicious/noThenProperty: a promise of another library.
      () => ({ then: (done: (value: boolean) => void) => done(true) }),
      "allowed",
    ],
    ["false", () => false, "insufficient_permissions"],
    ["a promise of false", async () => false, "insufficient_permissions"],
    ["nothing", () => undefined, "insufficient_permissions"],
    ["1", () => 1, "insufficient_permissions"],
    ["a text", () => "true", "insufficient_permissions"],
    ["an object", () => ({}), "insufficient_permissions"],
    ["a promise of 1", async () => 1, "insufficient_permissions"],
    [
      "an exception",
      () => {
        throw new Error("x");
      },
      "check_failed",
    ],
    [
      "a rejection",
      async () => {
        throw new Error("x");
      },
      "check_failed",
    ],
  ];
  test.each(answers)("%s", async (_name, answer, expected) => {
    const own = check("own", answer as () => boolean);
    expect(await codeOf(own)).toBe(expected);
    expect(await codeOf(allOf(scope("read"), own))).toBe(expected);
    expect(await codeOf(anyOf(role("Admin"), own))).toBe(expected);
  });
  test("the cause is kept for the log", () => {
    const cause = new Error("x");
    expect(
      denial(
        check("own", () => {
          throw cause;
        }),
      ),
    ).toMatchObject({ cause, missing: { other: ["own"] } });
  });
  test("an outage among alternatives is told as such: it might have let the caller in", async () => {
    const broken = check("own", () => {
      throw new Error("x");
    });
    expect(await codeOf(anyOf(role("Admin"), broken))).toBe("check_failed");
    expect(await codeOf(anyOf(broken, scope("read")))).toBe("allowed");
  });
});

describe("a claim that matches a schema", () => {
  const schemas: [library: string, schema: Parameters<typeof claim>[1]][] = [
    ["zod", { matches: zod.enum(["acme", "other"]) }],
    ["valibot", { matches: valibot.picklist(["acme", "other"]) }],
    ["arktype", { matches: arktype.type("'acme' | 'other'") }],
  ];
  test.each(schemas)("of %s", async (_library, operator) => {
    expect(await codeOf(claim("tenant", operator))).toBe("allowed");
    expect(await codeOf(claim("level", operator))).toBe("insufficient_permissions");
    expect(await codeOf(claim("missing", operator))).toBe("insufficient_permissions");
  });
  const foreign = (validate: () => unknown) => ({
    matches: { "~standard": { version: 1 as const, vendor: "own", validate: validate as never } },
  });
  test("that answers later, of whatever library", async () => {
    expect(
      await codeOf(
        claim(
          "tenant",
          foreign(async () => ({ issues: [{ message: "no" }] })),
        ),
      ),
    ).toBe("insufficient_permissions");
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library.
    const later = { then: (done: (value: unknown) => void) => done({ issues: [{ message: "no" }] }) };
    expect(
      await codeOf(
        claim(
          "tenant",
          foreign(() => later),
        ),
      ),
    ).toBe("insufficient_permissions");
  });
  test.each([["no"], [false], [undefined], [{}]])("that answers %o lets nobody in", async (junk) => {
    expect(
      await codeOf(
        claim(
          "tenant",
          foreign(() => junk),
        ),
      ),
    ).toBe("insufficient_permissions");
  });
  test("a missing claim satisfies nothing, whatever the schema says of undefined", async () => {
    expect(await codeOf(claim("missing", { matches: zod.any() }))).toBe("insufficient_permissions");
  });
});

describe("what is no requirement decides nothing", () => {
  test.each([[{}], [{ anything: 1 }], [null], ["x"], [{ check: "x", test: () => true }]])("%o", (forged) => {
    expect(() => ask(forged as Requirement)).toThrow(TypeError);
  });
  afterEach(() => {
    for (const name of ["allOf", "anyOf", "test", "scopes"]) Reflect.deleteProperty(Object.prototype, name);
  });
  test.each([
    ["allOf", []],
    ["anyOf", [{ scopes: ["read"] }]],
    ["test", () => true],
  ])("a polluted prototype (%s) makes no requirement into another", (name, value) => {
    const admin = role("Admin");
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false });
    expect(ask(admin)).toMatchObject({ allowed: false });
  });
});
