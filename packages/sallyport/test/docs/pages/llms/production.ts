import swagger from "@fastify/swagger";
import fastify from "fastify";
import { Registry } from "prom-client";
import { type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fastify";
import { prometheus } from "sallyport/prom-client";

/** Each option stands for itself: leave out what is not needed. */
export async function build(
  provider: SallyportOptions, // issuer and audience
  introspection: { clientId: string; clientSecret: string }, // this API's own client at the provider
  deps?: SallyportDeps,
) {
  const registry = new Registry();
  const auth = sallyport(
    {
      ...provider,
      introspection, // opaque tokens, too; JWTs are verified as before
      publicUrl: "https://api.example.org", // as callers see it: DPoP, and the document of RFC 9728
      dpop: { mode: "accepted", nonce: true }, // "required" refuses bearer tokens
    },
    {
      logger: console, // or pino's, `app.log`. Without one nothing is written in production
      telemetry: prometheus({ registry }),
      ...deps, // several processes: `replayStore`, one that they share, and `nonceSecret` in `dpop`
    },
  );
  const app = fastify();
  app.register(auth.plugin()); // also serves /.well-known/oauth-protected-resource, which challenges name
  await app.register(
    swagger,
    auth.openapi().swagger({ openapi: { info: { title: "Orders", version: "1" } } }),
  );
  // For Prometheus, not for callers: keep it from the outside.
  app.get("/metrics", async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.get("/openapi.json", () => app.swagger());
  app.get("/orders", auth.required(scope("orders:read")), (request) => ({
    of: auth.identity(request).subject,
  }));
  return app;
}
