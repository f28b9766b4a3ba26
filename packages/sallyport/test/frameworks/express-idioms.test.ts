// What only Express has: mounted routers, middleware for all that follows, `next`.
import express, { Router } from "express";
import { expect, onTestFinished, test, vi } from "vitest";
import { type DecisionEvent, role, sallyport } from "../../src/frameworks/express.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { listen } from "../support/listen.ts";

function setUp() {
  const idp = fakeIssuer({ audience: "my-api" });
  const decisions: DecisionEvent[] = [];
  const auth = sallyport(idp.config, {
    ...idp.deps,
    onEvent: (event) => {
      if (event.type === "decision") decisions.push(event);
    },
  });
  return { idp, decisions, auth, app: express() };
}

async function start(app: express.Express) {
  const server = await listen(app);
  onTestFinished(() => server.close() as Promise<void>);
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

test("a guard in front of a router guards all of it, and its handlers know the caller", async () => {
  const { idp, auth, app, decisions } = setUp();
  const router = Router();
  router.get("/users/:id", (req, res) => {
    res.send(auth.identity(req).subject);
  });
  app.use("/admin", auth.required(role("Admin")), router);
  const get = await start(app);
  expect((await get("/admin/users/1")).status).toBe(401);
  expect((await get("/admin/users/1", { headers: await idp.bearer() })).status).toBe(403);
  const allowed = await get("/admin/users/1", {
    headers: await idp.bearer({ subject: "s1", roles: ["Admin"] }),
  });
  expect(await allowed.text()).toBe("s1");
  expect(decisions.map(({ route }) => route)).toEqual([undefined, undefined, undefined]);
});

test("on a route of a mounted router the event has the route's pattern, and no value of the path", async () => {
  const { idp, auth, app, decisions } = setUp();
  const router = Router();
  router.get("/users/:id", auth.required(), (_req, res) => {
    res.send("user");
  });
  app.use("/tenants/:tenant", router);
  const get = await start(app);
  await get("/tenants/acme/users/42", { headers: await idp.bearer() });
  expect(decisions).toMatchObject([{ route: "/users/:id", method: "GET" }]);
});

test("a token in the query is seen behind a mount, and behind middleware that rewrites the URL", async () => {
  const { idp, auth, app } = setUp();
  app.use((req, _res, next) => {
    req.url = req.url.split("?")[0] as string;
    next();
  });
  app.use("/api", auth.required(), (_req, res) => {
    res.send("secret");
  });
  const get = await start(app);
  expect((await get("/api?access_token=x", { headers: await idp.bearer() })).status).toBe(400);
});

const preflight = {
  method: "OPTIONS",
  headers: { origin: "https://app.example.org", "access-control-request-method": "GET" },
};

test("two headers do not make a preflight of a handler's request: nothing behind the guard runs", async () => {
  const { auth, app } = setUp();
  const handler = vi.fn((_req: express.Request, res: express.Response) => {
    res.send("secret");
  });
  app.use("/export", auth.required(), handler);
  const get = await start(app);
  const answer = await get("/export", preflight);
  expect([answer.status, await answer.text()]).toEqual([204, ""]);
  expect(handler).not.toHaveBeenCalled();
});

test("CORS middleware ahead of the guard answers preflights", async () => {
  const { auth, app } = setUp();
  app.use((req, res, next) => {
    res.set("access-control-allow-origin", "https://app.example.org");
    if (req.method === "OPTIONS") res.sendStatus(204);
    else next();
  });
  app.use(auth.required());
  const get = await start(app);
  const answer = await get("/", preflight);
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
    204,
    "https://app.example.org",
  ]);
  expect((await get("/")).status).toBe(401);
});

test.each([
  ["Origin", "Origin, Authorization"],
  ["Origin, authorization", "Origin, authorization"],
  ["*", "*"],
  ["X-Authorization", "X-Authorization, Authorization"],
])("optional routes keep the Vary that is there: %s", async (before, after) => {
  const { auth, app } = setUp();
  app.use((_req, res, next) => {
    res.setHeader("vary", before);
    next();
  });
  app.get("/feed", auth.optional(), (_req, res) => {
    res.send("news");
  });
  const get = await start(app);
  expect((await get("/feed")).headers.get("vary")).toBe(after);
});

test("refuse: throw leaves the body's type to who writes the body", async () => {
  const { idp, app } = setUp();
  const auth = sallyport({ ...idp.config, refuse: "throw" }, idp.deps);
  app.get("/me", auth.required());
  app.use(((_error, _req, res, _next) => {
    res.status(401).send("no");
  }) as express.ErrorRequestHandler);
  const get = await start(app);
  expect((await get("/me")).headers.get("content-type")).toBe("text/html; charset=utf-8");
});

test("a handler that fails behind a guard fails in Express's way", async () => {
  const { idp, auth, app } = setUp();
  app.set("env", "test");
  app.get("/me", auth.required(), async () => {
    throw new Error("of the handler");
  });
  app.use(((error, _req, res, _next) => {
    res.status(500).send((error as Error).message);
  }) as express.ErrorRequestHandler);
  const get = await start(app);
  // The first request waits for the keys, the second answers at once: both ways lead to the same error handling.
  for (const _turn of [1, 2]) {
    const answer = await get("/me", { headers: await idp.bearer() });
    expect([answer.status, await answer.text()]).toEqual([500, "of the handler"]);
  }
});
