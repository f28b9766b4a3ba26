// "Sign people in" of docs/frameworks/*.md: somebody signs in, orders, and signs out, by the code that the pages show.
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { NestFactory } from "@nestjs/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SallyportOptions } from "../../src/frameworks/exports.ts";
import { shopModule } from "../nest/page/sign-in.module.ts";
import { bridge } from "../support/fetch-bridge.ts";
import { createPlainBrowser } from "../support/plain-browser.ts";
import { type Place, signInAt, startPlace } from "../support/sign-in.ts";
import { build as buildExpress } from "./pages/express/sign-in.ts";
import { build as buildFastify } from "./pages/fastify/sign-in.ts";
import { build as buildFetch } from "./pages/fetch/sign-in.ts";
import { build as buildHono } from "./pages/hono/sign-in.ts";
import { build as buildNode } from "./pages/node/sign-in.ts";

type Start = (options: SallyportOptions, port: number) => Promise<() => Promise<unknown>>;

const host = "127.0.0.1";
const deps = { audit: [] };

const onNode =
  (make: (options: SallyportOptions) => Server): Start =>
  async (options, port) => {
    const server = make(options);
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    };
  };

const frameworks: Record<string, Start> = {
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

describe.each(Object.entries(frameworks))("%s", (_name, start) => {
  let place: Place;
  let close: () => Promise<unknown>;
  beforeAll(async () => {
    place = await startPlace();
    close = await start(place.options, place.port);
  });
  afterAll(async () => {
    await close?.();
    await place?.idp.close();
  });

  test("a browser signs in on its way to a page; a program is told where", async () => {
    const { url } = place;
    const home = await fetch(`${url}/`);
    expect(home.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await home.text()).toBe('<a href="/auth/v2/login">Sign in</a>');
    const program = await fetch(`${url}/orders`);
    expect([program.status, await program.json()]).toMatchObject([401, { error: "login_required" }]);
    const landed = await signInAt(createPlainBrowser(), `${url}/orders?page=2`);
    expect([landed.url, JSON.parse(landed.text)]).toEqual([
      `${url}/orders?page=2`,
      { of: "alice", until: expect.any(Number) },
    ]);
  });

  test("a form posts from a page of the application alone, and one of them signs out", async () => {
    const { url, idp } = place;
    const browser = createPlainBrowser();
    const home = await signInAt(browser, `${url}/auth/v2/login`);
    const orders = `${url}/orders`;
    expect((await browser.post(orders, {}, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect(JSON.parse((await browser.post(orders)).text)).toEqual({ by: "alice" });

    const provider = await browser.submit(home, {});
    expect(provider.url).toMatch(`${idp.issuer}/logout`);
    const back = await browser.submit(provider, { logout: "yes" });
    expect([back.status, back.text]).toEqual([200, '<a href="/auth/v2/login">Sign in</a>']);
    expect(new URL(back.url).origin).toBe(url);
  });
});
