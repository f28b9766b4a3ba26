// llms.txt holds code that is compiled and run here: each block is a file of `pages/llms/`, or Nest's page, to the letter.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { calculateJwkThumbprint } from "jose";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";
import { bridge } from "../support/fetch-bridge.ts";
import { listen } from "../support/listen.ts";
import { createPlainBrowser } from "../support/plain-browser.ts";
import { signInAt, startPlace } from "../support/sign-in.ts";
import { apiWith, proofForProvider } from "./pages/llms/client.ts";
import { build as buildExpress } from "./pages/llms/express.ts";
import { build as buildFastify } from "./pages/llms/fastify.ts";
import { build as buildFetch } from "./pages/llms/fetch.ts";
import { build as buildHono } from "./pages/llms/hono.ts";
import { build as buildNode } from "./pages/llms/node.ts";
import { build as buildPeople } from "./pages/llms/people.ts";
import { build as buildProduction } from "./pages/llms/production.ts";
import { consumer } from "./pages/llms/verifier.ts";

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
  const { subjectOf, close } = consumer(idp.config, idp.deps);
  onTestFinished(close);
  const ask = async (request: object) => subjectOf(await idp.token(request));
  expect(await ask({ subject: "s1", scopes: ["orders:read"] })).toEqual({ subject: "s1" });
  expect(await ask({})).toEqual({ refused: expect.stringContaining("scope") });
  expect(await ask({ audience: "another" })).toEqual({ refused: "invalid_audience" });
  expect(idp.requests.jwks).toBe(1);
});

test("people sign in, stay, call another service, and sign out everywhere", async () => {
  const { idp, url, port, options } = await startPlace();
  const service = await listen(({ headers }, response) => {
    response.end(JSON.stringify([headers.authorization?.split(" ")[0]]));
  });
  const app = buildPeople(`http://127.0.0.1:${service.port}/`, options, { audit: [] });
  onTestFinished(async () => {
    await Promise.all([app.close(), idp.close(), service.close()]);
  });
  await app.listen({ port, host: "127.0.0.1" });

  const [first, second] = [createPlainBrowser(), createPlainBrowser()];
  const home = await first.go(`${url}/`);
  const [, link = ""] = home.text.match(/<a href="([^"]+)"/) ?? [];
  const landed = await signInAt(first, url + link);
  expect([landed.url, JSON.parse(landed.text)]).toEqual([
    `${url}/account`,
    { of: "alice", until: expect.any(Number) },
  ]);
  expect((await signInAt(second, `${url}/account`)).status).toBe(200);
  expect(JSON.parse((await first.load(`${url}/documents`)).text)).toEqual(["Bearer"]);

  const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  const order = (headers: Record<string, string>) => first.load(`${url}/orders`, "POST", headers);
  expect((await order(foreign)).status).toBe(403);
  const token = (await first.load(`${url}/csrf`)).text;
  expect((await order({ ...foreign, "x-csrf-token": token })).text).toBe("ordered");

  const ended = await first.load(`${url}/sign-out-everywhere`, "POST");
  expect(JSON.parse(ended.text)).toEqual({ ended: 2 });
  for (const browser of [first, second]) {
    expect((await browser.load(`${url}/auth/v2/session`)).status).toBe(401);
  }
});

describe("opaque tokens, DPoP, metrics, OpenAPI, a log", async () => {
  const idp = fakeIssuer();
  const said: string[] = [];
  const hear = (_details: object, message: string) => void said.push(message);
  const app = await buildProduction(idp.config, idp.introspection as Required<typeof idp.introspection>, {
    ...idp.deps,
    logger: { info: hear, warn: hear, error: hear },
  });
  afterAll(() => app.close());
  const get = (url: string, headers = {}) => app.inject({ url, headers });

  test("an opaque token", async () => {
    const authorization = `Bearer ${idp.opaqueToken({ subject: "s1", scopes: ["orders:read"] })}`;
    expect((await get("/orders", { authorization })).json()).toEqual({ of: "s1" });
  });

  test("the client's bound token, with the API's nonce", async () => {
    const [header = ""] = (await proofForProvider("https://idp.example/token")).split(".");
    const { jwk } = JSON.parse(Buffer.from(header, "base64url").toString());
    const cnf = { jkt: await calculateJwkThumbprint(jwk) };
    const token = await idp.token({ subject: "s1", scopes: ["orders:read"], claims: { cnf } });
    const { port } = new URL(await app.listen({ port: 0, host: "127.0.0.1" }));
    // The API listens on loopback; callers know it by its public URL.
    const statuses: number[] = [];
    const original = globalThis.fetch;
    vi.stubGlobal("fetch", async ({ url, headers }: Request) => {
      const answer = await original(`http://127.0.0.1:${port}${new URL(url).pathname}`, { headers });
      statuses.push(answer.status);
      return answer;
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    const answer = await apiWith(async () => token)("https://api.example.org/orders");
    expect(await answer.json()).toEqual({ of: "s1" });
    expect(statuses).toEqual([401, 200]);
  });

  test("a refusal names the document that is there, is logged, and counted", async () => {
    said.length = 0;
    const { headers } = await get("/orders", await idp.bearer({ audience: "another" }));
    const document = "/.well-known/oauth-protected-resource";
    expect(headers["www-authenticate"]).toContain(`resource_metadata="https://api.example.org${document}"`);
    expect((await get(document)).json().resource).toBe("https://api.example.org");
    await expect.poll(() => said.join()).toContain("aud");
    expect((await get("/metrics")).body).toContain("invalid_audience");
    const { security } = (await get("/openapi.json")).json().paths["/orders"].get;
    expect(security).toEqual(expect.arrayContaining([{ oidc: ["orders:read"] }]));
  });
});
