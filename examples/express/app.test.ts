import type { AddressInfo } from "node:net";
import { fakeIssuer } from "sallyport/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "./app.ts";

const idp = fakeIssuer({ audience: "my-api" });
const server = buildApp(idp.config, idp.deps).listen(0, "127.0.0.1");
let url: string;
beforeAll(async () => {
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test("an administrator reaches the router, a reader gets the application's own answer", async () => {
  const admin = await fetch(`${url}/admin/users`, {
    headers: await idp.bearer({ subject: "s1", roles: ["Admin"] }),
  });
  expect(await admin.json()).toEqual({ asked: "s1", users: ["alice", "bob"] });
  const reader = await fetch(`${url}/admin/users`, { headers: await idp.bearer({ roles: ["Reader"] }) });
  expect(reader.status).toBe(403);
  expect(reader.headers.get("www-authenticate")).toContain("insufficient_scope");
  expect(await reader.json()).toEqual({ problem: "The caller may not do this" });
});
