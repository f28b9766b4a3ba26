import fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export function build(provider: SallyportOptions, deps: SallyportDeps = {}) {
  const auth = sallyport(
    {
      ...provider, // issuer and audience
      publicUrl: "https://api.example.org", // where callers reach `/` of this application
      dpop: { mode: "required", nonce: true },
    },
    deps,
  );
  const app = fastify();
  app.register(auth.plugin());
  app.get("/orders", auth.required(), (request) => ({ of: auth.identity(request).subject }));
  return app;
}
