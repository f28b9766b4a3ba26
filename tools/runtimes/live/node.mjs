// Node: each framework's quick route on a server of its own, all in one process.
import "reflect-metadata";
import { createServer } from "node:http";
import { serve } from "@hono/node-server";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import * as forExpress from "sallyport/express";
import * as forFastify from "sallyport/fastify";
import * as forHono from "sallyport/hono";
import * as forNest from "sallyport/nest";
import * as forNode from "sallyport/node";

const options = { issuer: process.env.ISSUER, audience: "my-api", insecureAllowLoopback: true };
const deps = { audit: [] };
const portOf = (server) =>
  new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(server.address().port)));

/** @type {Record<string, () => Promise<number>>} */
const servers = {
  async express() {
    const auth = forExpress.sallyport(options, deps);
    const app = express();
    app.get("/me", auth.required(), (request, response) => {
      response.json({ sub: auth.identity(request).subject });
    });
    return portOf(createServer(app));
  },
  async fastify() {
    const auth = forFastify.sallyport(options, deps);
    const app = Fastify();
    app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return /** @type {import("node:net").AddressInfo} */ (app.server.address()).port;
  },
  hono() {
    const auth = forHono.sallyport(options, deps);
    const app = new Hono().get("/me", auth.required(), (c) => c.json({ sub: c.var.identity.subject }));
    return new Promise((listening) =>
      serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => listening(port)),
    );
  },
  async node() {
    const auth = forNode.sallyport(options, deps);
    return portOf(
      createServer(
        auth.required((request, response) => {
          response.end(JSON.stringify({ sub: auth.identity(request).subject }));
        }),
      ),
    );
  },
  async nest() {
    class Me {
      me(identity) {
        return { sub: identity.subject };
      }
    }
    const method = Object.getOwnPropertyDescriptor(Me.prototype, "me");
    Get("me")(Me.prototype, "me", method);
    forNest.Protected()(Me.prototype, "me", method);
    forNest.Caller()(Me.prototype, "me", 0);
    Controller()(Me);
    class Application {}
    Module({ imports: [forNest.SallyportModule.forRoot({ ...options, deps })], controllers: [Me] })(
      Application,
    );
    const app = await NestFactory.create(Application, new FastifyAdapter(), { logger: false });
    await app.listen(0, "127.0.0.1");
    return app.getHttpServer().address().port;
  },
};

const ports = {};
for (const [name, start] of Object.entries(servers)) ports[name] = await start();
console.log(`listening on ${JSON.stringify(ports)}`);
