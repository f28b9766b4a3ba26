// The document of @fastify/swagger: what each route says is found by its hooks, its plugin's among them.
import swagger from "@fastify/swagger";
import Fastify, { type FastifyInstance } from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { anyOf, role, sallyport, scope } from "../../src/frameworks/fastify.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { type Document, read, securityOf, statusesOf } from "./document.ts";

const idp = fakeIssuer({ audience: "my-api" });
const auth = sallyport(idp.config, idp.deps);
const any = { oidc: [] };
const info = { title: "Test", version: "1.0.0" };
const ok = () => ({ ok: true });

type Options = Parameters<ReturnType<typeof auth.openapi>["swagger"]>[0] & object;

/** An application with the plugin ahead of its routes, as the plugin wants it. */
async function build(
  routes: (app: FastifyInstance) => void,
  options: Options = {},
  docs = auth.openapi(),
): Promise<FastifyInstance> {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(swagger, docs.swagger({ openapi: { info }, ...options }));
  routes(app);
  await app.ready();
  return app;
}

async function documentOf(...given: Parameters<typeof build>): Promise<Document> {
  const app = await build(...given);
  const document = app.swagger() as { openapi: string };
  return read(document, document.openapi.startsWith("3.1") ? "3.1" : "3.0");
}

const everything = (app: FastifyInstance) => {
  app.get("/public", ok);
  app.get("/me", auth.required(), ok);
  app.get("/admin", auth.required(anyOf(role("Admin"), scope("users:write"))), ok);
  app.get("/feed", auth.optional(scope("feed")), ok);
  app.post("/orders", { bodyLimit: 1024, ...auth.required(scope("orders:write")) }, ok);
};

test.each(["3.0.3", "3.1.0"])("OpenAPI %s: every kind of route", async (openapi) => {
  const document = await documentOf(everything, { openapi: { openapi, info } });
  expect(document.openapi).toBe(openapi);
  expect(securityOf(document)).toEqual({
    "GET /public": undefined,
    "GET /me": [any],
    "GET /admin": [any, { oidc: ["users:write"] }],
    "GET /feed": [{ oidc: ["feed"] }, {}],
    "POST /orders": [{ oidc: ["orders:write"] }],
  });
  expect(statusesOf(document, "/public")).toEqual(["200"]);
  expect(statusesOf(document, "/me")).toEqual(["200", "400", "401", "503"]);
  expect(statusesOf(document, "/orders", "post")).toEqual(["200", "400", "401", "403", "503"]);
  expect(document.paths["/me"]?.get?.responses["200"]).toEqual({ description: "Default Response" });
});

test("what the document says of a refusal is what is sent", async () => {
  const app = await build(everything);
  const document = app.swagger() as unknown as Document;
  const bearer = await idp.bearer();
  const refusals = [
    ["/me", {}, 401],
    ["/me", { authorization: "Bearer x, y" }, 400],
    ["/me", await idp.bearer({ audience: "another" }), 401],
    ["/admin", bearer, 403],
    ["/feed", bearer, 403],
  ] as const;
  for (const [url, headers, status] of refusals) {
    const answer = await app.inject({ url, headers: { ...headers } });
    expect(answer.statusCode).toBe(status);
    const shown = document.paths[url]?.get?.responses[status];
    expect(Object.keys(answer.json())).toEqual(["error", "error_description"]);
    expect(shown?.content?.["application/json"]?.schema.properties.error.enum).toContain(answer.json().error);
    expect(shown?.description).toContain(answer.json().error_description);
    const named = Object.keys(shown?.headers ?? {}).map((name) => name.toLowerCase());
    expect(Object.keys(answer.headers)).toEqual(expect.arrayContaining(named));
  }
});

describe("where a guard may stand", () => {
  const guard = auth.required(scope("a"));
  const other = auth.required(scope("b"));
  const found = [{ oidc: ["a"] }];

  test("hooks of the route, alone, in lists and among others", async () => {
    const own = async () => {};
    const document = await documentOf((app) => {
      app.get("/one", { onRequest: guard.onRequest }, ok);
      app.get("/list", { onRequest: [own, guard.onRequest] }, ok);
      app.get("/replaced", { ...guard, onRequest: own }, ok);
      app.get("/late", { preHandler: [guard.onRequest] }, ok);
      app.get("/two", { onRequest: [guard.onRequest, other.onRequest] }, ok);
      app.get("/none", { onRequest: own, preHandler: [own] }, ok);
    });
    expect(securityOf(document)).toEqual({
      "GET /one": found,
      "GET /list": found,
      "GET /replaced": found,
      "GET /late": found,
      "GET /two": [{ oidc: ["a", "b"] }],
      "GET /none": undefined,
    });
  });

  test("hooks of a plugin, for its routes and those of the plugins in it, before and after", async () => {
    const document = await documentOf((app) => {
      app.get("/outside", ok);
      app.register(async (inner) => {
        inner.get("/early", ok);
        inner.addHook("onRequest", guard.onRequest);
        inner.get("/late", ok);
        inner.get("/more", other, ok);
        inner.get("/softer", auth.optional(), ok);
        inner.register(async (deep) => deep.get("/deep", ok), { prefix: "/x" });
      });
      app.register(async (open) => open.get("/sibling", ok));
      app.register(async (feed) => {
        feed.addHook("onRequest", auth.optional().onRequest);
        feed.get("/feed", ok);
        feed.get("/own", guard, ok);
      });
    });
    expect(securityOf(document)).toEqual({
      "GET /outside": undefined,
      "GET /early": found,
      "GET /late": found,
      "GET /more": [{ oidc: ["a", "b"] }],
      // Both are run: who passes the plugin's hook is somebody.
      "GET /softer": found,
      "GET /x/deep": found,
      "GET /sibling": undefined,
      "GET /feed": [any, {}],
      "GET /own": found,
    });
  });

  test("spread, the options know the routes' own guards", async () => {
    const app = Fastify();
    onTestFinished(() => app.close());
    await app.register(swagger, { ...auth.openapi().swagger({ openapi: { info } }) });
    app.get("/me", guard, ok);
    app.register(async (inner) => {
      inner.addHook("onRequest", guard.onRequest);
      inner.get("/inner", ok);
    });
    await app.ready();
    const document = await read(app.swagger(), "3.0");
    expect(securityOf(document)).toEqual({ "GET /me": found, "GET /inner": undefined });
  });
});

describe("what is the application's own", () => {
  const guard = auth.required(scope("a"));
  const mine = { description: "Mine", type: "object", properties: { mine: { type: "string" } } };

  test("security and answers of a route", async () => {
    const document = await documentOf(
      (app) => {
        app.get("/open", { schema: { security: [] }, ...guard }, ok);
        app.get("/key", { schema: { security: [{ key: [] }] }, ...guard }, ok);
        app.get("/answers", { schema: { response: { 200: mine, 403: mine } }, ...guard }, ok);
        app.get("/range", { schema: { response: { "4xx": mine } }, ...guard }, ok);
      },
      {
        openapi: {
          info,
          components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x" } } },
        },
      },
    );
    expect(securityOf(document)).toEqual({
      "GET /open": [],
      "GET /key": [{ key: [] }],
      "GET /answers": [{ oidc: ["a"] }],
      "GET /range": [{ oidc: ["a"] }],
    });
    expect(Object.keys(document.components?.securitySchemes ?? {})).toEqual(["oidc", "key"]);
    expect(document.paths["/answers"]?.get?.responses["403"]?.description).toBe("Mine");
    expect(statusesOf(document, "/answers")).toEqual(["200", "400", "401", "403", "503"]);
    expect(statusesOf(document, "/range")).toEqual(["503", "4XX"]);
  });

  test("the schema that validates and serialises is not touched", async () => {
    const schema = { summary: "Me", response: Object.freeze({ 200: mine }) };
    const app = await build((given) =>
      given.get("/me", { schema, ...guard }, () => ({ mine: "x", more: "y" })),
    );
    app.swagger();
    expect(Object.keys(schema)).toEqual(["summary", "response"]);
    const headers = await idp.bearer({ scopes: ["a"] });
    expect((await app.inject({ url: "/me", headers })).json()).toEqual({ mine: "x" });
    expect((await app.inject("/me")).json()).toMatchObject({ error: "missing_token" });
  });

  test("a transform, which runs first; a scheme of the same name; hidden routes", async () => {
    const document = await documentOf(
      (app) => {
        app.get("/v1/me", guard, ok);
        app.get("/hidden", { schema: { hide: true }, ...guard }, ok);
      },
      {
        openapi: { info, components: { securitySchemes: { oidc: { type: "http", scheme: "bearer" } } } },
        transform: ({ schema, url }: { schema?: object; url: string }) => ({
          schema: { ...schema, summary: "Changed" },
          url: url.replace("/v1", ""),
        }),
      },
    );
    expect(securityOf(document)).toEqual({ "GET /me": [{ oidc: ["a"] }] });
    expect(document.paths["/me"]?.get).toMatchObject({ summary: "Changed" });
    expect(document.components?.securitySchemes).toEqual({ oidc: { type: "http", scheme: "bearer" } });
  });

  test("other options of the plugin", async () => {
    const document = await documentOf(
      (app) => {
        app.get("/tagged", { schema: { tags: ["a"] }, ...guard }, ok);
        app.get("/untagged", guard, ok);
      },
      { hideUntagged: true, exposeHeadRoutes: true },
    );
    expect(Object.keys(document.paths)).toEqual(["/tagged"]);
    expect(Object.keys(document.paths["/tagged"] ?? {}).toSorted()).toEqual(["get", "head"]);
    expect(document.paths["/tagged"]?.head?.security).toEqual([{ oidc: ["a"] }]);
  });
});

test("HEAD, OPTIONS, several methods, and the slash of a plugin", async () => {
  const document = await documentOf(
    (app) => {
      app.route({ method: ["GET", "DELETE"], url: "/both", handler: ok, ...auth.required() });
      app.options("/options", auth.required(), ok);
      app.head("/head", { schema: { operationId: "head" }, ...auth.required() }, ok);
      app.register(async (inner) => void inner.get("/", auth.required(), ok), { prefix: "/inner" });
      app.register(async (inner) => {
        inner.addHook("onRequest", auth.required().onRequest);
        inner.get("/named", { schema: { operationId: "named" } }, ok);
      });
    },
    { exposeHeadRoutes: true },
  );
  const security = securityOf(document);
  expect(Object.values(security)).toEqual(Object.keys(security).map(() => [any]));
  expect(Object.keys(security)).toEqual(
    expect.arrayContaining([
      "GET /both",
      "DELETE /both",
      "OPTIONS /options",
      "HEAD /head",
      "GET /inner/",
      "HEAD /named",
    ]),
  );
});

test("an application without a protected route declares nothing", async () => {
  const document = await documentOf((app) => void app.get("/public", ok));
  expect(document.components?.securitySchemes).toBeUndefined();
  expect((await documentOf(() => {})).paths).toEqual({});
});

test("several of ours in one application: each route has its own, and where both stand, both", async () => {
  const partners = fakeIssuer({ audience: "my-api", issuer: "https://partners.example" });
  const other = sallyport(partners.config, partners.deps);
  const app = Fastify();
  onTestFinished(() => app.close());
  const mine = auth.openapi().swagger({ openapi: { info } });
  await app.register(swagger, other.openapi({ name: "partners" }).swagger(mine));
  app.get("/mine", auth.required(scope("a")), ok);
  app.get("/theirs", other.required(), ok);
  app.register(async (inner) => {
    inner.addHook("onRequest", auth.required().onRequest);
    inner.get("/both", { onRequest: other.required(scope("b")).onRequest }, ok);
  });
  await app.ready();
  const document = await read(app.swagger(), "3.0");
  expect(securityOf(document)).toEqual({
    "GET /mine": [{ oidc: ["a"] }],
    "GET /theirs": [{ partners: [] }],
    "GET /both": [{ oidc: [], partners: ["b"] }],
  });
  expect(Object.keys(document.components?.securitySchemes ?? {}).toSorted()).toEqual(["oidc", "partners"]);
});

test("a document of Swagger 2.0 is left alone", async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(swagger, auth.openapi().swagger({ swagger: { info } }));
  app.get("/me", auth.required(), ok);
  await app.ready();
  expect(app.swagger()).toMatchObject({
    swagger: "2.0",
    paths: { "/me": { get: { responses: { 200: {} } } } },
  });
  expect(JSON.stringify(app.swagger())).not.toContain("oidc");
});

test("plain data, by the route options that required() gave", () => {
  const docs = auth.openapi();
  const guard = auth.required(scope("a"));
  expect(docs.operation(guard).security).toEqual([{ oidc: ["a"] }]);
  expect(docs.operation(guard.onRequest)).toEqual(docs.operation(guard));
  expect(Object.keys(docs.components.securitySchemes)).toEqual(["oidc"]);
});
