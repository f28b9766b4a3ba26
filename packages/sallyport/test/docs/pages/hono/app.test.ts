import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";
import { build } from "./app.ts";

test("readers may not see the users", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const app = build(idp.config, idp.deps);
  const headers = await idp.bearer({ subject: "s1", roles: ["Reader"] });

  expect(await (await app.request("/me", { headers })).json()).toEqual({ sub: "s1" });
  expect((await app.request("/users", { headers })).status).toBe(403);
  expect((await app.request("/me")).status).toBe(401);

  idp.clock.advance({ hours: 1 });
  expect((await app.request("/me", { headers })).status).toBe(401);
});
