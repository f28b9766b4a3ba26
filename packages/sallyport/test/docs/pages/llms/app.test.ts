import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";
import { build } from "./fastify.ts";

test("readers may not see the administration", async () => {
  const idp = fakeIssuer({ audience: "my-api" }); // real keys and signatures; no port, no network
  const app = build(idp.config, idp.deps);
  const ask = async (url: string, headers = {}) => (await app.inject({ url, headers })).statusCode;
  expect(await ask("/me")).toBe(401);
  expect(await ask("/me", await idp.bearer({ subject: "s1" }))).toBe(200);
  expect(await ask("/admin", await idp.bearer({ roles: ["Reader"] }))).toBe(403);
  expect(await ask("/admin", await idp.bearer({ roles: ["Admin"] }))).toBe(200);
  const headers = await idp.bearer();
  idp.clock.advance({ hours: 1 });
  expect(await ask("/me", headers)).toBe(401); // expired
});
