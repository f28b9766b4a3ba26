import formbody from "@fastify/formbody";
import Fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

const signOut = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(formbody); // for forms of the application's own
  app.register(auth.plugin());
  app.register(auth.router()); // the sign-in, the callback, the sign-out and the rest

  app.get("/", auth.optional(), (request, reply) => {
    reply.type("text/html");
    return auth.maybeIdentity(request) ? signOut : '<a href="/auth/v2/login">Sign in</a>';
  });
  app.get("/orders", auth.required(), (request) => ({
    of: auth.identity(request).subject,
    until: auth.session(request)?.expiresAt,
  }));
  app.post("/orders", auth.required(), (request) => ({ by: auth.identity(request).subject }));
  return app;
}
