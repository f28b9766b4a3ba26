import Fastify from "fastify";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fastify";

const admin = anyOf(role("Admin"), scope("users:write"));

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());

  app.get("/health", () => auth.health());
  app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
  app.get("/users", auth.required(admin), () => ["alice", "bob"]);
  app.get("/feed", auth.optional(), (request) => `For ${auth.maybeIdentity(request)?.subject ?? "you"}`);
  return app;
}
