// One application with several resources, in each framework's own way.
import { getRequestListener } from "@hono/node-server";
import * as common from "@nestjs/common";
import * as core from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { sallyport as expressAuth } from "../../src/frameworks/express.ts";
import { sallyport as fastifyAuth } from "../../src/frameworks/fastify.ts";
import { sallyport as fetchAuth } from "../../src/frameworks/fetch.ts";
import { sallyport as honoAuth } from "../../src/frameworks/hono.ts";
import * as sallyport from "../../src/frameworks/nest.ts";
import {
  sallyport as nodeAuth,
  type Requirement,
  type SallyportDeps,
  type SallyportOptions,
} from "../../src/frameworks/node.ts";
import { nestResources } from "../nest/resources.ts";
import { bridge } from "../support/fetch-bridge.ts";
import { listen } from "../support/listen.ts";
import type { TestServer } from "../support/run-http-cases.ts";

/** One resource, and its one route. */
export interface Resource {
  readonly options: SallyportOptions;
  readonly deps: SallyportDeps;
  readonly path: string;
  readonly needed: Requirement;
}

/**
 * Makes an application of the resources. With `everywhere`, the first one's guard stands in front of the whole application,
 * ahead of what serves the document, and behind it is a handler for every path.
 */
export type MakeApplication = (
  resources: readonly Resource[],
  how?: { readonly everywhere?: boolean },
) => Promise<TestServer>;

const secret = "for callers only";

const fastify: MakeApplication = async (resources, { everywhere = false } = {}) => {
  const app = Fastify();
  resources.forEach(({ options, deps, path, needed }, index) => {
    const auth = fastifyAuth(options, deps);
    if (everywhere) app.addHook("onRequest", auth.required().onRequest);
    // The second one is registered under a prefix, in a plugin with a hook of its own.
    if (index === 0) app.register(auth.plugin());
    else {
      app.register(
        async (scoped) => {
          scoped.addHook("onRequest", auth.required().onRequest);
          scoped.register(auth.plugin());
        },
        { prefix: "/v1" },
      );
    }
    app.get(path, auth.required(needed), () => ({ ok: true }));
  });
  if (everywhere) app.all("*", () => secret);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: (app.server.address() as { port: number }).port, close: () => app.close() };
};

const hono: MakeApplication = async (resources, { everywhere = false } = {}) => {
  const app = new Hono();
  for (const { options, deps, path, needed } of resources) {
    const auth = honoAuth(options, deps);
    if (everywhere) app.use(auth.required());
    app.use(auth.resourceMetadata());
    app.get(path, auth.required(needed), (c) => c.json({ ok: true }));
  }
  if (everywhere) app.all("*", (c) => c.text(secret));
  return listen(getRequestListener(app.fetch));
};

export const expressResources =
  (framework: typeof express): MakeApplication =>
  async (resources, { everywhere = false } = {}) => {
    const app = framework();
    for (const { options, deps, path, needed } of resources) {
      const auth = expressAuth(options, deps);
      if (everywhere) app.use(auth.required());
      app.use(auth.resourceMetadata());
      app.get(path, auth.required(needed), (_request, response) => {
        response.json({ ok: true });
      });
    }
    if (everywhere) app.use((_request, response) => void response.send(secret));
    return listen(app);
  };

const node: MakeApplication = async (resources, { everywhere = false } = {}) => {
  const all = resources.map((resource) => ({ ...resource, auth: nodeAuth(resource.options, resource.deps) }));
  const routes = all.map(({ auth, path, needed }) => ({
    path,
    handler: auth.required(needed, (_request, response) => response.end('{"ok":true}')),
  }));
  const guarded = all[0]?.auth.required((_request, response) => response.end(secret));
  return listen((request, response) => {
    if (everywhere) return void guarded?.(request, response);
    if (all.some(({ auth }) => auth.resourceMetadata(request, response))) return;
    const route = routes.find(({ path }) => path === request.url);
    if (route) return void route.handler(request, response);
    response.statusCode = 404;
    response.end();
  });
};

const onFetch: MakeApplication = async (resources, { everywhere = false } = {}) => {
  const all = resources.map((resource) => ({
    ...resource,
    auth: fetchAuth(resource.options, resource.deps),
  }));
  const routes = all.map(({ auth, path, needed }) => ({
    path,
    handler: auth.required(needed, () => Response.json({ ok: true })),
  }));
  const guarded = all[0]?.auth.required(() => new Response(secret));
  return listen(
    bridge((request) => {
      if (everywhere && guarded) return guarded(request);
      for (const { auth } of all) {
        const found = auth.resourceMetadata(request);
        if (found) return found;
      }
      const route = routes.find(({ path }) => path === new URL(request.url).pathname);
      return route ? route.handler(request) : new Response(null, { status: 404 });
    }),
  );
};

const nest = { common, core, sallyport };

export const applications: readonly (readonly [name: string, make: MakeApplication])[] = [
  ["fastify", fastify],
  ["hono", hono],
  ["express", expressResources(express)],
  ["node", node],
  ["fetch", onFetch],
  ["nest on Express", nestResources(nest, () => new ExpressAdapter() as never)],
  ["nest on Fastify", nestResources(nest, () => new FastifyAdapter() as never)],
];
