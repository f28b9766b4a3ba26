// What only Fastify has: hooks, plugins, encapsulation.
import Fastify from "fastify";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { AuthError, type DecisionEvent, role, sallyport } from "../../src/frameworks/fastify.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

function setUp() {
  const idp = fakeIssuer({ audience: "my-api" });
  const decisions: DecisionEvent[] = [];
  const deps = {
    ...idp.deps,
    onEvent: (event: { type: string }) => {
      if (event.type === "decision") decisions.push(event as DecisionEvent);
    },
  };
  return { idp, deps, decisions, auth: sallyport(idp.config, deps), app: Fastify() };
}

test("a hook guards its own plugin, whatever is registered beside it", async () => {
  const { idp, auth, app } = setUp();
  app.register(async (inner) => {
    inner.addHook("onRequest", auth.required(role("Admin")).onRequest);
    inner.get("/inner", (request) => auth.identity(request).subject);
  });
  app.get("/outer", () => "open");
  expect((await app.inject("/inner")).statusCode).toBe(401);
  expect((await app.inject("/outer")).statusCode).toBe(200);
  const headers = await idp.bearer({ subject: "s1", roles: ["Admin"] });
  expect((await app.inject({ url: "/inner", headers })).body).toBe("s1");
});

test("an onRequest of the route's own in the guard's place does not open the route", async () => {
  const { idp, auth, app, decisions } = setUp();
  const handler = vi.fn(() => "secret");
  app.get("/me", { ...auth.required(), onRequest: async () => {} }, handler);
  expect((await app.inject("/me")).statusCode).toBe(401);
  expect(handler).not.toHaveBeenCalled();
  expect((await app.inject({ url: "/me", headers: await idp.bearer() })).body).toBe("secret");
  expect(decisions.map(({ outcome }) => outcome)).toEqual(["refused", "allowed"]);
});

test("events name the route's pattern and the request's id", async () => {
  const { idp, auth, decisions } = setUp();
  const app = Fastify({ genReqId: () => "request-7" });
  app.get("/users/:id", auth.required(), () => "user");
  await app.inject({ url: "/users/42?secret=1", headers: await idp.bearer() });
  expect(decisions).toMatchObject([{ route: "/users/:id", requestId: "request-7", method: "GET" }]);
});

test("plugin() closes the verifier with the application", async () => {
  const { idp, auth, app } = setUp();
  app.register(auth.plugin());
  await app.ready();
  await app.close();
  await expect(auth.verifier.verify(await idp.token())).rejects.toMatchObject({ code: "closed" });
});

test("optional routes keep the Vary that is there", async () => {
  const { auth, app } = setUp();
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("vary", "Origin");
  });
  app.get("/feed", auth.optional(), (request) => auth.maybeIdentity(request)?.subject ?? "you");
  expect((await app.inject("/feed")).headers.vary).toBe("Origin, Authorization");
});

test("identity() says what to call where nobody in particular was let in", async () => {
  const { auth, app } = setUp();
  app.get("/feed", auth.optional(), (request) => auth.identity(request).subject);
  const answer = await app.inject("/feed");
  expect([answer.statusCode, answer.json().message]).toEqual([
    500,
    "Nobody in particular was let in by this optional route: ask with auth.maybeIdentity(), or put auth.required() in front",
  ]);
});

test("refuse: throw, without an error handler: the caller still reads only what may be read", async () => {
  const { idp } = setUp();
  const auth = sallyport({ ...idp.config, refuse: "throw" }, idp.deps);
  const app = Fastify();
  app.get("/me", auth.required(), () => "secret");
  const answer = await app.inject({ url: "/me", headers: await idp.bearer({ audience: "another" }) });
  expect(answer.statusCode).toBe(401);
  expect(answer.json().message).toBe("The access token is not valid");
  expect(answer.headers["www-authenticate"]).toContain("invalid_token");
});

test("a CORS hook ahead of the guard answers preflights", async () => {
  const { auth } = setUp();
  const headers = { origin: "https://app.example.org", "access-control-request-method": "GET" };
  const cors = async (request: { method: string }, reply: import("fastify").FastifyReply) => {
    reply.header("access-control-allow-origin", "https://app.example.org");
    if (request.method === "OPTIONS") return reply.code(204).send();
  };
  const handler = vi.fn(() => "secret");
  const ahead = Fastify();
  ahead.addHook("onRequest", cors);
  ahead.addHook("onRequest", auth.required().onRequest);
  ahead.route({ method: ["GET", "OPTIONS"], url: "/all", handler });
  const answer = await ahead.inject({ method: "OPTIONS", url: "/all", headers });
  expect([answer.statusCode, answer.headers["access-control-allow-origin"]]).toEqual([
    204,
    "https://app.example.org",
  ]);
  expect(handler).not.toHaveBeenCalled();
});

test("two of them in one application do not share callers", async () => {
  const { idp, auth, app } = setUp();
  const other = sallyport(idp.config, idp.deps);
  app.get("/me", auth.required(), (request) => other.identity(request).subject);
  expect((await app.inject({ url: "/me", headers: await idp.bearer() })).statusCode).toBe(500);
});

describe("claims", () => {
  test("are typed by the application's schema, and checked by it", async () => {
    const idp = fakeIssuer({ audience: "my-api" });
    const auth = sallyport(idp.config, { ...idp.deps, claims: z.looseObject({ tenant: z.string() }) });
    const app = Fastify();
    app.get("/tenant", auth.required(), (request) => {
      const tenant: string = auth.identity(request).claims.tenant;
      return tenant;
    });
    const good = await idp.bearer({ claims: { tenant: "acme" } });
    expect((await app.inject({ url: "/tenant", headers: good })).body).toBe("acme");
    const bad = await idp.bearer({ claims: { tenant: 7 } });
    expect((await app.inject({ url: "/tenant", headers: bad })).statusCode).toBe(401);
  });
});

test("what is wrong with options, a realm or a requirement is said at construction", () => {
  const { idp, auth } = setUp();
  expect(() => sallyport({ ...idp.config, realm: 'a"b' })).toThrow(TypeError);
  expect(() => sallyport({ ...idp.config, realm: "a\r\nb" })).toThrow(TypeError);
  expect(() => sallyport({ ...idp.config, refuse: "shout" } as never)).toThrow("`refuse` takes");
  expect(() => auth.required({ scopes: [] })).toThrow(TypeError);
  expect(() => auth.optional({ scope: "x" } as never)).toThrow(TypeError);
});

test("AuthError has its status by both names", () => {
  const error = new AuthError("token_expired", "The access token has expired");
  expect([error.status, error.statusCode]).toEqual([401, 401]);
});
