import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/hono";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = new OpenAPIHono();

  const me = createRoute({
    method: "get",
    path: "/me",
    middleware: auth.required(scope("profile")),
    responses: {
      200: {
        description: "Who is calling",
        content: { "application/json": { schema: z.object({ sub: z.string() }) } },
      },
    },
  });
  app.openapi(me, (c) => c.json({ sub: c.var.identity.subject }, 200));

  const info = { title: "Orders", version: "1.0.0" };
  app.get("/openapi.json", (c) =>
    c.json(auth.openapi().document(app, app.getOpenAPI31Document({ openapi: "3.1.0", info }))),
  );
  return app;
}
