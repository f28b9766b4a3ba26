import express, { Router } from "express";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/express";

const admin = anyOf(role("Admin"), scope("users:write"));

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = express();

  app.get("/health", (_req, res) => res.json(auth.health()));
  app.get("/me", auth.required(), (req, res) => res.json({ sub: auth.identity(req).subject }));
  app.get("/feed", auth.optional(), (req, res) => {
    res.send(`For ${auth.maybeIdentity(req)?.subject ?? "you"}`);
  });

  const users = Router();
  users.get("/", (_req, res) => res.json(["alice", "bob"]));
  app.use("/users", auth.required(admin), users);
  return { app, auth };
}
