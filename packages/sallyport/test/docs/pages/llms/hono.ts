import { Hono } from "hono";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/hono";

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  return new Hono()
    .get("/me", auth.required(), (c) => c.json({ sub: c.var.identity.subject }))
    .get("/admin", auth.required(role("Admin")), (c) => c.text("in"))
    .get("/feed", auth.optional(), (c) => c.text(c.var.identity?.subject ?? "you"));
}
