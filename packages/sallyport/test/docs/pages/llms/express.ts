import express from "express";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/express";

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = express();
  app.get("/me", auth.required(), (req, res) => void res.json({ sub: auth.identity(req).subject }));
  app.use("/admin", auth.required(role("Admin")), (_req, res) => void res.send("in")); // a whole router, too
  app.get("/feed", auth.optional(), (req, res) => void res.send(auth.maybeIdentity(req)?.subject ?? "you"));
  return app;
}
