import { Hono } from "hono";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/hono";

const admin = anyOf(role("Admin"), scope("users:write"));

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  return new Hono()
    .get("/health", (c) => c.json(auth.health()))
    .get("/me", auth.required(), (c) => c.json({ sub: c.var.identity.subject }))
    .get("/users", auth.required(admin), (c) => c.json(["alice", "bob"]))
    .get("/feed", auth.optional(), (c) => c.text(`For ${c.var.identity?.subject ?? "you"}`));
}
