// Mistakes that nothing would tell of: options that are none, a requirement behind the handler, parentheses left out.
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import * as expressAdapter from "../../src/frameworks/express.ts";
import * as fastifyAdapter from "../../src/frameworks/fastify.ts";
import * as fetchAdapter from "../../src/frameworks/fetch.ts";
import * as honoAdapter from "../../src/frameworks/hono.ts";
import * as nodeAdapter from "../../src/frameworks/node.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { listen } from "../support/listen.ts";

const idp = fakeIssuer();
const options = { ...idp.config, publicUrl: "https://api.example.org" };
const deps = { ...idp.deps, audit: [] };
type Loose = Record<"required" | "optional" | "resourceMetadata", (...given: unknown[]) => unknown>;
const handler = () => {};
const guards = {
  fastify: { auth: fastifyAdapter.sallyport(options, deps), behind: [] },
  hono: { auth: honoAdapter.sallyport(options, deps), behind: [] },
  express: { auth: expressAdapter.sallyport(options, deps), behind: [] },
  node: { auth: nodeAdapter.sallyport(options, deps), behind: [handler] },
  fetch: { auth: fetchAdapter.sallyport(options, deps), behind: [handler] },
} as const;

describe.each(Object.entries(guards))("%s", (_name, { auth, behind }) => {
  const { required, optional } = auth as unknown as Loose;

  test.each([
    [{ onInvald: "anonymous" }, "auth.optional has no option `onInvald`; did you mean `onInvalid`?"],
    [{ onInvalid: "anon" }, "auth.optional: `onInvalid` takes refuse or anonymous; did you mean anonymous?"],
    [{ onInvalid: true }, "auth.optional: `onInvalid` takes refuse or anonymous"],
    [true, "auth.optional takes an object with options"],
    ["anonymous", "auth.optional takes an object with options"],
    [null, "auth.optional takes an object with options"],
  ])("optional() refuses %j as its options", (given, sentence) => {
    expect(() => optional(undefined, ...behind, given)).toThrow(new TypeError(sentence));
    expect(() => optional({ roles: ["a"] }, ...behind, given)).toThrow(new TypeError(sentence));
    if (behind.length > 0) expect(() => optional(...behind, given)).toThrow(new TypeError(sentence));
  });

  test("optional() says where its options belong, and takes those that are some", () => {
    expect(() => optional({ onInvalid: "anonymous" }, ...behind)).toThrow(
      "auth.optional: `onInvalid` is no requirement: it belongs into the options, the last argument",
    );
    expect(() => optional({ by: "token" }, ...behind)).toThrow(
      "auth.optional: `by` is no requirement: it belongs into the options, the last argument",
    );
    for (const onInvalid of ["refuse", "anonymous", undefined]) {
      expect(() => optional(undefined, ...behind, { onInvalid })).not.toThrow();
    }
  });

  test.each([
    [{ by: "cookie" }, "auth.required: `by` takes token or session"],
    [{ by: "sessions" }, "auth.required: `by` takes token or session; did you mean session?"],
    [{ by: "token", roles: ["a"] }, "auth.required has no option `roles`. It has: by"],
    [true, "auth.required takes an object with options"],
    [{ by: "session" }, '`by: "session"` needs sessions: give sallyport() `clientId` and `session`'],
  ])("required() refuses %j as its options", (given, sentence) => {
    expect(() => required(undefined, ...behind, given)).toThrow(new TypeError(sentence));
    expect(() => required({ roles: ["a"] }, ...behind, given)).toThrow(new TypeError(sentence));
    if (behind.length > 0) expect(() => required(...behind, given)).toThrow(new TypeError(sentence));
  });

  test("required() says where its options belong, and takes those that are some", () => {
    expect(() => required({ by: "token" }, ...behind)).toThrow(
      "auth.required: `by` is no requirement: it belongs into the options, the last argument",
    );
    for (const by of ["token", undefined]) expect(() => required(undefined, ...behind, { by })).not.toThrow();
  });

  test("required() drops no requirement", () => {
    expect(() => required(...(behind.length > 0 ? behind : [{ roles: ["a"] }]), { roles: ["b"] })).toThrow(
      behind.length > 0
        ? "auth.required takes nothing behind the handler: a requirement comes ahead of it"
        : "required() takes one requirement; join several by allOf()",
    );
  });
});

describe("parentheses left out", () => {
  const asks = "did you mean auth.resourceMetadata(), with the parentheses?";

  test("express: the request gets an error, where it would have waited for ever", async () => {
    const app = express();
    app.use(guards.express.auth.resourceMetadata as never);
    app.get("/", (_request, response) => void response.send("open"));
    app.use(((error, _request, response, _next) => {
      response.status(500).send(error.message);
    }) as express.ErrorRequestHandler);
    const server = await listen(app);
    const answer = await fetch(`http://127.0.0.1:${server.port}/`);
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining(asks)]);
    await server.close();
  });

  test("hono: the request gets an error", async () => {
    const app = new Hono();
    app.use(guards.hono.auth.resourceMetadata as never);
    app.get("/", (c) => c.text("open"));
    app.onError((error, c) => c.text(error.message, 500));
    const answer = await app.request("/");
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining(asks)]);
  });

  test("fastify: the application does not start", async () => {
    const app = Fastify();
    app.register(guards.fastify.auth.plugin as never);
    await expect(app.ready()).rejects.toThrow("did you mean auth.plugin(), with the parentheses?");
    expect(() => (guards.fastify.auth.plugin as (...given: unknown[]) => unknown)("/prefix")).toThrow(
      "auth.plugin takes no arguments",
    );
  });
});

describe("a guard that another framework calls says so, and lets nobody in", () => {
  const sentence = /This guard is of sallyport\/\w+, and another framework called it/;
  const seen = (status: number, text: string) => [status, sentence.test(text)];

  test("Express's, as Fastify's handler", async () => {
    const app = Fastify();
    app.get("/", guards.express.auth.required() as never);
    const { statusCode, body } = await app.inject("/");
    expect(seen(statusCode, body)).toEqual([500, true]);
  });

  test("Express's, in Hono", async () => {
    const app = new Hono();
    app.onError((error, c) => c.text(error.message, 500));
    app.get("/", (c) => guards.express.auth.required()(c as never, c as never, undefined as never) as never);
    const response = await app.request("/");
    expect(seen(response.status, await response.text())).toEqual([500, true]);
  });

  test("Hono's, in Express and as Fastify's handler", async () => {
    const onExpress = express();
    onExpress.get("/", guards.hono.auth.required() as never, (_request, response) => {
      response.send("in");
    });
    const { port, close } = await listen(onExpress);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(seen(response.status, await response.text())).toEqual([500, true]);
    await close();
    const onFastify = Fastify();
    onFastify.get("/", guards.hono.auth.required() as never);
    const { statusCode, body } = await onFastify.inject("/");
    expect(seen(statusCode, body)).toEqual([500, true]);
  });
});
