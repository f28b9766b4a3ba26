import Fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example01",
  // The app client's id; where tokens are bound to a resource: its URL instead.
  audience: "example0client0id0000000001",
};

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/orders", auth.required({ scopes: ["orders/read"] }), (request) => ({
    for: auth.identity(request).subject,
  }));
  return app;
}
