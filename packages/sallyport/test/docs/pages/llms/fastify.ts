import fastify from "fastify";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fastify";

const admin = anyOf(role("Admin"), scope("users:write")); // either; a list or two fields would mean both

// Without arguments, sallyport() reads OIDC_ISSUER and OIDC_AUDIENCE. Tests hand in an issuer of their own.
export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps); // once an application, never once a request
  const app = fastify();
  app.register(auth.plugin()); // closes what `auth` holds with the application
  app.get("/health", () => auth.health());
  app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
  app.get("/admin", { ...auth.required(admin), schema: {} }, () => "in"); // spread it beside other route options
  app.get("/feed", auth.optional(), (request) => auth.maybeIdentity(request)?.subject ?? "you");
  return app;
}
