// llms.txt holds code that is compiled and run here: each block is a file of `pages/llms/`, or Nest's page, to the letter.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { describe, expect, onTestFinished, test } from "vitest";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";
import { bridge } from "../support/fetch-bridge.ts";
import { build as buildExpress } from "./pages/llms/express.ts";
import { build as buildFastify } from "./pages/llms/fastify.ts";
import { build as buildFetch } from "./pages/llms/fetch.ts";
import { build as buildHono } from "./pages/llms/hono.ts";
import { build as buildNode } from "./pages/llms/node.ts";
import { subjectOf } from "./pages/llms/verifier.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const text = read("../../llms.txt");

test("the text shows the code that runs", () => {
  const files = readdirSync(new URL("./pages/llms/", import.meta.url)).map((file) =>
    read(`./pages/llms/${file}`),
  );
  const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(blocks.toSorted()).toEqual([...files, read("../nest/page/app.module.ts")].toSorted());
});

test("every page it names is there", () => {
  const pages = [...text.matchAll(/`(docs\/[\w/.-]+)`/g)].map(([, path]) => path as string);
  expect(pages.length).toBeGreaterThan(8);
  for (const page of pages)
    expect(existsSync(new URL(`../../../../${page}`, import.meta.url)), page).toBe(true);
});

test("it goes with the package", () => {
  expect(JSON.parse(read("../../package.json")).files).toContain("llms.txt");
});

const servers: Record<string, (idp: FakeIssuer) => Promise<Server> | Server> = {
  fastify: async (idp) => {
    const app = buildFastify(idp.config, idp.deps);
    await app.ready();
    return app.server;
  },
  hono: (idp) =>
    serve({ fetch: buildHono(idp.config, idp.deps).fetch, port: 0, hostname: "127.0.0.1" }) as Server,
  express: (idp) => createServer(buildExpress(idp.config, idp.deps)),
  node: (idp) => buildNode(idp.config, idp.deps),
  fetch: (idp) => createServer(bridge(buildFetch(idp.config, idp.deps).fetch)),
};

describe.each(Object.entries(servers))("%s", (name, make) => {
  test("nobody, somebody, and who may not", async () => {
    const idp = fakeIssuer();
    const server = await make(idp);
    if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const ask = async (path: string, headers = {}) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;
    expect([await ask("/me"), await ask("/me", await idp.bearer())]).toEqual([401, 200]);
    if (name === "fetch") return;
    const admin = [await idp.bearer({ roles: ["Reader"] }), await idp.bearer({ roles: ["Admin"] })];
    expect([await ask("/admin", admin[0]), await ask("/admin", admin[1])]).toEqual([403, 200]);
    if (name !== "node") expect(await ask("/feed")).toBe(200);
  });
});

test("without a framework", async () => {
  const idp = fakeIssuer();
  const ask = async (token: string) => subjectOf(token, idp.config, idp.deps);
  expect(await ask(await idp.token({ subject: "s1", scopes: ["orders:read"] }))).toBe("s1");
  expect(await ask(await idp.token())).toContain("scope");
  expect(await ask(await idp.token({ audience: "another" }))).toBe("invalid_audience");
});
