// Another service, which knows nothing of sessions: it takes access tokens, and believes none that it has not checked.
import Fastify, { type FastifyInstance } from "fastify";
import { type SallyportOptions, sallyport } from "sallyport/fastify";

/** It trusts whom the application trusts; nobody signs in here. */
export function buildWeather({
  issuer,
  audience,
  insecureAllowLoopback = false,
}: SallyportOptions): FastifyInstance {
  const auth = sallyport({
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    insecureAllowLoopback,
  });
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/forecast", auth.required(), (request) => ({
    askedBy: auth.identity(request).subject,
    today: "Sun until four, then a shower",
    night: "9 °C: close the vents",
  }));
  return app;
}
