// Another service, which knows nothing of sessions: it takes access tokens, and believes none that it has not checked.
import Fastify, { type FastifyInstance } from "fastify";
import { type SallyportOptions, sallyport } from "sallyport/fastify";

/** It trusts whom the application trusts; nobody signs in here. */
export function buildWeather(options: SallyportOptions): FastifyInstance {
  const { clientId, clientSecret, login, session, publicUrl, ...trust } = options;
  const auth = sallyport(trust);
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/forecast", auth.required(), (request) => ({
    askedBy: auth.identity(request).subject,
    today: "Sun until four, then a shower",
    night: "9 °C: close the vents",
  }));
  return app;
}
