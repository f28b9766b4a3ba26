// Ways in that a hostile reading found, each by its cause.
import { request as sendHttp1 } from "node:http";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as onExpress from "../../src/frameworks/express.ts";
import * as onFastify from "../../src/frameworks/fastify.ts";
import * as onFetch from "../../src/frameworks/fetch.ts";
import * as onHono from "../../src/frameworks/hono.ts";
import * as onNode from "../../src/frameworks/node.ts";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";

const publicUrl = "https://api.example.de";
let idp: FakeIssuer;
beforeEach(() => {
  idp = fakeIssuer();
});
const options = () => ({ ...idp.config, publicUrl });
const open: Server[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => new Promise((resolve) => one.close(resolve)))));

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** The request's target as it stands, which no client of the usual kind would send. */
function ask(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = sendHttp1({ port, host: "127.0.0.1", path, headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

describe("a proof for another host, in a target that goes on with the host's name", () => {
  const servers: Record<string, () => Promise<Server> | Server> = {
    express: async () => {
      const { createServer } = await import("node:http");
      const auth = onExpress.sallyport(options(), idp.deps);
      return createServer(express().use(auth.required(), (_, response) => void response.end("in")));
    },
    fastify: async () => {
      const auth = onFastify.sallyport(options(), idp.deps);
      const app = fastify();
      app.get("/*", auth.required(), () => "in");
      await app.ready();
      return app.server;
    },
    node: async () => {
      const { createServer } = await import("node:http");
      const auth = onNode.sallyport(options(), idp.deps);
      return createServer(auth.required((_, response) => response.end("in")));
    },
  };
  test.each(Object.entries(servers))("%s", async (_name, make) => {
    const port = await listen(await make());
    const stolen = await idp.dpop({ method: "GET", url: "https://api.example.dev//x/orders" });
    expect(await ask(port, "v://x/orders", stolen)).toBe(401);
    const honest = await idp.dpop({ method: "GET", url: `${publicUrl}/orders` });
    expect(await ask(port, "/orders", honest)).toBe(200);
  });

  test.each([
    [".evil.example/x", `${publicUrl}.evil.example/x`],
    [":444/x", `${publicUrl}:444/x`],
  ])("HTTP/2, by %s", async (path, url) => {
    const auth = onNode.sallyport(options(), idp.deps);
    const port = await listen(createHttp2(auth.required((_, response) => response.end("in")) as never));
    const headers = await idp.dpop({ method: "GET", url });
    const status = await new Promise((resolve, reject) => {
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      session.on("error", reject);
      const stream = session.request({ ":path": path, ":scheme": "foo", ...headers });
      stream.on("error", reject);
      stream.on("response", (answer) => {
        session.destroy();
        resolve(answer[":status"]);
      });
      stream.end();
    });
    expect(status).toBe(401);
  });
});

describe("Hono on Node, an application that calls itself with the outer request's env", () => {
  async function start() {
    const auth = onHono.sallyport(options(), idp.deps);
    const app = new Hono();
    app.get("/who", auth.optional(), (c) => c.text(c.var.identity?.subject ?? "nobody"));
    app.get("/admin", auth.required(), (c) => c.text(c.var.identity.subject));
    app.get("/page", auth.required(), async (c) => await app.request("/who", {}, c.env));
    app.get("/batch", auth.required(), (c) =>
      app.request("/admin", { headers: { authorization: "Bearer nonsense" } }, c.env),
    );
    app.get("/again", auth.required(), async (c) => {
      if (c.req.header("x-inner")) return c.text("inner");
      return app.request(c.req.url, { headers: { "x-inner": "1" } }, c.env);
    });
    const port = await listen(createAdaptorServer({ fetch: app.fetch }) as Server);
    return async (path: string, headers: Record<string, string>) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      return [answer.status, await answer.text()] as const;
    };
  }

  test("the inner request has its own credentials, or none", async () => {
    const get = await start();
    const alice = await idp.bearer({ subject: "alice" });
    expect(await get("/who", alice)).toEqual([200, "alice"]);
    expect(await get("/page", alice)).toEqual([200, "nobody"]);
    expect((await get("/batch", alice))[0]).toBe(401);
    expect((await get("/again", alice))[0]).toBe(401);
  });

  test("one proof is no proof of the inner request", async () => {
    const get = await start();
    const proven = await idp.dpop({ method: "GET", url: `${publicUrl}/batch` });
    expect((await get("/batch", proven))[0]).toBe(401);
  });
});

test("Fastify's rewriteUrl: the proof is for what the caller asked for", async () => {
  const auth = onFastify.sallyport(options(), idp.deps);
  const app = fastify({ rewriteUrl: ({ url = "" }) => url.replace("/public", "/internal") });
  app.get("/internal/x", auth.required(), () => "in");
  await app.ready();
  const port = await listen(app.server);
  const called = await idp.dpop({ method: "GET", url: `${publicUrl}/public/x` });
  expect(await ask(port, "/public/x", called)).toBe(200);
  const rewritten = await idp.dpop({ method: "GET", url: `${publicUrl}/internal/x` });
  expect(await ask(port, "/public/x", rewritten)).toBe(401);
});

test("a lenient route tells a DPoP client the nonce rather than taking it for nobody", async () => {
  const auth = onFetch.sallyport({ ...options(), dpop: { nonce: true } }, idp.deps);
  const handler = auth.optional((_, { identity }) => new Response(identity?.subject ?? "nobody"), {
    onInvalid: "anonymous",
  });
  const visit = async (nonce?: string) =>
    handler(
      new Request(publicUrl, {
        headers: await idp.dpop({ method: "GET", url: publicUrl, ...(nonce !== undefined && { nonce }) }),
      }),
    );
  const first = await visit();
  expect(first.status).toBe(401);
  const second = await visit(first.headers.get("dpop-nonce") ?? "");
  expect(await second.text()).toBe("user-1");
});

test("tokens tried where the metadata document is served are written down", async () => {
  const outcomes: unknown[] = [];
  const auth = onFetch.sallyport(options(), {
    ...idp.deps,
    onEvent: (event) => event.type === "decision" && outcomes.push(event.code),
  });
  const handler = auth.required(() => new Response("in"));
  const url = `${publicUrl}/.well-known/oauth-protected-resource`;
  const visit = async (headers: Record<string, string>) =>
    (await handler(new Request(url, { headers }))).status;
  expect(await visit({})).toBe(200);
  expect(outcomes).toEqual([]);
  expect(await visit({ authorization: "Bearer x.y.z" })).toBe(200);
  expect(outcomes).toEqual(["malformed_token"]);
});
