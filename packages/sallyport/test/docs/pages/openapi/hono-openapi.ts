import { Hono } from "hono";
import { describeRoute, generateSpecs } from "hono-openapi";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/hono";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = new Hono();

  app.use("/admin/*", auth.required(role("Admin")));
  app.get(
    "/admin/users",
    describeRoute({ summary: "Everybody", responses: { 200: { description: "Their names" } } }),
    (c) => c.json(["alice", "bob"]),
  );

  const documentation = { info: { title: "Orders", version: "1.0.0" } };
  app.get("/openapi.json", async (c) =>
    c.json(auth.openapi().document(app, await generateSpecs(app, { documentation }))),
  );
  return app;
}
