// The documents of @hono/zod-openapi and hono-openapi: the application's routes say what stands in front of an operation.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { Hono } from "hono";
import { describeRoute, generateSpecs, validator } from "hono-openapi";
import { describe, expect, test } from "vitest";
import { anyOf, role, sallyport, scope } from "../../src/frameworks/hono.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { read, securityOf, statusesOf } from "./document.ts";

const idp = fakeIssuer({ audience: "my-api" });
const auth = sallyport(idp.config, idp.deps);
const docs = auth.openapi();
const any = { oidc: [] };
const info = { title: "Test", version: "1.0.0" };
const responses = { 200: { description: "Good" } };
const admin = anyOf(role("Admin"), scope("users:write"));

describe("@hono/zod-openapi", () => {
  const route = <Middleware>(path: `/${string}`, middleware: Middleware, more: object = {}) =>
    createRoute({ method: "get", path, middleware: middleware as never, responses, ...more });
  const ok = () => new Response("ok") as never;

  function build(): OpenAPIHono {
    const app = new OpenAPIHono();
    app.use("/partners/*", auth.required(scope("partners")));
    app.openapi(route("/public", []), ok);
    app.openapi(route("/me", auth.required()), ok);
    app.openapi(route("/admin", [auth.required(admin)]), ok);
    app.openapi(route("/feed", auth.optional()), ok);
    app.openapi(
      route("/users/{id}", auth.required(role("x")), { request: { params: z.object({ id: z.string() }) } }),
      ok,
    );
    app.openapi(
      route("/partners/{id}", auth.required(scope("one")), {
        request: { params: z.object({ id: z.string() }) },
      }),
      ok,
    );
    app.openapi(route("/hidden", auth.required(), { hide: true }), ok);
    app.openapi(
      route("/own", auth.required(role("x")), { security: [], responses: { 403: { description: "Mine" } } }),
      ok,
    );
    const inner = new OpenAPIHono();
    inner.use(auth.required(scope("inner")));
    inner.openapi(route("/", []), ok);
    inner.openapi(route("/deep/{id}", [], { request: { params: z.object({ id: z.string() }) } }), ok);
    inner.onError((error) => {
      throw error;
    });
    app.route("/inner", inner);
    return app;
  }
  const expected = {
    "GET /public": undefined,
    "GET /me": [any],
    "GET /admin": [any, { oidc: ["users:write"] }],
    "GET /feed": [any, {}],
    "GET /users/{id}": [any],
    "GET /partners/{id}": [{ oidc: ["partners", "one"] }],
    "GET /own": [],
    "GET /inner": [{ oidc: ["inner"] }],
    "GET /inner/deep/{id}": [{ oidc: ["inner"] }],
  };

  test("OpenAPI 3.0", async () => {
    const app = build();
    const document = await read(
      docs.document(app, app.getOpenAPIDocument({ openapi: "3.0.3", info })),
      "3.0",
    );
    expect(securityOf(document)).toEqual(expected);
    expect(statusesOf(document, "/me")).toEqual(["200", "400", "401", "503"]);
    expect(statusesOf(document, "/own")).toEqual(["400", "401", "403", "503"]);
    expect(document.paths["/own"]?.get?.responses["403"]).toEqual({ description: "Mine" });
  });
  test("OpenAPI 3.1, and the document that was given is as it was", async () => {
    const app = build();
    const given = app.getOpenAPI31Document({ openapi: "3.1.0", info });
    const before = JSON.stringify(given);
    expect(securityOf(await read(docs.document(app, given), "3.1"))).toEqual(expected);
    expect(JSON.stringify(given)).toBe(before);
  });
  test("below a base path, and served by the application itself", async () => {
    const app = new OpenAPIHono().basePath("/api");
    app.openapi(route("/me", auth.required()), ok);
    app.get("/doc", (c) => c.json(docs.document(app, app.getOpenAPIDocument({ openapi: "3.0.0", info }))));
    const document = await (await app.request("/api/doc")).json();
    expect(securityOf(await read(document, "3.0"))).toEqual({ "GET /api/me": [any] });
  });
  test("what the document says is what is done", async () => {
    const app = build();
    const document = await read(
      docs.document(app, app.getOpenAPIDocument({ openapi: "3.0.3", info })),
      "3.0",
    );
    for (const [operation, security] of Object.entries(securityOf(document))) {
      const [method = "", path = ""] = operation.split(" ");
      const { status } = await app.request(path.replace("{id}", "7"), { method });
      const open = security === undefined || security.some((way) => Object.keys(way).length === 0);
      // `/own` says of itself what it likes.
      if (path !== "/own") expect([operation, status]).toEqual([operation, open ? 200 : 401]);
    }
  });
});

describe("hono-openapi", () => {
  const described = describeRoute({ responses });

  test("middleware before and after the description, of a path, and of all methods", async () => {
    const app = new Hono();
    app.get("/public", described, (c) => c.text("ok"));
    app.get("/me/:id{[0-9]+}", described, auth.required(), (c) => c.text("ok"));
    app.post("/admin", auth.required(admin), described, (c) => c.text("ok"));
    app.get("/optional/:id?", described, auth.optional(), (c) => c.text("ok"));
    app.get("/late", described, (c) => c.text("ok"));
    app.use("*", auth.required(scope("late")));
    app.get("/after", described, (c) => c.text("ok"));
    app.all("/any", auth.required(scope("any")), described, (c) => c.text("ok"));
    app.get("/any", described, (c) => c.text("ok"));
    app.get("/own", describeRoute({ responses, security: [{ mine: [] }] }), (c) => c.text("ok"));
    app.get("/hidden", describeRoute({ responses, hide: true }), (c) => c.text("ok"));
    const components = { securitySchemes: { mine: { type: "http", scheme: "basic" } } } as const;
    const made = await generateSpecs(app, { documentation: { info, components } });
    const document = await read(docs.document(app, made), "3.1");
    expect(securityOf(document)).toEqual({
      "GET /public": undefined,
      "GET /me/{id}": [any],
      "POST /admin": [any, { oidc: ["users:write"] }],
      "GET /optional/{id}": [any, {}],
      // Hono runs no middleware that was declared after a route.
      "GET /late": undefined,
      "GET /after": [{ oidc: ["late"] }],
      "GET /any": [{ oidc: ["late", "any"] }],
      "GET /own": [{ mine: [] }],
    });
    expect(Object.keys(document.components?.securitySchemes ?? {}).toSorted()).toEqual(["mine", "oidc"]);
  });

  test.each([
    ["/users/*", "/users", true],
    ["/users/*", "/users/{id}", true],
    ["/users/*", "/usersettings", false],
    ["/*", "/users/{id}", true],
    ["/*/settings", "/users/settings", true],
    ["/*/settings", "/users/other", false],
    ["/:area/settings", "/users/settings", true],
    ["/:area{(users|teams)}/settings", "/users/settings", true],
    ["/:area{(users|teams)}/settings", "/others/settings", false],
    ["/users/:id?", "/users", true],
    ["/users/:id", "/users", false],
    ["/users/me", "/users/{id}", false],
    ["/users/:id", "/users/{id}", true],
    ["/users/:id/more", "/users/{id}", false],
  ])("app.use(%j) and the operation %s: %s", (pattern, path, guarded) => {
    const app = new Hono();
    app.use(pattern, auth.required());
    app.get(path.replace("{id}", ":id"), (c) => c.text("ok"));
    const document = docs.document(app, { paths: { [path]: { get: { responses } } } }) as { paths: object };
    expect(JSON.stringify(document.paths).includes("security")).toBe(guarded);
  });

  test("a validator's own 400 stays", async () => {
    const app = new Hono();
    const query = validator("query", z.object({ page: z.string() }));
    app.get("/list", described, auth.required(), query, (c) => c.text("ok"));
    const document = await read(
      docs.document(app, await generateSpecs(app, { documentation: { info } })),
      "3.1",
    );
    expect(document.paths["/list"]?.get?.responses["400"]?.description).toBe("Validation Error");
  });
});

test("a document without a protected operation is the one that was given", () => {
  const app = new Hono();
  app.get("/public", (c) => c.text("ok"));
  const given = { openapi: "3.1.0", info, paths: { "/public": { get: { responses } } } };
  expect(docs.document(app, given)).toBe(given);
  expect(docs.document(app, { openapi: "3.1.0", info })).toEqual({ openapi: "3.1.0", info });
});

test("several of ours in one application", async () => {
  const partners = fakeIssuer({ audience: "my-api", issuer: "https://partners.example" });
  const other = sallyport(partners.config, partners.deps);
  const app = new Hono();
  app.get("/mine", auth.required(), (c) => c.text("ok"));
  app.get("/theirs", other.required(), (c) => c.text("ok"));
  app.get("/both", auth.optional(), other.required(scope("b")), (c) => c.text("ok"));
  const paths = Object.fromEntries(
    ["/mine", "/theirs", "/both"].map((path) => [path, { get: { responses } }]),
  );
  const mine = docs.document(app, { openapi: "3.1.0", info, paths });
  const document = await read(other.openapi({ name: "partners" }).document(app, mine), "3.1");
  expect(securityOf(document)).toEqual({
    "GET /mine": [any],
    "GET /theirs": [{ partners: [] }],
    "GET /both": [{ oidc: [], partners: ["b"] }, { partners: ["b"] }],
  });
});

test("several audiences of one issuer: one scheme, which offers the scopes of both", async () => {
  const urls = { authorizationUrl: "https://issuer.example/a", tokenUrl: "https://issuer.example/t" };
  const tools = sallyport({ ...idp.config, audience: "tools" }, idp.deps);
  const app = new Hono();
  const orders = sallyport(idp.config, idp.deps);
  app.get("/orders", orders.required(scope("orders:read")), (c) => c.text("ok"));
  app.get("/both", orders.required(scope("orders:read")), tools.required(scope("tools:run")), (c) =>
    c.text("ok"),
  );
  const paths = Object.fromEntries(["/orders", "/both"].map((path) => [path, { get: { responses } }]));
  const mine = orders.openapi(urls).document(app, { openapi: "3.1.0", info, paths });
  const document = await read(tools.openapi(urls).document(app, mine), "3.1");
  expect(securityOf(document)).toEqual({
    "GET /orders": [{ oidc: ["orders:read"] }],
    "GET /both": [{ oidc: ["orders:read", "tools:run"] }],
  });
  expect(document.components?.securitySchemes).toMatchObject({
    oidc: { flows: { authorizationCode: { scopes: { openid: "", "orders:read": "", "tools:run": "" } } } },
  });
});
