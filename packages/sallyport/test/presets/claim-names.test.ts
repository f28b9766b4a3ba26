// Claims where the configuration says they are: names, paths, namespaces, a map of roles, a schema.
import { expect, expectTypeOf, test } from "vitest";
import { createVerifier, type StandardSchema, type VerifierOptions } from "../../src/index.ts";
import { codeOf, issuerOf, verifySample } from "./kit.ts";

async function identityOf(claims: object, options: VerifierOptions) {
  const idp = issuerOf("rfc9068");
  const token = await idp.token({ claims: { roles: undefined, ...claims } });
  return createVerifier({ ...idp.config, ...options }, idp.deps).verify(token);
}

test.each([
  ["a name", "functions", { functions: ["a"] }],
  ["a path with dots", "app.roles", { app: { roles: ["a"] } }],
  ["a path as a list", ["app", "roles"], { app: { roles: ["a"] } }],
  ["a namespaced claim", "https://example.com/roles", { "https://example.com/roles": ["a"] }],
  [
    "a namespaced claim with dots",
    "https://my.example.com/v1.0/roles",
    { "https://my.example.com/v1.0/roles": ["a"] },
  ],
  ["a claim with a colon", "cognito:groups", { "cognito:groups": ["a"] }],
  ["a step with a dot, as a list", ["kubernetes.io", "roles"], { "kubernetes.io": { roles: ["a"] } }],
  ["a name with a dot, as a list", ["app.roles"], { "app.roles": ["a"] }],
] as const)("%s", async (_, name, claims) => {
  expect((await identityOf(claims, { roleClaim: name })).roles).toEqual(["a"]);
  expect((await identityOf(claims, { groupClaim: name })).groups).toEqual(["a"]);
  expect((await identityOf(claims, { permissionClaim: name })).permissions).toEqual(["a"]);
  expect((await identityOf(claims, { scopeClaim: name })).scopes).toEqual(["a"]);
});

test("a path does not reach a flat claim of that name, nor the reverse", async () => {
  expect((await identityOf({ "app.roles": ["a"] }, { roleClaim: "app.roles" })).roles).toEqual([]);
  expect(
    (await identityOf({ https: { roles: ["a"] } }, { roleClaim: "https://example.com/roles" })).roles,
  ).toEqual([]);
});

test("what is configured stands instead of the preset's, not beside it", async () => {
  const claims = { roles: ["preset"], mine: ["configured"] };
  expect((await identityOf(claims, { roleClaim: "mine" })).roles).toEqual(["configured"]);
  expect((await identityOf({ roles: ["preset"] }, { roleClaim: "mine" })).roles).toEqual([]);
});

test("nothing inherited is read", async () => {
  for (const name of ["constructor", "__proto__.roles", "toString.name", "roles.length", "roles.0"]) {
    expect((await identityOf({ roles: ["a"] }, { roleClaim: name })).roles, name).toEqual([]);
  }
});

test("a string where a list belongs is one value", async () => {
  for (const value of ["a b", "a,b", "a;b", " a", '["a"]']) {
    expect((await identityOf({ roles: value }, {})).roles).toEqual([value]);
    expect((await identityOf({ groups: value }, {})).groups).toEqual([value]);
    expect((await identityOf({ permissions: value }, {})).permissions).toEqual([value]);
  }
  expect((await identityOf({ roles: "" }, {})).roles).toEqual([]);
});

test("whatever is neither string nor list grants nothing", async () => {
  for (const value of [1, true, null, {}, { admin: true }, [["admin"]], [{ name: "admin" }]]) {
    const identity = await identityOf({ roles: value, groups: value, permissions: value, scope: value }, {});
    expect([identity.roles, identity.groups, identity.permissions, identity.scopes]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  }
});

test("scopes are separated by spaces alone, and a list of them counts where the provider has one", async () => {
  const scopes = async (scope: unknown) => (await identityOf({ scope }, {})).scopes;
  expect(await scopes("a b")).toEqual(["a", "b"]);
  expect(await scopes("  a  b ")).toEqual(["a", "b"]);
  expect(await scopes("a\tb\nc,d")).toEqual(["a\tb\nc,d"]);
  expect(await scopes("A a")).toEqual(["A", "a"]);
  expect(await scopes(["a"])).toEqual([]);
  expect((await identityOf({ scp: ["a", "b c"] }, { scopeClaim: "scp" })).scopes).toEqual(["a", "b c"]);
});

test("a role map gives roles of one's own, from roles and from groups", async () => {
  const group = "00000000-0000-4000-8000-0000000000e1";
  const options = { roleMap: { [group]: "Admin", "Orders.Admin": ["Orders", "Reader"] } };
  const identity = await verifySample("entra", "person", { options });
  expect(identity.roles).toEqual(["Orders", "Reader", "Admin"]);
  expect(identity.groups).toEqual([group]);
});

test("a role map's inherited members map nothing, and a group that is not mapped is no role", async () => {
  const identity = await identityOf(
    { roles: ["constructor", "toString"], groups: ["valueOf", "staff"] },
    { roleMap: { other: "Admin" } },
  );
  expect(identity.roles).toEqual(["constructor", "toString"]);
});

interface Own {
  readonly tenant: string;
}

const own: StandardSchema<Own> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const { tenant } = value as { tenant?: unknown };
      return typeof tenant === "string" ? { value: { tenant } } : { issues: [{ message: "no tenant" }] };
    },
  },
};

test("a schema types the claims, and a token that does not fit is refused", async () => {
  const idp = issuerOf("rfc9068");
  const verifier = createVerifier(idp.config, { ...idp.deps, claims: own });
  const identity = await verifier.verify(await idp.token({ subject: "s1", claims: { tenant: "t1" } }));
  expectTypeOf(identity.claims).toEqualTypeOf<Own>();
  expectTypeOf(identity.claims.tenant).toEqualTypeOf<string>();
  expect(identity.claims).toMatchObject({ tenant: "t1", sub: "s1" });
  expect(Object.isFrozen(identity.claims)).toBe(true);
  expect(await codeOf(verifier.verify(await idp.token({ claims: { tenant: 1 } })))).toBe("invalid_token");
  expect(await codeOf(verifier.verify(await idp.token()))).toBe("invalid_token");
});
