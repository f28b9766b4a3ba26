// docs/frameworks/*.md show code that is compiled and run here: each block is a file of `pages/`, to the letter.
import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { SallyportDeps, SallyportOptions } from "../../src/frameworks/exports.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { build as throwingExpress } from "./pages/express/errors.ts";
import { serve } from "./pages/express/server.ts";
import { build as throwingFastify } from "./pages/fastify/errors.ts";
import { build as scopedFastify } from "./pages/fastify/scoped.ts";
import { build as throwingFetch } from "./pages/fetch/errors.ts";
import worker from "./pages/fetch/worker.ts";
import { build as throwingHono } from "./pages/hono/errors.ts";
import { build as scopedHono } from "./pages/hono/scoped.ts";
import { build as throwingNode } from "./pages/node/errors.ts";
import { build as routedNode } from "./pages/node/router.ts";

const plain = (code: string) =>
  code
    .replace(/\.ts";/g, '.js";')
    .replace(/\s+/g, " ")
    .trim();
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test.each(["express", "fastify", "fetch", "hono", "node"])(
  "%s: the page shows the code that runs",
  (name) => {
    const files = readdirSync(new URL(`./pages/${name}/`, import.meta.url)).map((file) =>
      plain(read(`./pages/${name}/${file}`)),
    );
    const page = read(`../../../../docs/frameworks/${name}.md`);
    const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => plain(code));
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.toSorted()).toEqual(files.toSorted());
  },
);

type Get = (path: string, headers?: Record<string, string>) => Promise<Response>;
type Start = (options: SallyportOptions, deps: SallyportDeps) => Get | Promise<Get>;

function overNode(
  make: (options: SallyportOptions, deps: SallyportDeps) => import("node:http").Server,
): Start {
  return async (options, deps) => {
    const server = make(options, deps);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return (path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
  };
}

const throwing: Record<string, Start> = {
  express: async (options, deps) => {
    const { createServer } = await import("node:http");
    return overNode(() => createServer(throwingExpress(options, deps).app))(options, deps);
  },
  fastify: async (options, deps) => {
    const app = throwingFastify(options, deps);
    await app.ready();
    return overNode(() => app.server)(options, deps);
  },
  fetch: (options, deps) => {
    const app = throwingFetch(options, deps);
    return (path, headers = {}) => app(new Request(`https://api.example.org${path}`, { headers }));
  },
  hono: (options, deps) => {
    const app = throwingHono(options, deps);
    return async (path, headers = {}) => app.request(path, { headers });
  },
};

test.each(Object.entries(throwing))("%s: the page's error handling", async (_name, start) => {
  const idp = fakeIssuer({ audience: "my-api" });
  const get = await start(idp.config, idp.deps);
  const refused = await get("/me", await idp.bearer({ audience: "another" }));
  expect([refused.status, await refused.json()]).toEqual([
    401,
    { title: "The access token is not valid", status: 401 },
  ]);
  expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
  expect(refused.headers.get("content-type")).toMatch(/^application\/json/);
  expect((await get("/me", await idp.bearer())).status).toBe(200);
});

test("node: the page's error handling, and its router", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const thrown = await overNode(throwingNode)(idp.config, idp.deps);
  const refused = await thrown("/");
  expect([refused.status, await refused.text()]).toEqual([401, "An access token is required"]);
  expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  expect(await (await thrown("/", await idp.bearer({ subject: "s1" }))).text()).toBe("s1");

  const routed = await overNode(routedNode)(idp.config, idp.deps);
  expect((await routed("/", await idp.bearer())).status).toBe(403);
  const allowed = await routed("/", await idp.bearer({ subject: "s1", scopes: ["orders:read"] }));
  expect(await allowed.text()).toBe("Orders of s1");
});

test("fastify: a plugin's hook guards that plugin alone; options may be spread", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const app = scopedFastify(idp.config, idp.deps);
  const admin = await idp.bearer({ subject: "s1", roles: ["Admin"] });
  const reader = await idp.bearer({ roles: ["Reader"] });
  expect((await app.inject({ url: "/reports", headers: admin })).json()).toEqual({ for: "s1" });
  expect((await app.inject({ url: "/settings", headers: reader })).statusCode).toBe(403);
  expect((await app.inject({ method: "POST", url: "/orders", headers: reader })).body).toBe(
    "Thank you, customer",
  );
  expect((await app.inject({ method: "POST", url: "/orders" })).statusCode).toBe(401);
  await app.close();
});

test("hono: middleware for a part of the paths", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const app = scopedHono(idp.config, idp.deps);
  const admin = await app.request("/admin/reports", {
    headers: await idp.bearer({ subject: "s1", roles: ["Admin"] }),
  });
  expect(await admin.json()).toEqual({ for: "s1" });
  expect((await app.request("/admin/reports")).status).toBe(401);
});

test("express: the server of the page starts with its provider out of reach, and stops", async () => {
  const { server, stop } = serve(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  expect((await fetch(`http://127.0.0.1:${port}/me`, { headers: { connection: "close" } })).status).toBe(401);
  stop();
  await new Promise((resolve) => server.once("close", resolve));
  process.removeListener("SIGTERM", stop);
});

test("fetch: the worker of the page refuses without a token", async () => {
  const answer = await worker.fetch(new Request("https://api.example.org/"), { GREETING: "Hello" });
  expect(answer.status).toBe(401);
});
