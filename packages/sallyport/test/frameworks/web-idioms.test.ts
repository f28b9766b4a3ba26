// What only Hono, plain fetch and plain Node have.
import { createServer, type IncomingMessage, ServerResponse } from "node:http";
import { Hono } from "hono";
import { describe, expect, test, vi } from "vitest";
import { sallyport as fetchSallyport } from "../../src/frameworks/fetch.ts";
import { type DecisionEvent, sallyport as honoSallyport, role } from "../../src/frameworks/hono.ts";
import { sallyport as nodeSallyport } from "../../src/frameworks/node.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

const formOf = (body: BodyInit, headers: Record<string, string>) => ({
  method: "POST",
  headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
  body,
});

describe("Hono", () => {
  test("works without a server, and events name pattern and id", async () => {
    const idp = fakeIssuer({ audience: "my-api" });
    const decisions: DecisionEvent[] = [];
    const auth = honoSallyport(idp.config, {
      ...idp.deps,
      onEvent: (event) => {
        if (event.type === "decision") decisions.push(event);
      },
    });
    const app = new Hono<{ Variables: { requestId: string } }>();
    app.use(async (c, next) => {
      c.set("requestId", "request-7");
      await next();
    });
    app.get("/users/:id", auth.required(), (c) => c.text(c.var.identity.subject));
    const answer = await app.request("/users/42", { headers: await idp.bearer({ subject: "s1" }) });
    expect(await answer.text()).toBe("s1");
    expect(decisions).toMatchObject([{ route: "/users/:id", requestId: "request-7" }]);
  });

  test("a guard in front of paths guards sub-applications, and headers set before stay", async () => {
    const idp = fakeIssuer({ audience: "my-api" });
    const auth = honoSallyport(idp.config, idp.deps);
    const inner = new Hono().all("/export", (c) => c.text("secret"));
    const app = new Hono();
    app.use(async (c, next) => {
      c.header("x-frame-options", "DENY");
      await next();
    });
    app.use("/admin/*", auth.required(role("Admin")));
    app.route("/admin", inner);
    const refused = await app.request("/admin/export");
    expect([refused.status, refused.headers.get("x-frame-options")]).toEqual([401, "DENY"]);
    const preflight = await app.request("/admin/export", {
      method: "OPTIONS",
      headers: { origin: "https://app.example.org", "access-control-request-method": "GET" },
    });
    expect([preflight.status, await preflight.text()]).toEqual([204, ""]);
    const allowed = await app.request("/admin/export", { headers: await idp.bearer({ roles: ["Admin"] }) });
    expect(await allowed.text()).toBe("secret");
  });
});

// As Deno makes one: no other may stand in for it, and its headers can't be changed. Node's `Response` takes no such status.
const upgrade = Object.create(Response.prototype, {
  status: { value: 101 },
  headers: { value: Object.freeze({ get: () => null }) },
}) as Response;

test("an upgrade behind a guard is handed on as it is", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const guarded = fetchSallyport(idp.config, idp.deps).optional(() => upgrade);
  expect(await guarded(new Request("https://app.example.org/socket"))).toBe(upgrade);
  const app = new Hono();
  app.get("/socket", honoSallyport(idp.config, idp.deps).optional(), () => upgrade);
  expect(await app.request("/socket")).toBe(upgrade);
});

describe("fetch", () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const auth = fetchSallyport(idp.config, idp.deps);
  const request = (init?: RequestInit) => new Request("https://api.example.org/", init);

  test("what a runtime passes beside the request reaches the handler", async () => {
    const handler = auth.required((_request, { identity }, env: { name: string }, turn: number) =>
      Response.json([identity.subject, env.name, turn]),
    );
    const answer = await handler(
      request({ headers: await idp.bearer({ subject: "s1" }) }),
      { name: "env" },
      7,
    );
    expect(await answer.json()).toEqual(["s1", "env", 7]);
  });

  test("auth.identity(request) knows the caller further down", async () => {
    const deeper = (given: Request) => auth.identity(given).subject;
    const handler = auth.required((given) => new Response(deeper(given)));
    expect(await (await handler(request({ headers: await idp.bearer({ subject: "s1" }) }))).text()).toBe(
      "s1",
    );
    expect(() => deeper(request())).toThrow("No caller is known");
  });

  test("an answer whose headers can't be changed is copied to say Vary", async () => {
    const handler = auth.optional(() => Response.redirect("https://api.example.org/news", 302));
    const answer = await handler(request());
    expect([answer.status, answer.headers.get("location"), answer.headers.get("vary")]).toEqual([
      302,
      "https://api.example.org/news",
      "Authorization",
    ]);
  });

  test("a handler that answers nothing, as after an upgrade, is left alone", async () => {
    const handler = auth.optional(() => undefined as unknown as Response);
    expect(await handler(request())).toBeUndefined();
  });

  test("a form is searched to 64 KB, and the handler gets all of it", async () => {
    const handler = auth.required(async (given) => new Response(String((await given.text()).length)));
    const headers = await idp.bearer();
    const padding = `a=${"x".repeat(200_000)}`;
    expect((await handler(request(formOf(`access_token=x&${padding}`, headers)))).status).toBe(400);
    const late = `${padding}&access_token=x`;
    expect(await (await handler(request(formOf(late, headers)))).text()).toBe(String(late.length));
  });

  test("a form that breaks off is the handler's to notice", async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("the connection ended"));
      },
    });
    const handler = auth.required((given) =>
      given.text().then(
        () => new Response("read"),
        () => new Response("broken"),
      ),
    );
    const init = { ...formOf(broken, await idp.bearer()), duplex: "half" };
    expect(await (await handler(request(init))).text()).toBe("broken");
  });

  test("an endless form is not read to its end", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(97));
      },
    });
    const handler = auth.required(() => new Response("done"));
    const init = { ...formOf(endless, await idp.bearer()), duplex: "half" };
    expect(await (await handler(request(init))).text()).toBe("done");
    expect(pulled).toBeLessThan(200_000);
  });

  test("a form that was read before the guard is let be", async () => {
    const handler = auth.required(() => new Response("done"));
    const given = request(formOf("a=1", await idp.bearer()));
    await given.text();
    expect((await handler(given)).status).toBe(200);
  });

  test("something else than a handler is refused at once", () => {
    expect(() => auth.required({ scopes: ["a"] }, undefined as never)).toThrow("take a handler");
    expect(() => auth.required({ scopes: [] }, () => new Response())).toThrow(TypeError);
  });
});

describe("Node", () => {
  const idp = fakeIssuer({ audience: "my-api" });

  test("refuse: throw is refused for listeners, which nobody catches", () => {
    const auth = nodeSallyport({ ...idp.config, refuse: "throw" }, idp.deps);
    expect(() => auth.required(() => {})).toThrow("auth.check()");
    expect(() => auth.optional(() => {})).toThrow("auth.check()");
  });

  test("something else than a listener is refused at once", () => {
    const auth = nodeSallyport(idp.config, idp.deps);
    expect(() => auth.required({ scopes: ["a"] }, undefined as never)).toThrow("take a listener");
  });

  test("a listener fits http.createServer as it is", () => {
    const auth = nodeSallyport(idp.config, idp.deps);
    const listener = vi.fn();
    const server = createServer(auth.required(listener));
    const message = { rawHeaders: [], headers: {}, method: "GET", url: "/" } as unknown as IncomingMessage;
    server.emit("request", message, new ServerResponse(message));
    expect(listener).not.toHaveBeenCalled();
  });
});
