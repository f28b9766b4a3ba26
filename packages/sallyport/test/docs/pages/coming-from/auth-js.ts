import express from "express";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/express";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const paths = { callback: "/auth/callback/keycloak", session: "/auth/session" };
  const auth = sallyport({ ...options, router: { paths } }, deps);
  const app = express();
  app.use(auth.router());

  app.get("/", auth.optional(), (req, res) => {
    const who = auth.maybeIdentity(req);
    res.json({ user: who ? { name: who.name, email: who.email } : null });
  });
  app.get("/account", auth.required(), (req, res) => {
    const { issuer, subject } = auth.identity(req); // together the key of your user
    res.json({ issuer, subject });
  });
  return app;
}
