import Fastify from "fastify";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  issuer: "https://sso.example.com/realms/demo",
  audience: "orders-api",
};

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  // A role of the realm, or of the client `orders-api`: both are `identity.roles`.
  app.get("/orders", auth.required(role("reader")), (request) => ({ for: auth.identity(request).username }));
  return app;
}
