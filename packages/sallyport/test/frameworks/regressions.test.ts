// What once went wrong at the edge, each by its cause.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import Fastify from "fastify";
import { Hono } from "hono";
import { afterEach, expect, test, vi } from "vitest";
import * as fastify from "../../src/frameworks/fastify.ts";
import * as hono from "../../src/frameworks/hono.ts";
import * as node from "../../src/frameworks/node.ts";
import { createVerifier } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

const idp = fakeIssuer({ audience: "my-api" });
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

test.each([["optional"], ["required"]] as const)(
  "fastify: a guard of the whole application (%s) does not stand in for a route's own, whose hook was replaced",
  async (wide) => {
    const auth = fastify.sallyport(idp.config, { ...idp.deps, audit: [] });
    const app = Fastify();
    closing.push(() => app.close());
    app.addHook("onRequest", auth[wide]().onRequest);
    const mine = (_request: unknown, _reply: unknown, done: () => void) => done();
    app.get("/admin", { ...auth.required(fastify.role("Admin")), onRequest: mine }, () => "secret");
    const status = async (headers: Record<string, string>) =>
      (await app.inject({ url: "/admin", headers })).statusCode;
    expect(await status({})).toBe(401);
    expect(await status(await idp.bearer({ roles: ["Reader"] }))).toBe(403);
    expect(await status(await idp.bearer({ roles: ["Admin"] }))).toBe(200);
  },
);

test("node: an application that answers while keys are awaited is not answered over", async () => {
  const slow = fakeIssuer({ audience: "my-api" });
  const auth = node.sallyport({ ...slow.config, fetchTimeoutSeconds: 1 }, { ...slow.deps, audit: [] });
  const guarded = auth.required((_request, response) => response.end("handler"));
  const server = createServer((request, response) => {
    guarded(request, response);
    response.writeHead(504).end("too slow");
  });
  closing.push(() => server.close());
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const rejected = vi.fn();
  process.on("unhandledRejection", rejected);
  slow.fail("slow");
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: await slow.bearer() });
  expect([answer.status, await answer.text()]).toEqual([504, "too slow"]);
  await new Promise((later) => setTimeout(later, 1_200));
  process.off("unhandledRejection", rejected);
  expect(rejected).not.toHaveBeenCalled();
});

test("hono: a thrown refusal is the answer where the application has no onError", async () => {
  const auth = hono.sallyport({ ...idp.config, refuse: "throw" }, { ...idp.deps, audit: [] });
  const app = new Hono().get("/", auth.required(hono.scope("a")), (c) => c.text("in"));
  const refused = await app.request("/", { headers: await idp.bearer() });
  expect(refused.status).toBe(403);
  expect(refused.headers.get("www-authenticate")).toContain('scope="a"');
  expect(await refused.json()).toMatchObject({ error: "insufficient_scope" });
});

test("a promise of a replaced global is waited for, not taken for an answer", async () => {
  const verifier = createVerifier(idp.config, idp.deps);
  const native = globalThis.Promise;
  const token = await idp.token();
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  class Other<Value> extends native<Value> {}
  globalThis.Promise = Other as PromiseConstructor;
  try {
    await expect(verifier.verify(forged)).rejects.toMatchObject({
      code: expect.stringMatching(/signature|malformed/),
    });
    expect((await verifier.verify(token)).subject).toBeTypeOf("string");
  } finally {
    globalThis.Promise = native;
  }
});

test("an issuer's explicit undefined does not undo what all issuers share", async () => {
  const verifier = createVerifier(
    { requiredScopes: ["api"], issuers: [{ ...idp.config, requiredScopes: undefined } as never] },
    idp.deps,
  );
  await expect(verifier.verify(await idp.token({ scopes: ["other"] }))).rejects.toMatchObject({
    code: "insufficient_scope",
  });
  expect((await verifier.verify(await idp.token({ scopes: ["api"] }))).scopes).toEqual(["api"]);
});

test("a readiness probe fetches what is missing once, and nothing while it is fresh or known to fail", async () => {
  const own = fakeIssuer({ audience: "my-api" });
  const verifier = createVerifier(own.config, own.deps);
  for (let times = 0; times < 20; times += 1) await verifier.ready();
  expect(own.requests).toMatchObject({ discovery: 1, jwks: 1, introspection: 0, other: 0 });
  const down = fakeIssuer({ audience: "my-api" });
  const waiting = createVerifier(down.config, down.deps);
  down.fail("down");
  for (let times = 0; times < 20; times += 1)
    await expect(waiting.ready()).rejects.toMatchObject({ status: 503 });
  expect(down.requests.discovery).toBe(1);
});

test("what a schema made is as immutable as the rest of the identity", async () => {
  const { object, array, string } = await import("zod");
  const own = fakeIssuer({ audience: "my-api" });
  const verifier = createVerifier(own.config, { ...own.deps, claims: object({ tags: array(string()) }) });
  const token = await own.token({ claims: { tags: ["a"] } });
  const identity = await verifier.verify(token);
  expect(() => identity.claims.tags.push("admin")).toThrow(TypeError);
  expect((await verifier.verify(token)).claims.tags).toEqual(["a"]);
});

test("a flight that was lost with its request does not keep later requests from fetching", async () => {
  const own = fakeIssuer({ audience: "my-api" });
  let hang = false;
  const fetch: typeof globalThis.fetch = (...request) =>
    hang ? new Promise(() => {}) : own.deps.fetch(...request);
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  closing.push(() => vi.useRealTimers());
  const verifier = createVerifier(own.config, { fetch, now: own.deps.now });
  await verifier.verify(await own.token());
  hang = true;
  own.clock.advance({ seconds: 500 });
  await verifier.verify(await own.token());
  hang = false;
  own.rotateKeys({ keepOld: false });
  own.clock.advance({ seconds: 200 });
  expect((await verifier.verify(await own.token())).subject).toBeTypeOf("string");
});

test("printing a request shows no claims of its caller", async () => {
  const auth = fastify.sallyport(idp.config, { ...idp.deps, audit: [] });
  const app = Fastify();
  closing.push(() => app.close());
  let printed = "";
  app.get("/", auth.required(), (request) => {
    printed = inspect(request, { depth: 3 });
    return auth.identity(request).email ?? "none";
  });
  const headers = await idp.bearer({ claims: { email: "alice@example.org" } });
  expect((await app.inject({ url: "/", headers })).body).toBe("alice@example.org");
  expect(printed).toContain("Visit");
  expect(printed).not.toContain("alice@example.org");
});
