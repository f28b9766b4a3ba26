// An API with a public, a protected, an admin and an optional route.
import Fastify, { type FastifyInstance } from "fastify";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fastify";
import { page } from "./page.ts";

export function buildApp(options: SallyportOptions, deps: SallyportDeps = {}): FastifyInstance {
  const auth = sallyport(options, deps);
  const admin = anyOf(role("Admin"), scope("users:write"));
  const app = Fastify();

  app.get("/public", () => ({ hello: "world" }));
  app.get("/me", auth.required(), (request) => {
    const { subject, name, roles, scopes, kind } = auth.identity(request);
    return { subject, name, kind, roles, scopes };
  });
  app.get("/admin", auth.required(admin), () => ({ users: ["alice", "bob", "carol"] }));
  app.get("/feed", auth.optional(), (request) => ({
    feed: `What ${auth.maybeIdentity(request)?.subject ?? "anybody"} may read`,
  }));

  app.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(page(options.issuer ?? "")));
  app.register(auth.plugin());
  return app;
}
