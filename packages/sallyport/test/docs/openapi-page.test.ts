// docs/openapi.md shows code that is run here: each block is a file of `pages/openapi/` or of the Nest suite, to the letter.
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fakeIssuer } from "../../src/testing/index.ts";
import { read, securityOf } from "../openapi/document.ts";
import { build as express } from "./pages/openapi/express.ts";
import { build as fastify } from "./pages/openapi/fastify.ts";
import { build as honoOpenApi } from "./pages/openapi/hono-openapi.ts";
import { build as honoZod } from "./pages/openapi/hono-zod.ts";

const idp = fakeIssuer({ audience: "my-api" });
const plain = (code: string) => code.replace(/\s+/g, " ").trim();
const page = readFileSync(new URL("../../../../docs/openapi.md", import.meta.url), "utf8");

test("the page shows the code that runs", () => {
  const files = ["./pages/openapi/", "../nest/openapi-page/"].flatMap((folder) =>
    readdirSync(new URL(folder, import.meta.url)).map((file) =>
      plain(readFileSync(new URL(folder + file, import.meta.url), "utf8")),
    ),
  );
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => plain(code));
  expect(blocks.toSorted()).toEqual(files.toSorted());
});

test("fastify", async () => {
  const app = await fastify(idp.config, idp.deps);
  onTestFinished(() => app.close());
  await app.ready();
  const document = await read((await app.inject("/docs/json")).json(), "3.0");
  expect(securityOf(document)).toEqual({
    "GET /orders": [{ oidc: ["orders:read"] }],
    "GET /users": [{ oidc: [] }, { oidc: ["users:write"] }],
  });
  expect((await app.inject("/docs")).statusCode).toBe(200);
});

test.each([
  ["@hono/zod-openapi", honoZod, { "GET /me": [{ oidc: ["profile"] }] }],
  ["hono-openapi", honoOpenApi, { "GET /admin/users": [{ oidc: [] }] }],
] as const)("%s", async (_name, build, security) => {
  const answer = await build(idp.config, idp.deps).request("/openapi.json");
  expect(securityOf(await read(await answer.json(), "3.1"))).toEqual(security);
});

test("express", async () => {
  const server = createServer(express(idp.config, idp.deps));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`, { headers: { connection: "close" } });
  expect(securityOf(await read(await answer.json(), "3.1"))).toEqual({
    "GET /users": [{ oidc: [] }, { oidc: ["users:write"] }],
  });
});
