import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";
import { build } from "./api.ts";

test("orders are shown to whoever holds the key", async () => {
  const idp = fakeIssuer();
  const app = build(idp.config, idp.deps);
  const request = { method: "GET", url: "https://api.example.org/orders" } as const;
  const first = await app.inject({ url: "/orders", headers: await idp.dpop(request) });
  expect(first.statusCode).toBe(401); // it wants a nonce
  const nonce = String(first.headers["dpop-nonce"]);
  const second = await app.inject({ url: "/orders", headers: await idp.dpop({ ...request, nonce }) });
  expect(second.statusCode).toBe(200);
});
