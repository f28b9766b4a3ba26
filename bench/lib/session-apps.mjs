// The applications of the row `sessions`: one contestant each, signed in at a provider, with an open route beside the protected one.
import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { initOidcAuthMiddleware, oidcAuthMiddleware, processOAuthCallback } from "@hono/oidc-auth";
import express from "express";
import openidConnect from "express-openid-connect";
import Fastify from "fastify";
import { Hono } from "hono";
import { getIronSession } from "iron-session";
import { sallyport as sallyportExpress } from "sallyport/express";
import { sallyport as sallyportFastify } from "sallyport/fastify";
import { sallyport as sallyportHono } from "sallyport/hono";
import { createMemorySessionStore } from "sallyport/stores/memory";
import { freePort } from "./free-port.mjs";

const answer = { hello: "world" };
// What every answer to a session should carry, whoever made it: the route `/headers` does this alone.
const headers = { vary: "Cookie", "cache-control": "no-store" };
const secret = randomBytes(48).toString("base64");
const client = { clientId: "web", clientSecret: "web-secret" };

async function wired(make, issuer, sessionStore) {
  // Every sign-in needs the application's own address before it listens.
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const events = { name: "counter", write() {} };
  const auth = make(
    { issuer, publicUrl, insecureAllowLoopback: true, ...client, session: { secret } },
    { audit: [events], ...(sessionStore && { sessionStore }) },
  );
  await auth.ready();
  return { auth, port, login: "/auth/v2/login?return_to=/protected" };
}

async function fastifyApp(issuer, sessionStore) {
  const { auth, port, login } = await wired(sallyportFastify, issuer, sessionStore);
  const app = Fastify();
  await app.register(auth.plugin());
  await app.register(auth.router());
  app.get("/open", () => answer);
  app.get("/empty", { onRequest: (_request, _reply, done) => done() }, () => answer);
  const setHeaders = (_request, reply, done) => {
    for (const name in headers) reply.header(name, headers[name]);
    done();
  };
  app.get("/headers", { onRequest: setHeaders }, () => answer);
  app.get("/protected", auth.required(), () => answer);
  await app.listen({ port, host: "127.0.0.1" });
  return { port, login };
}

function listening(app, port) {
  const server = app.listen(port, "127.0.0.1");
  return new Promise((resolve) => server.once("listening", resolve));
}

async function expressApp({ port, login, routers = [], middleware }) {
  const app = express();
  const handler = (_request, response) => response.json(answer);
  app.get("/open", handler);
  app.get("/empty", (_request, _response, next) => next(), handler);
  const setHeaders = (_request, response, next) => {
    for (const name in headers) response.setHeader(name, headers[name]);
    next();
  };
  app.get("/headers", setHeaders, handler);
  for (const router of routers) app.use(router);
  app.get("/protected", middleware, handler);
  app.use((error, _request, response, _next) => response.status(error.status ?? 500).end());
  await listening(app, port);
  return { port, login };
}

async function honoApp({ port, login, prepare, middleware }) {
  const app = new Hono();
  const handler = (c) => c.json(answer);
  const empty = async (_c, next) => {
    await next();
  };
  const setHeaders = async (c, next) => {
    for (const name in headers) c.header(name, headers[name]);
    await next();
  };
  app.get("/open", handler);
  app.get("/empty", empty, handler);
  app.get("/headers", setHeaders, handler);
  prepare(app);
  app.get("/protected", middleware, handler);
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  return { port, login };
}

async function sallyportOnExpress(issuer, sessionStore) {
  const { auth, port, login } = await wired(sallyportExpress, issuer, sessionStore);
  return expressApp({ port, login, routers: [auth.router()], middleware: auth.required() });
}

async function sallyportOnHono(issuer, sessionStore) {
  const { auth, port, login } = await wired(sallyportHono, issuer, sessionStore);
  const prepare = (app) => app.route("/", auth.router());
  return honoApp({ port, login, prepare, middleware: auth.required() });
}

/** The interface of express-session's stores, which express-openid-connect takes, on a `Map`. */
function mapStore() {
  const sessions = new Map();
  return {
    get: (id, done) => done(null, sessions.get(id)),
    set: (id, session, done) => done(sessions.set(id, session) && null),
    destroy: (id, done) => done(sessions.delete(id) && null),
  };
}

async function openidConnectApp(issuer, store) {
  const port = await freePort();
  const router = openidConnect.auth({
    issuerBaseURL: issuer,
    baseURL: `http://127.0.0.1:${port}`,
    clientID: client.clientId,
    clientSecret: client.clientSecret,
    secret,
    authRequired: false,
    authorizationParams: { response_type: "code", scope: "openid profile email" },
    ...(store && { session: { store } }),
  });
  return expressApp({
    port,
    login: "/protected",
    routers: [router],
    middleware: openidConnect.requiresAuth(),
  });
}

/** Sessions alone: it knows no provider, so a route of the application's own says who is signed in. */
async function ironSessionApp() {
  const port = await freePort();
  const options = { cookieName: "iron", password: secret, cookieOptions: { secure: false } };
  const login = async (request, response) => {
    const session = await getIronSession(request, response, options);
    session.user = {
      issuer: "https://idp.example.org",
      subject: randomBytes(8).toString("hex"),
      name: "Alice Admin",
    };
    await session.save();
    response.redirect("/protected");
  };
  const routers = [express.Router().get("/login", login)];
  return expressApp({
    port,
    login: "/login",
    routers,
    async middleware(request, response, next) {
      const session = await getIronSession(request, response, options);
      if (session.user) next();
      else response.status(401).end();
    },
  });
}

async function honoOidcAuthApp(issuer) {
  const port = await freePort();
  const settings = {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: client.clientId,
    OIDC_CLIENT_SECRET: client.clientSecret,
    OIDC_AUTH_SECRET: secret,
    OIDC_REDIRECT_URI: `http://127.0.0.1:${port}/callback`,
    OIDC_SCOPES: "openid profile email",
  };
  return honoApp({
    port,
    login: "/protected",
    prepare(app) {
      // Once a request: it refuses to be configured twice in one.
      app.use("*", initOidcAuthMiddleware(settings));
      app.get("/callback", (c) => processOAuthCallback(c));
    },
    middleware: oidcAuthMiddleware(),
  });
}

/** Name → application, listening. */
export const contestants = {
  "fastify sallyport memory": (issuer) => fastifyApp(issuer, createMemorySessionStore()),
  "fastify sallyport cookie": (issuer) => fastifyApp(issuer),
  "hono sallyport memory": (issuer) => sallyportOnHono(issuer, createMemorySessionStore()),
  "hono sallyport cookie": (issuer) => sallyportOnHono(issuer),
  "hono @hono/oidc-auth": honoOidcAuthApp,
  "express sallyport memory": (issuer) => sallyportOnExpress(issuer, createMemorySessionStore()),
  "express sallyport cookie": (issuer) => sallyportOnExpress(issuer),
  "express express-openid-connect": (issuer) => openidConnectApp(issuer),
  "express express-openid-connect memory": (issuer) => openidConnectApp(issuer, mapStore()),
  "express iron-session": ironSessionApp,
};
