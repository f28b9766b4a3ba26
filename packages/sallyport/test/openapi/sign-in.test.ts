// Documents of applications where people sign in: the session as a way in, and the router's endpoints.
import swagger from "@fastify/swagger";
import * as common from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import Fastify from "fastify";
import { Hono } from "hono";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { sallyport as expressAuth } from "../../src/frameworks/express.ts";
import { sallyport as fastifyAuth } from "../../src/frameworks/fastify.ts";
import { sallyport as honoAuth } from "../../src/frameworks/hono.ts";
import { SallyportModule } from "../../src/frameworks/nest.ts";
import { applySallyport } from "../../src/frameworks/nest-swagger.ts";
import { acr, scope } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { createSessions, setScene, withScene } from "../http/session-scene.ts";
import { type Document, read, securityOf, statusesOf } from "./document.ts";

vi.mock("../../src/sallyport.ts", async (original) => {
  const real = await original<typeof import("../../src/sallyport.ts")>();
  return {
    ...real,
    createCore: (options: never, deps: never) => withScene(real.createCore(options, deps), options, deps),
  };
});

const idp = fakeIssuer({ audience: "my-api" });
const deps = { ...idp.deps, audit: [] };
const info = { title: "Test", version: "1.0.0" };
const oidc = { oidc: [] };
const session = { session: [] };
const ok = () => ({ ok: true });

beforeEach(() => setScene({ sessions: createSessions(false), basePath: "/api" }));

const scheme = { type: "apiKey", in: "cookie", name: "__Host-sid" };
const routerSecurity = {
  "GET /api/auth/v2/login": [],
  "GET /api/auth/v2/callback": [],
  "POST /api/auth/v2/callback": [],
  "POST /api/auth/v2/backchannel-logout": [],
};

/** What every framework's document says of the endpoint that takes a form. */
function expectForm(document: Document): void {
  const operation = document.paths["/api/auth/v2/backchannel-logout"]?.post as unknown as {
    requestBody: { content: Record<string, { schema: unknown }> };
  };
  expect(operation.requestBody.content["application/x-www-form-urlencoded"]?.schema).toEqual({
    type: "object",
    properties: { logout_token: { type: "string" } },
    required: ["logout_token"],
  });
  expect(statusesOf(document, "/api/auth/v2/backchannel-logout", "post")).toEqual(["200", "400"]);
  const login = document.paths["/api/auth/v2/login"]?.get as unknown as {
    parameters: { name: string; in: string }[];
    summary: string;
  };
  expect(login.summary).toBe("Sign in");
  expect(login.parameters.map((one) => [one.in, one.name])).toContainEqual(["query", "return_to"]);
  expect(statusesOf(document, "/api/auth/v2/login")).toEqual(["200", "303", "400", "503"]);
}

describe.each(["3.0.3", "3.1.0"])("OpenAPI %s", (openapi) => {
  const version = openapi.slice(0, 3) as "3.0" | "3.1";

  test("plain data, for any tool", async () => {
    const auth = expressAuth(idp.config, deps);
    const docs = auth.openapi();
    const operation = (guard: object) => ({
      get: docs.operation(guard, { responses: { 200: { description: "Well" } } }),
    });
    const document = await read(
      {
        openapi,
        info,
        paths: {
          ...docs.paths,
          "/me": operation(auth.required()),
          "/orders": operation(auth.required(scope("orders"))),
          "/feed": operation(auth.optional()),
          "/api-only": operation(auth.required(undefined, { by: "token" })),
          "/people-only": operation(auth.required(acr("gold"), { by: "session" })),
          "/people-feed": operation(auth.optional(undefined, { by: "session" })),
        },
        components: docs.components,
      },
      version,
    );
    expect(document.components?.securitySchemes?.session).toMatchObject(scheme);
    expect(securityOf(document)).toEqual({
      ...routerSecurity,
      "GET /me": [oidc, session],
      "GET /orders": [{ oidc: ["orders"] }, session],
      "GET /feed": [oidc, session, {}],
      "GET /api-only": [oidc],
      "GET /people-only": [session],
      "GET /people-feed": [session, {}],
    });
    expectForm(document);
  });

  test("Fastify's", async () => {
    const auth = fastifyAuth(idp.config, deps);
    const app = Fastify();
    await app.register(swagger, auth.openapi().swagger({ openapi: { openapi, info } }));
    app.register(auth.router(), { prefix: "/api" });
    app.get("/me", auth.required(), ok);
    await app.ready();
    const document = await read(app.swagger(), version);
    expect(document.components?.securitySchemes?.session).toMatchObject(scheme);
    expect(securityOf(document)).toEqual({ ...routerSecurity, "GET /me": [oidc, session] });
    expectForm(document);
    await app.close();
  });

  test("Hono's, once the router is mounted", async () => {
    const auth = honoAuth(idp.config, deps);
    const app = new Hono();
    app.get("/me", auth.required(), (c) => c.json(ok()));
    const paths = { "/me": { get: { responses: { 200: { description: "Well" } } } } };
    const before = auth.openapi().document(app, { openapi, info, paths });
    expect(Object.keys(before.paths)).toEqual(["/me"]);
    app.route("/api", auth.router());
    const document = await read(auth.openapi().document(app, { openapi, info, paths }), version);
    expect(securityOf(document)).toEqual({ ...routerSecurity, "GET /me": [oidc, session] });
    expectForm(document);
  });
});

test("Nest's", async () => {
  class Routes {
    me() {
      return ok();
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, "me") as PropertyDescriptor;
  common.Get("me")(Routes.prototype, "me", descriptor);
  common.Controller()(Routes);
  class AppModule {}
  const imports = [SallyportModule.forRoot({ ...idp.config, global: true, deps })];
  common.Module({ imports, controllers: [Routes] })(AppModule);
  const app = await NestFactory.create(AppModule, new ExpressAdapter(), {
    logger: false,
    abortOnError: false,
  });
  await app.init();
  const config = new DocumentBuilder().setTitle("Test").setVersion("1").build();
  const document = await read(
    applySallyport(app, () => SwaggerModule.createDocument(app, config)),
    "3.0",
  );
  expect(document.components?.securitySchemes?.session).toMatchObject(scheme);
  expect(securityOf(document)).toEqual({ ...routerSecurity, "GET /me": [oidc, session] });
  expectForm(document);
  await app.close();
});

describe("refusals", () => {
  const auth = () => {
    setScene({ sessions: createSessions(false), basePath: "/api" });
    return expressAuth(idp.config, deps);
  };
  const errorsOf = (responses: Document["paths"][string][string]["responses"], status: number) =>
    responses[status]?.content?.["application/json"]?.schema.properties.error.enum;

  test("of a route with both ways in", () => {
    const one = auth();
    const { responses } = one.openapi().operation(one.required()) as unknown as { responses: never };
    expect(Object.keys(responses)).toEqual(["400", "401", "403", "503"]);
    expect(errorsOf(responses, 400)).toEqual(["invalid_request"]);
    expect(errorsOf(responses, 401)).toEqual(["invalid_token", "login_required"]);
    expect(errorsOf(responses, 403)).toEqual(["cross_site_request"]);
    expect(JSON.stringify(responses[401])).toContain('"login_url":{"type":"string"}');
  });

  test("of one for people alone: no token is read, so none is bad", () => {
    const one = auth();
    const guard = one.required(undefined, { by: "session" });
    const { responses } = one.openapi().operation(guard) as unknown as { responses: never };
    expect(Object.keys(responses)).toEqual(["401", "403", "503"]);
    expect(errorsOf(responses, 401)).toEqual(["login_required"]);
  });

  test("of one for programs alone: what it was without sessions", () => {
    const one = auth();
    const own = one.openapi().operation(one.required(undefined, { by: "token" }));
    setScene({ without: true });
    const without = expressAuth(idp.config, deps);
    expect(own.responses).toEqual(without.openapi().operation(without.required()).responses);
  });
});

test("without a router there are no paths, and without sessions no scheme", () => {
  setScene({ without: true });
  const { paths, components } = expressAuth(idp.config, deps).openapi();
  expect([paths, Object.keys(components.securitySchemes)]).toEqual([{}, ["oidc"]]);
});
