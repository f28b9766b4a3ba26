// "Sign people in" of docs/frameworks/*.md: somebody signs in, orders, and signs out, by the code that the pages show.
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { NestFactory } from "@nestjs/core";
import { describe } from "vitest";
import type { SallyportOptions } from "../../src/frameworks/exports.ts";
import { shopModule } from "../nest/page/sign-in.module.ts";
import { bridge } from "../support/fetch-bridge.ts";
import { runSignIn, type StartShop } from "../support/run-sign-in.ts";
import { build as buildExpress } from "./pages/express/sign-in.ts";
import { build as buildFastify } from "./pages/fastify/sign-in.ts";
import { build as buildFetch } from "./pages/fetch/sign-in.ts";
import { build as buildHono } from "./pages/hono/sign-in.ts";
import { build as buildNode } from "./pages/node/sign-in.ts";

const host = "127.0.0.1";
const deps = { audit: [] };

const onNode =
  (make: (options: SallyportOptions) => Server): StartShop =>
  async (options, port) => {
    const server = make(options);
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    };
  };

const frameworks: Record<string, StartShop> = {
  express: onNode((options) => createServer(buildExpress(options, deps).app)),
  fastify: async (options, port) => {
    const app = buildFastify(options, deps);
    await app.listen({ port, host });
    return () => app.close();
  },
  fetch: onNode((options) => createServer(bridge(buildFetch(options, deps)))),
  hono: onNode((options) => createServer(getRequestListener(buildHono(options, deps).fetch))),
  nest: async (options, port) => {
    const app = await NestFactory.create(shopModule({ ...options, deps }), { logger: false });
    await app.listen(port, host);
    return () => app.close();
  },
  node: onNode((options) => buildNode(options, deps)),
};

describe.each(Object.entries(frameworks))("%s", (_name, start) => runSignIn(start));
