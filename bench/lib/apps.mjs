// The applications of the row `routes`: one contestant each, with its own open route and its empty middleware beside it.
import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import { devNull } from "node:os";
import fastifyJwt from "@fastify/jwt";
import { serve } from "@hono/node-server";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import express from "express";
import { auth as bearer } from "express-oauth2-jwt-bearer";
import Fastify from "fastify";
import { Hono } from "hono";
import { jwk as honoJwk } from "hono/jwk";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { pino } from "pino";
import { Registry } from "prom-client";
import { loggerSink } from "sallyport";
import { sallyport as sallyportExpress } from "sallyport/express";
import { sallyport as sallyportFastify } from "sallyport/fastify";
import { sallyport as sallyportHono } from "sallyport/hono";
import { openTelemetry } from "sallyport/opentelemetry";
import { prometheus } from "sallyport/prom-client";
import { audience, issuer } from "./tokens.mjs";

const answer = { hello: "world" };
// As many entries as Sallyport's default bound; fast-jwt's own default of 1,000 would evict.
const cacheEntries = 16_384;

/** A sink that takes its batches and counts them: what is measured is the trail, its ring and its events. */
const countingSink = () => ({
  name: "counter",
  taken: 0,
  write(events) {
    this.taken += events.length;
  },
});

/** pino as it comes: a synchronous write a line; what a disk takes is left out. */
const quietPino = () => pino(pino.destination(devNull));

async function wired(make, jwksUri, audit, telemetry = []) {
  const auth = make(
    { issuer, audience, preset: "rfc9068", jwksUri, insecureAllowLoopback: true },
    { audit: [audit], telemetry },
  );
  await auth.ready();
  return auth;
}

/** A Fastify application with the routes given as name → route options. */
async function fastifyApp(routes, plugins = []) {
  const app = Fastify();
  for (const [plugin, options] of plugins) await app.register(plugin, options);
  const all = { open: {}, empty: { onRequest: (_request, _reply, done) => done() }, ...routes };
  for (const [name, options] of Object.entries(all)) app.get(`/${name}`, options, () => answer);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: app.server.address().port, routes: Object.keys(all) };
}

async function expressApp(middleware) {
  const app = express();
  const handler = (_request, response) => response.json(answer);
  app.get("/open", handler);
  app.get("/empty", (_request, _response, next) => next(), handler);
  app.get("/protected", middleware, handler);
  // Express's own handler prints every refusal's stack.
  app.use((error, _request, response, _next) => response.status(error.status ?? 500).end());
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, routes: ["open", "empty", "protected"] };
}

async function honoApp(middleware) {
  const app = new Hono();
  const handler = (c) => c.json(answer);
  const empty = async (_c, next) => {
    await next();
  };
  app.get("/open", handler);
  app.get("/empty", empty, handler);
  app.get("/protected", middleware, handler);
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  if (!server.listening) await once(server, "listening");
  return { port: server.address().port, routes: ["open", "empty", "protected"] };
}

async function publicJwk(jwksUri) {
  const { keys } = await (await fetch(jwksUri)).json();
  return keys[0];
}

async function fastifyJwtApp(jwksUri, cache) {
  const key = createPublicKey({ key: await publicJwk(jwksUri), format: "jwk" });
  const options = {
    secret: { public: key.export({ type: "spki", format: "pem" }) },
    verify: { algorithms: ["RS256"], allowedIss: issuer, allowedAud: audience, checkTyp: "at+jwt", cache },
  };
  const onRequest = async (request) => {
    await request.jwtVerify();
  };
  return fastifyApp({ protected: { onRequest } }, [[fastifyJwt, options]]);
}

/** Name → application, listening; `stats` where it has something to tell in the end. */
export const contestants = {
  async "fastify sallyport"(jwksUri) {
    const auth = await wired(sallyportFastify, jwksUri, countingSink());
    return { ...(await fastifyApp({ protected: auth.required() })), stats: () => auth.health().audit };
  },
  async "fastify sallyport metrics"(jwksUri) {
    const registry = new Registry();
    const reader = new PrometheusExporter({ preventServerStart: true });
    const meter = new MeterProvider({ readers: [reader] }).getMeter("bench");
    const telemetry = {
      protected: [],
      prometheus: [prometheus({ registry })],
      opentelemetry: [openTelemetry({ meter, tracer: false })],
    };
    const routes = {};
    for (const [name, one] of Object.entries(telemetry)) {
      routes[name] = (await wired(sallyportFastify, jwksUri, countingSink(), one)).required();
    }
    return fastifyApp(routes);
  },
  async "fastify sallyport pino"(jwksUri) {
    const auth = await wired(sallyportFastify, jwksUri, loggerSink(quietPino()));
    const log = quietPino();
    // What pino alone costs: a line of the same content, written by hand.
    const event = { event: "decision", outcome: "allowed", issuer, subject: "248289761000000" };
    const details = {
      ...event,
      clientId: "web-shop",
      keyId: "2026-11-signing-key-of-the-idp-1",
      route: "/logged",
      method: "GET",
      requestId: "req-1",
      latencyMicroseconds: 5,
      cached: true,
    };
    const line = `allowed GET /logged subject=${event.subject} issuer=${issuer} client=web-shop request=req-1`;
    const onRequest = (_request, _reply, done) => {
      log.info(details, line);
      done();
    };
    const app = await fastifyApp({ logged: { onRequest }, protected: auth.required() });
    return { ...app, stats: () => auth.health().audit };
  },
  "fastify @fastify/jwt": (jwksUri) => fastifyJwtApp(jwksUri, false),
  "fastify @fastify/jwt cache": (jwksUri) => fastifyJwtApp(jwksUri, cacheEntries),
  async "fastify jose"(jwksUri) {
    const keys = createRemoteJWKSet(new URL(jwksUri));
    const options = {
      issuer,
      audience,
      algorithms: ["RS256"],
      typ: "at+jwt",
      requiredClaims: ["sub", "jti"],
    };
    const onRequest = async (request, reply) => {
      try {
        const { payload } = await jwtVerify(request.headers.authorization?.slice(7) ?? "", keys, options);
        request.caller = payload;
      } catch {
        return reply.code(401).send();
      }
    };
    return fastifyApp({ protected: { onRequest } });
  },
  async "hono sallyport"(jwksUri) {
    const auth = await wired(sallyportHono, jwksUri, countingSink());
    return { ...(await honoApp(auth.required())), stats: () => auth.health().audit };
  },
  async "hono jwk"(jwksUri) {
    // With `jwks_uri` it would fetch the keys with every request.
    const keys = [await publicJwk(jwksUri)];
    const verification = { iss: issuer, aud: audience, typ: "at+jwt" };
    return honoApp(honoJwk({ keys, alg: ["RS256"], verification }));
  },
  async "express sallyport"(jwksUri) {
    const auth = await wired(sallyportExpress, jwksUri, countingSink());
    return { ...(await expressApp(auth.required())), stats: () => auth.health().audit };
  },
  "express express-oauth2-jwt-bearer": (jwksUri) =>
    expressApp(bearer({ issuer, audience, jwksUri, tokenSigningAlg: "RS256", strict: true })),
};
