import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";
import { buildApp } from "./app.ts";

const people = fakeIssuer({ audience: "my-api" });
const ci = fakeIssuer({ preset: "github-actions", audience: "https://api.example.com", clock: people.clock });
const app = buildApp(
  { issuers: [people.config, ci.config] },
  {
    now: people.deps.now,
    fetch: (input, init) => (String(input).startsWith(ci.issuer) ? ci : people).deps.fetch(input, init),
  },
);

test("a person reads orders with the scope, and not without", async () => {
  expect(
    (await app.request("/orders", { headers: await people.bearer({ scopes: ["orders:read"] }) })).status,
  ).toBe(200);
  const refused = await app.request("/orders", {
    headers: await people.bearer({ scopes: ["orders:write"] }),
  });
  expect(refused.status).toBe(403);
  expect(refused.headers.get("www-authenticate")).toContain('scope="orders:read"');
});

test("only a workflow deploys", async () => {
  const deploy = async (headers: Record<string, string>) =>
    (await app.request("/deployments", { method: "POST", headers })).status;
  expect(await deploy(await ci.bearer())).toBe(201);
  expect(await deploy(await people.bearer())).toBe(403);
  expect(await deploy({})).toBe(401);
});
