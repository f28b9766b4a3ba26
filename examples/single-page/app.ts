// A greenhouse: a single-page application and its API. The page has a cookie that it cannot read, and never sees a token.
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyInstance } from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";
import { createMemorySessionStore } from "sallyport/stores/memory";
import { createBeds } from "./beds.ts";

/** What {@link buildApp} takes beside options. */
export interface Parts {
  /** The folder of the page. */
  readonly files: string;
  /** The weather service's address, where there is one. */
  readonly weather?: string | undefined;
  readonly deps?: SallyportDeps;
}

export function buildApp(options: SallyportOptions, { files, weather, deps = {} }: Parts): FastifyInstance {
  const auth = sallyport(options, { sessionStore: createMemorySessionStore(), ...deps });
  const beds = createBeds();
  const app = Fastify();
  app.register(auth.plugin());
  app.register(auth.router()); // sign-in, callback, sign-out, and who is signed in, below /auth/v2
  app.register(fastifyStatic, { root: files, setHeaders: (reply) => void reply.header(...pagePolicy) });

  app.register(
    async (api) => {
      // For everything here: without a session it is 401 with the address of the sign-in, for the page to show.
      api.addHook("onRequest", auth.required().onRequest);

      api.get("/beds", () => beds.all());

      // What another site sends is refused before it gets here (CSRF).
      api.post<{ Params: { bed: string } }>("/beds/:bed/water", (request, reply) => {
        const { name, subject } = auth.identity(request);
        return beds.water(request.params.bed, name ?? subject) ?? reply.callNotFound();
      });

      // A call to another service, in the name of who asks: by the session's access token, which is good for that service, too.
      if (weather !== undefined) {
        api.get("/weather", async (request) => {
          const fetch = await auth.upstream(request);
          const response = await fetch(weather);
          if (!response.ok) throw new Error(`The weather service answered ${response.status}`);
          return response.json();
        });
      }
    },
    { prefix: "/api" },
  );
  return app;
}

/** Scripts and styles from here alone. */
const pagePolicy = [
  "content-security-policy",
  "default-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
] as const;
