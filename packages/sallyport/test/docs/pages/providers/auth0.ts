import Fastify from "fastify";
import {
  anyOf,
  permission,
  type SallyportDeps,
  type SallyportOptions,
  sallyport,
  scope,
} from "sallyport/fastify";

export const options: SallyportOptions = {
  issuer: "https://example.eu.auth0.com/", // with its slash
  audience: "https://orders.example.com",
};

/** With RBAC, a person's permissions; for a machine, the scopes that it was granted. */
const reader = anyOf(permission("read:orders"), scope("read:orders"));

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/orders", auth.required(reader), (request) => ({ for: auth.identity(request).subject }));
  return app;
}
