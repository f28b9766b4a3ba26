// Paths that routers take for patterns, and what goes wrong at construction.
import { Controller, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sallyport as expressAuth } from "../../src/frameworks/express.ts";
import { sallyport } from "../../src/frameworks/fastify.ts";
import { sallyport as fetchAuth } from "../../src/frameworks/fetch.ts";
import { sallyport as honoAuth } from "../../src/frameworks/hono.ts";
import { SallyportModule } from "../../src/frameworks/nest.ts";
import { RESOURCE_GATES } from "../../src/frameworks/nest-resource.ts";
import { scope } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { listen } from "../support/listen.ts";
import { rawRequest } from "../support/raw-http.ts";
import type { TestServer } from "../support/run-http-cases.ts";
import { applications } from "./servers.ts";

const host = "https://api.example.org";
const wellKnown = "/.well-known/oauth-protected-resource";
const idp = fakeIssuer({ audience: "my-api" });
const optionsOf = (path: string) => ({ ...idp.config, resource: `${host}${path}` });
const resourceAt = (path: string) => ({
  options: optionsOf(path),
  deps: idp.deps,
  path: "/list",
  needed: scope("a"),
});

describe.each(applications)("%s: paths that a router might take for a pattern", (_name, make) => {
  const paths = ["/caf%C3%A9", "/a:b", "/files/*", "/(x)", "/a+b", "/x%2Fy", "/100%25"];
  const servers: TestServer[] = [];
  beforeAll(async () => {
    for (const path of paths) servers.push(await make([resourceAt(path)]));
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  test.each(paths.map((path, index) => [path, index] as const))("%s", async (path, index) => {
    const get = (target: string) =>
      rawRequest(servers[index]?.port ?? 0, {
        method: "GET",
        path: target,
        headers: [["Host", "api.example.org"]],
      });
    expect(JSON.parse((await get(`${wellKnown}${path}`)).body)).toMatchObject({ resource: `${host}${path}` });
    for (const other of ["/axb", "/files/report", "/caf%c3%a9", "/x", "/aab"]) {
      expect((await get(`${wellKnown}${other}`)).status).toBe(404);
    }
  });
});

test("fastify: two that are called the same are found at start", async () => {
  const app = Fastify();
  for (const auth of [sallyport(optionsOf("/a"), idp.deps), sallyport(optionsOf("/a"), idp.deps)]) {
    app.register(auth.plugin());
  }
  await expect(app.ready()).rejects.toThrow("already declared");
});

test("fastify: a router that is told to be lenient is not", async () => {
  const app = Fastify({ routerOptions: { ignoreTrailingSlash: true, caseSensitive: false } });
  app.register(sallyport(optionsOf("/a"), idp.deps).plugin());
  const status = async (url: string) => (await app.inject(url)).statusCode;
  expect(await status(`${wellKnown}/a`)).toBe(200);
  expect([await status(`${wellKnown}/a/`), await status(`${wellKnown}/A`)]).toEqual([404, 404]);
  await app.close();
});

test("fastify: without `resource` the plugin adds no route", async () => {
  const app = Fastify();
  app.register(sallyport(idp.config, idp.deps).plugin());
  await app.ready();
  expect(app.printRoutes()).not.toContain("well-known");
  await app.close();
});

test("express and hono: middleware without a document is refused at construction", () => {
  expect(() => expressAuth(idp.config, idp.deps).resourceMetadata()).toThrow("`publicUrl` or `resource`");
  expect(() => honoAuth(idp.config, idp.deps).resourceMetadata()).toThrow("`publicUrl` or `resource`");
});

describe("challenges point to the document once something serves it", () => {
  const options = { ...idp.config, publicUrl: host, dpop: "off" } as const;
  const plain = 'Bearer realm="api"';
  const pointing = `Bearer realm="api", resource_metadata="${host}${wellKnown}"`;

  test.each([
    [false, plain],
    [true, pointing],
  ])("fastify, served: %s", async (served, challenge) => {
    const auth = sallyport(options, idp.deps);
    const app = Fastify();
    app.get("/list", auth.required(), () => []);
    if (served) app.register(auth.plugin());
    expect((await app.inject("/list")).headers["www-authenticate"]).toBe(challenge);
    await app.close();
  });

  test.each([
    [false, plain],
    [true, pointing],
  ])("hono, served: %s", async (served, challenge) => {
    const auth = honoAuth(options, idp.deps);
    const app = new Hono();
    app.get("/list", auth.required(), (c) => c.json([]));
    if (served) app.use(auth.resourceMetadata());
    expect((await app.request("/list")).headers.get("www-authenticate")).toBe(challenge);
  });

  test.each([
    [false, plain],
    [true, pointing],
  ])("express, served: %s", async (served, challenge) => {
    const auth = expressAuth(options, idp.deps);
    const app = express();
    if (served) app.use(auth.resourceMetadata());
    app.get("/list", auth.required(), (_request, response) => void response.json([]));
    const server = await listen(app);
    const answer = await fetch(`http://127.0.0.1:${server.port}/list`);
    expect(answer.headers.get("www-authenticate")).toBe(challenge);
    await server.close();
  });

  test("Request: always, since only the application's code knows", async () => {
    const answer = await fetchAuth(options, idp.deps).required(() => new Response())(
      new Request(`${host}/list`),
    );
    expect(answer.headers.get("www-authenticate")).toBe(pointing);
  });
});

describe("nest", () => {
  class Routes {}
  Controller()(Routes);
  const feature = (path: string) => {
    class Feature {}
    const imports = [SallyportModule.forResource({ ...optionsOf(path), deps: idp.deps })];
    Module({ imports, controllers: [Routes] })(Feature);
    return Feature;
  };
  const init = async (imports: NonNullable<Parameters<typeof Module>[0]["imports"]>) => {
    class AppModule {}
    Module({ imports })(AppModule);
    const app = await NestFactory.create(AppModule, new ExpressAdapter(), {
      logger: false,
      abortOnError: false,
    });
    await app.init();
    return app;
  };
  const root = () => SallyportModule.forRoot({ ...idp.config, deps: idp.deps });

  test("a controller of two resources keeps the application from starting", async () => {
    await expect(init([root(), feature("/a"), feature("/b")])).rejects.toThrow(
      "Routes belongs to two resources",
    );
  });

  test("forResource() without forRoot() does, too", async () => {
    await expect(init([feature("/a")])).rejects.toThrow("SallyportResourceModule");
  });

  test("so does an option that is none", async () => {
    const wrong = SallyportModule.forResource({ ...optionsOf("/a"), global: true } as never);
    await expect(init([root(), wrong])).rejects.toThrow("has no option `global`");
  });

  test("closing the application closes each resource's verifier", async () => {
    class Feature {}
    Module({ imports: [SallyportModule.forResource({ ...optionsOf("/a"), deps: idp.deps })] })(Feature);
    const app = await init([root(), Feature]);
    const { verifier } = app.get(RESOURCE_GATES, { strict: false }).kit.auth;
    await app.close();
    await expect(verifier.verify("a.b.c")).rejects.toMatchObject({ code: "closed" });
  });
});
