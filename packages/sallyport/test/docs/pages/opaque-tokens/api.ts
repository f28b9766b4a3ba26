import Fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  issuer: "https://idp.example.org",
  audience: "my-api",
  introspection: {
    clientId: "my-api", // this API's own client at the provider
    clientSecret: process.env.INTROSPECTION_SECRET ?? "for-development-only",
  },
};

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
  return app;
}
