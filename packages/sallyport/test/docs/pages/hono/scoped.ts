import { Hono } from "hono";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/hono";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = new Hono();
  app.use("/admin/*", auth.required(role("Admin")));
  app.get("/admin/reports", (c) => c.json({ for: auth.identity(c).subject }));
  return app;
}
