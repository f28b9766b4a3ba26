import express from "express";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/express";

const signOut = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = express();
  app.use(auth.router()); // the sign-in, the callback, the sign-out and the rest

  app.get("/", auth.optional(), (req, res) => {
    res.send(auth.maybeIdentity(req) ? signOut : '<a href="/auth/v2/login">Sign in</a>');
  });
  app.get("/orders", auth.required(), (req, res) => {
    res.json({ of: auth.identity(req).subject, until: auth.session(req)?.expiresAt });
  });
  app.post("/orders", auth.required(), (req, res) => res.json({ by: auth.identity(req).subject }));
  return { app, auth };
}
