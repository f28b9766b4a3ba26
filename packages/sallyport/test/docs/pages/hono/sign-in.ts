import { Hono } from "hono";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/hono";

const signOut = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  return new Hono()
    .route("/", auth.router()) // the sign-in, the callback, the sign-out and the rest
    .get("/", auth.optional(), (c) =>
      c.html(c.var.identity ? signOut : '<a href="/auth/v2/login">Sign in</a>'),
    )
    .get("/orders", auth.required(), (c) =>
      c.json({ of: c.var.identity.subject, until: auth.session(c)?.expiresAt }),
    )
    .post("/orders", auth.required(), (c) => c.json({ by: c.var.identity.subject }));
}
