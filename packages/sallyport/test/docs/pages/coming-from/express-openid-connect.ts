import express from "express";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/express";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const paths = { login: "/login", logout: "/logout", callback: "/callback" };
  const auth = sallyport({ ...options, router: { paths } }, deps);
  const app = express();
  app.use(auth.router());

  app.get("/", auth.optional(), (req, res) => {
    res.send(auth.maybeIdentity(req) ? '<a href="/logout">Sign out</a>' : '<a href="/login">Sign in</a>');
  });
  app.use(auth.required()); // from here on, as authRequired: true
  app.get("/profile", (req, res) => res.json(auth.identity(req).claims));
  app.get("/admin", auth.required(role("Admin")), (_req, res) => res.send("in"));
  app.get("/orders", async (req, res) => {
    const call = await auth.upstream(req);
    const answer = await call(process.env.ORDERS_URL ?? "https://orders.example.org/");
    res.json(await answer.json());
  });
  return app;
}
