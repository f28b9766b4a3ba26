// Every endpoint of the sign-in is in the application's document, as it is served: in each framework's own way, nothing made up.
import swagger from "@fastify/swagger";
import * as common from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import Fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { sallyport as expressAuth } from "../../src/frameworks/express.ts";
import { sallyport as fastifyAuth } from "../../src/frameworks/fastify.ts";
import { sallyport as honoAuth } from "../../src/frameworks/hono.ts";
import { SallyportModule } from "../../src/frameworks/nest.ts";
import { applySallyport } from "../../src/frameworks/nest-swagger.ts";
import type { SallyportOptions } from "../../src/sallyport.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { type Document, read, statusesOf } from "./document.ts";

const idp = fakeIssuer();
const info = { title: "Test", version: "1.0.0" };
const deps = () => ({ ...idp.deps, audit: [], sessionStore: createMemorySessionStore() });
const base: SallyportOptions = {
  ...idp.config,
  clientId: "web",
  clientSecret: "web-secret",
  publicUrl: "https://app.example.org",
  session: { secret: crypto.getRandomValues(new Uint8Array(48)) },
  nativeClients: {},
};

type Make = (options: SallyportOptions) => Promise<Document>;

const viaNest =
  (adapter: () => never): Make =>
  async (options) => {
    class AppModule {}
    common.Module({ imports: [SallyportModule.forRoot({ ...options, deps: deps() })] })(AppModule);
    const app = await NestFactory.create(AppModule, adapter(), { logger: false, abortOnError: false });
    await app.init();
    const config = new DocumentBuilder().setTitle("Test").setVersion("1").build();
    const document = await read(
      applySallyport(app, () => SwaggerModule.createDocument(app, config)),
      "3.0",
    );
    await app.close();
    return document;
  };

/** Documents of an application that has nothing but the router, at its root. */
const frameworks: Record<string, Make> = {
  "Express, plain data": async (options) => {
    const { paths, components } = expressAuth(options, deps()).openapi();
    return read({ openapi: "3.1.0", info, paths, components }, "3.1");
  },
  Fastify: async (options) => {
    const { app } = await onFastify(options);
    const document = await read(app.swagger(), "3.1");
    await app.close();
    return document;
  },
  Hono: async (options) => {
    const auth = honoAuth(options, deps());
    const { basePath = "" } = options.router ?? {};
    const app = new Hono().route(basePath || "/", auth.router());
    return read(auth.openapi().document(app, { openapi: "3.1.0", info, paths: {} }), "3.1");
  },
  "Nest on Express": viaNest(() => new ExpressAdapter() as never),
  "Nest on Fastify": viaNest(() => new FastifyAdapter() as never),
};

async function onFastify(options: SallyportOptions) {
  const auth = fastifyAuth(options, deps());
  const app = Fastify();
  await app.register(swagger, auth.openapi().swagger({ openapi: { openapi: "3.1.0", info } }));
  app.register(auth.router(), { prefix: options.router?.basePath ?? "" });
  await app.ready();
  return { app };
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .toSorted();

const all = [
  "GET /auth/v2/callback",
  "GET /auth/v2/frontchannel-logout",
  "GET /auth/v2/login",
  "GET /auth/v2/logout",
  "GET /auth/v2/session",
  "GET /auth/v2/userinfo",
  "POST /auth/v2/backchannel-logout",
  "POST /auth/v2/device",
  "POST /auth/v2/login",
  "POST /auth/v2/logout",
  "POST /auth/v2/token",
];

describe.each(Object.entries(frameworks))("%s", (_name, make) => {
  test("all that there are", async () => {
    expect(operationsOf(await make(base))).toEqual(all);
  });

  test("a callback that takes a form", async () => {
    const operations = operationsOf(await make({ ...base, login: { responseMode: "form_post" } }));
    expect(operations).toEqual([...all, "POST /auth/v2/callback"].toSorted());
  });

  test("what was renamed, what was taken out, what is not served, and all of it below a prefix", async () => {
    const { nativeClients: _, ...people } = base;
    const paths = { login: "/login", callback: "/auth/callback", userinfo: false } as const;
    expect(operationsOf(await make({ ...people, router: { basePath: "/api", paths } }))).toEqual([
      "GET /api/auth/callback",
      "GET /api/auth/v2/frontchannel-logout",
      "GET /api/auth/v2/logout",
      "GET /api/auth/v2/session",
      "GET /api/login",
      "POST /api/auth/v2/backchannel-logout",
      "POST /api/auth/v2/logout",
      "POST /api/login",
    ]);
  });
});

test("what an endpoint answers is what the document says of it", async () => {
  const { app } = await onFastify(base);
  const document = await read(app.swagger(), "3.1");
  const answered: Record<string, number> = {};
  for (const operation of all) {
    const [method = "", url = ""] = operation.split(" ");
    const { statusCode } = await app.inject({ method: method as "GET", url });
    answered[operation] = statusCode;
    expect(statusesOf(document, url, method.toLowerCase()), operation).toContain(String(statusCode));
  }
  expect(answered).toMatchObject({
    "GET /auth/v2/login": 303,
    "GET /auth/v2/callback": 400,
    "GET /auth/v2/logout": 200,
    "POST /auth/v2/logout": 403,
    "POST /auth/v2/token": 400,
    "GET /auth/v2/session": 401,
  });
  await app.close();
});
