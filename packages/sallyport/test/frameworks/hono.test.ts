import { serve } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { AuthError, sallyport } from "../../src/frameworks/hono.ts";
import { thrownBy } from "../support/listen.ts";
import { type MakeServer, runCases, type TestServer } from "../support/run-http-cases.ts";

const makeHono: MakeServer = ({ routes, options, deps, handled }) => {
  const auth = sallyport(options, deps);
  const app = new Hono();
  if (options.publicUrl) app.use(auth.resourceMetadata());
  app.onError((error, c) => {
    if (!(error instanceof AuthError)) throw error;
    return c.json({ handled: error.code }, error.statusCode);
  });
  for (const { method, path, access, needed, onInvalid, form } of routes) {
    const verb = method === "ALL" ? "all" : method === "POST" ? "post" : "get";
    if (access === "open") {
      app[verb](path, (c) => {
        handled();
        return c.json(thrownBy(() => auth.identity(c)));
      });
      continue;
    }
    const guard: MiddlewareHandler =
      access === "required" ? auth.required(needed) : auth.optional(needed, onInvalid && { onInvalid });
    app[verb](path, guard, async (c) => {
      handled();
      const sub = auth.maybeIdentity(c)?.subject ?? null;
      if (!form) return c.json({ sub });
      const { field } = await c.req.parseBody();
      return c.json({ sub, field: field ?? null });
    });
  }
  return new Promise<TestServer>((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ port, close: () => server.close() }),
    );
  });
};

runCases("hono", makeHono);
