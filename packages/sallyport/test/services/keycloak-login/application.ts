// The application: Fastify, sessions in a store, and routes that ask for more than being signed in.
import Fastify from "fastify";
import { onTestFinished } from "vitest";
import {
  type AuthEvent,
  type SallyportDeps,
  type SallyportOptions,
  sallyport,
} from "../../../src/frameworks/fastify.ts";
import { createPeople } from "../../../src/people.ts";
import { splitOptions } from "../../../src/people-options.ts";
import { createMemorySessionStore } from "../../../src/stores/memory.ts";
import { createVerifier } from "../../../src/verify/index.ts";
import { secret } from "./realm.ts";

/** For so long a sign-in is recent here. */
export const recentSeconds = 8;

/** What `/me` answers. */
export interface Me {
  readonly subject: string;
  readonly name: string;
  readonly acr: string;
  readonly session: { readonly refreshedAt: number; readonly accessTokenExpiresAt: number };
}

/** @param port the one that Keycloak knows; it is free again when the test has ended */
export async function startApplication(
  issuer: string,
  { port, clientId = "web" }: { port: number; clientId?: string },
) {
  const events: AuthEvent[] = [];
  const log: { event?: string; code?: string }[] = [];
  const grants: string[] = [];
  const write = (details: object) => void log.push(details);
  const publicUrl = `http://127.0.0.1:${port}`;
  const options: SallyportOptions = {
    issuer,
    audience: "api",
    insecureAllowLoopback: true,
    publicUrl,
    clientId,
    clientSecret: secret,
    session: { secret: "Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJdWm4tK9cV5n" },
  };
  const shared = {
    logger: { info: write, warn: write, error: write },
    onEvent: (event: AuthEvent) => void events.push(event),
    // What the provider's token endpoint was asked for.
    fetch: (async (url, init) => {
      const body = init?.body;
      const kind = body instanceof URLSearchParams ? body.get("grant_type") : undefined;
      if (kind) grants.push(kind);
      return globalThis.fetch(url, init);
    }) as typeof globalThis.fetch,
  };
  const deps: SallyportDeps = { ...shared, audit: [], sessionStore: createMemorySessionStore() };
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.register(auth.router());
  app.get("/", () => "home");
  app.get("/me", auth.required(), (request) => {
    const { subject, name, acr } = auth.identity(request);
    return { subject, name, acr, session: auth.session(request) };
  });
  app.get("/recent", auth.required({ maxAgeSeconds: recentSeconds }), () => "recent");
  app.get("/gold", auth.required({ acr: "gold" }), () => "gold");
  await app.listen({ port, host: "127.0.0.1" });
  onTestFinished(() => app.close());

  return {
    auth,
    publicUrl,
    events,
    log,
    /** How often tokens were renewed. */
    renewals: () => grants.filter((kind) => kind === "refresh_token").length,
    /** Signs somebody in on another device, as a command does. */
    deviceLogin() {
      const parts = splitOptions(options);
      const verifier = createVerifier(parts.verifier, shared, undefined, { clients: [true] });
      const people = createPeople(parts, { deps: shared, verifier });
      if (!people) throw new TypeError("Nobody signs in");
      return people.login.deviceLogin();
    },
  };
}
