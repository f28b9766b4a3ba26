// An API on Hono: two issuers, of which one is people's and one is a CI's.
import { Hono } from "hono";
import { kind, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/hono";

export function buildApp(options: SallyportOptions, deps: SallyportDeps = {}) {
  const auth = sallyport(options, deps);
  return new Hono()
    .get("/public", (c) => c.json({ hello: "world" }))
    .get("/me", auth.required(), (c) =>
      c.json({ subject: c.var.identity.subject, kind: c.var.identity.kind }),
    )
    .get("/orders", auth.required(scope("orders:read")), (c) => c.json([]))
    .post("/deployments", auth.required(kind("workload")), (c) =>
      c.json({ by: c.var.identity.subject }, 201),
    );
}
