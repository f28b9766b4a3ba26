// Keycloak: whose roles count, and what else its mappers can do.
import { expect, test } from "vitest";
import { AuthError } from "../../src/index.ts";
import { codeOf, verifySample } from "./kit.ts";

const roles = async (claims: object, options = {}) =>
  (await verifySample("keycloak", "person", { claims, options })).roles;

test("roles are the realm's and those of the configured audience, never another client's", async () => {
  const resource_access = {
    "my-api": { roles: ["reader"] },
    "my-api2": { roles: ["wrong-2"] },
    account: { roles: ["wrong-account"] },
    "MY-API": { roles: ["wrong-case"] },
    roles: ["wrong-level"],
  };
  expect(await roles({ resource_access })).toEqual(["offline_access", "editor", "reader"]);
  expect(await roles({ resource_access, realm_access: undefined })).toEqual(["reader"]);
  expect(await roles({ resource_access: undefined })).toEqual(["offline_access", "editor"]);
});

test("a token's other audience gives no roles, though the token names it", async () => {
  const claims = {
    aud: ["my-api", "other-api"],
    realm_access: undefined,
    resource_access: { "other-api": { roles: ["admin"] } },
  };
  expect(await roles(claims)).toEqual([]);
});

test("each configured audience has its roles, and a role counts once", async () => {
  const resource_access = {
    "my-api": { roles: ["reader", "editor"] },
    "second.api/v1": { roles: ["editor", "owner"] },
  };
  const options = { audience: ["my-api", "second.api/v1"] };
  expect(await roles({ resource_access }, options)).toEqual(["offline_access", "editor", "reader", "owner"]);
});

test("an audience with dots or slashes is one key, and {audience} in a token is nothing", async () => {
  const claims = {
    aud: "https://my.api/v1",
    realm_access: undefined,
    resource_access: {
      "https://my": { api: { roles: ["wrong"] } },
      "https://my.api/v1": { roles: ["right"] },
      "{audience}": { roles: ["wrong"] },
    },
  };
  expect(await roles(claims, { audience: "https://my.api/v1" })).toEqual(["right"]);
});

test("a string is one role, and whatever is not a string is none", async () => {
  expect(await roles({ realm_access: { roles: "reader editor,admin" }, resource_access: undefined })).toEqual(
    ["reader editor,admin"],
  );
  expect(
    await roles({
      realm_access: { roles: ["a", 1, null, ["b"], { c: 1 }, "", true] },
      resource_access: undefined,
    }),
  ).toEqual(["a"]);
  expect(await roles({ realm_access: { roles: { admin: true } }, resource_access: undefined })).toEqual([]);
  expect(await roles({ realm_access: ["admin"], resource_access: "admin" })).toEqual([]);
  expect(await roles({ realm_access: "admin", resource_access: { "my-api": ["admin"] } })).toEqual([]);
});

test("an inherited member is no role", async () => {
  for (const audience of ["constructor", "toString", "hasOwnProperty"]) {
    expect(
      await roles({ aud: audience, realm_access: undefined, resource_access: {} }, { audience }),
    ).toEqual([]);
  }
});

test("a token without sub says in the log what to switch on", async () => {
  const error = await verifySample("keycloak", "lightweight").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuthError);
  expect(error).toMatchObject({ code: "missing_claim", message: expect.stringContaining("basic scope") });
  const audience = await verifySample("keycloak", "without-audience").catch((thrown: unknown) => thrown);
  expect(audience).toMatchObject({ message: expect.stringContaining("audience mapper") });
});

test("the ID token is refused though it has everything: API as audience, client, session and roles", async () => {
  const claims = { typ: "ID", scope: "openid", auth_time: undefined };
  expect(await codeOf(verifySample("keycloak", "person", { claims }))).toBe("wrong_token_type");
});
