// A relying party, configured by its environment alone: a page that signs people in, and an API called in their name.
import Fastify, { type FastifyInstance } from "fastify";
import { type SallyportDeps, sallyport } from "sallyport/fastify";
import { createMemorySessionStore } from "sallyport/stores/memory";
import type { Settings } from "./settings.ts";

export function buildApp({ options, resource }: Settings, deps: SallyportDeps = {}): FastifyInstance {
  const auth = sallyport(options, { sessionStore: createMemorySessionStore(), ...deps });
  const app = Fastify();
  app.register(auth.plugin());
  app.register(auth.router());

  // A browser that is on its way here signs in first, and comes back.
  app.get("/", auth.required(undefined, { by: "session" }), async (request) => {
    const { issuer, subject, name, email, claims } = auth.identity(request);
    return {
      issuer,
      subject,
      name,
      email,
      claims,
      session: auth.session(request),
      ...(resource !== undefined && { resource: await callResource(request, resource) }),
    };
  });

  async function callResource(request: Parameters<typeof auth.upstream>[0], url: string) {
    const fetch = await auth.upstream(request);
    const response = await fetch(url);
    return { status: response.status, body: (await response.text()).slice(0, 10_000) };
  }
  return app;
}
