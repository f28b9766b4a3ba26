import { fakeIssuer } from "sallyport/testing";
import { afterAll, expect, test } from "vitest";
import { buildApp } from "./app.ts";

const idp = fakeIssuer({ audience: "my-api" });
const app = buildApp(idp.config, idp.deps);
afterAll(() => app.close());
const get = async (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

test("what everybody may see", async () => {
  expect((await get("/public")).statusCode).toBe(200);
  expect((await get("/feed")).json()).toEqual({ feed: "What anybody may read" });
  expect((await get("/")).headers["content-type"]).toMatch(/^text\/html/);
});

test("who is calling", async () => {
  const alice = await idp.bearer({ subject: "alice", roles: ["Admin"] });
  expect((await get("/me")).statusCode).toBe(401);
  expect((await get("/me", alice)).json()).toMatchObject({ subject: "alice", roles: ["Admin"] });
  expect((await get("/feed", alice)).json()).toEqual({ feed: "What alice may read" });
});

test("who may administrate, by role or by scope", async () => {
  expect((await get("/admin", await idp.bearer({ roles: ["Reader"] }))).statusCode).toBe(403);
  expect((await get("/admin", await idp.bearer({ roles: ["Admin"] }))).statusCode).toBe(200);
  expect((await get("/admin", await idp.bearer({ scopes: ["users:write"] }))).statusCode).toBe(200);
});

test("the document says what the routes require", async () => {
  const { paths } = (await get("/docs/json")).json();
  expect(Object.keys(paths)).toEqual(["/public", "/me", "/admin", "/feed"]);
  expect(paths["/public"].get.security).toBeUndefined();
  expect(paths["/me"].get.security).toEqual([{ oidc: [] }]);
  expect(paths["/admin"].get.security).toEqual([{ oidc: [] }, { oidc: ["users:write"] }]);
  expect(paths["/feed"].get.security).toEqual([{ oidc: [] }, {}]);
  expect((await get("/docs")).headers["content-type"]).toMatch(/^text\/html/);
});
