import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";
import { build } from "./app.ts";

test("readers may not see the users", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const app = build(idp.config, idp.deps);
  const headers = await idp.bearer({ subject: "s1", roles: ["Reader"] });
  const get = (path: string, init?: RequestInit) => app(new Request(`https://api.example.org${path}`, init));

  expect(await (await get("/me", { headers })).json()).toEqual({ sub: "s1" });
  expect((await get("/users", { headers })).status).toBe(403);
  expect((await get("/me")).status).toBe(401);

  idp.clock.advance({ hours: 1 });
  expect((await get("/me", { headers })).status).toBe(401);
});
