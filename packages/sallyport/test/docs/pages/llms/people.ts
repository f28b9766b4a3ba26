import fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";
import { createMemorySessionStore } from "sallyport/stores/memory";

const signOut = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

/** Without options: OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_PUBLIC_URL and SESSION_SECRET of the environment. */
export function build(documents: string, options?: SallyportOptions, deps?: SallyportDeps) {
  // Of one process; several share sqlite, redis or postgres. Without a store, sessions are in their cookies.
  const auth = sallyport(options, { sessionStore: createMemorySessionStore(), ...deps });
  const app = fastify();
  app.register(auth.plugin());
  app.register(auth.router()); // /auth/v2/login, callback, logout, session, userinfo, backchannel-logout
  app.get("/", auth.optional(), (request, reply) => {
    reply.type("text/html");
    return auth.maybeIdentity(request) ? signOut : '<a href="/auth/v2/login?return_to=/account">Sign in</a>';
  });
  app.get("/account", auth.required(undefined, { by: "session" }), (request) => ({
    of: auth.identity(request).subject,
    until: auth.session(request)?.expiresAt, // milliseconds
  }));
  app.post("/orders", auth.required(), () => "ordered"); // 403 unless a page of this application posts it
  app.get("/csrf", auth.required(), (request) => auth.csrfToken(request)); // for clients that are no such page
  app.get("/documents", auth.required(), async (request) => {
    const call = await auth.upstream(request); // a fetch with the caller's access token; it follows no redirect
    return (await call(documents)).json();
  });
  app.post("/sign-out-everywhere", auth.required(), async (request) => {
    const { issuer, subject } = auth.identity(request);
    return { ended: await auth.sessions.endAll({ issuer, subject }) };
  });
  return app;
}
