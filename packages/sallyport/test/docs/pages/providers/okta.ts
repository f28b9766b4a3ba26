import Fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  issuer: "https://example.okta.com/oauth2/default",
  audience: "api://default",
};

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  // `userId` is Okta's own id of a person: `sub` is the login, which may change.
  app.get("/orders", auth.required({ scopes: ["orders:read"] }), (request) => ({
    for: auth.identity(request).userId,
  }));
  return app;
}
