import Fastify from "fastify";
import { Registry } from "prom-client";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";
import { prometheus } from "sallyport/prom-client";

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const registry = new Registry();
  const auth = sallyport(options, { ...deps, telemetry: prometheus({ registry }) });
  const app = Fastify();
  app.register(auth.plugin());

  app.get("/metrics", async (_request, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
  app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
  return app;
}
