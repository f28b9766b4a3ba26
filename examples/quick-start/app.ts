// A public, a protected, an admin and an optional route, for people who sign in and for programs that bring a token; and the
// documentation of it all, to click on.
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Fastify, { type FastifyInstance } from "fastify";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fastify";
import { page } from "./page.ts";

/** @param curl a line to paste, shown on the page */
export function buildApp(options: SallyportOptions, deps: SallyportDeps = {}, curl = ""): FastifyInstance {
  const auth = sallyport(options, deps);
  const admin = anyOf(role("Admin"), scope("users:write"));
  const app = Fastify();
  app.register(auth.plugin());

  // What the routes below require is in the document without being written there; the button signs in at the provider.
  const openapi = { info: { title: "Sallyport quick start", version: "0.1.0" } };
  const scopes = { openid: "Who you are", "users:write": "Administer users" };
  app.register(swagger, auth.openapi({ scopes }).swagger({ openapi }));
  app.register(swaggerUi, {
    routePrefix: "/docs",
    initOAuth: { clientId: "spa", scopes: "openid", usePkceWithAuthorizationCodeGrant: true },
  });
  app.addHook("onListen", () => auth.ready());

  // Sign-in, callback, sign-out and the rest; an API alone has no `clientId`, and none of this.
  if (options.clientId !== undefined) app.register(auth.router());

  app.register(async (api) => {
    api.get("/public", () => ({ hello: "world" }));
    api.get("/me", auth.required(), (request) => {
      const { subject, name, roles, scopes, kind } = auth.identity(request);
      return { subject, name, kind, roles, scopes, session: auth.session(request) };
    });
    api.get("/admin", auth.required(admin), () => ({ users: ["alice", "bob", "carol"] }));
    api.get("/feed", auth.optional(), (request) => ({
      feed: `What ${auth.maybeIdentity(request)?.subject ?? "anybody"} may read`,
    }));
  });

  app.get("/", { schema: { hide: true } }, (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(page(curl)),
  );
  return app;
}
