// An API on Express: a guarded router, and the application's own error handling.
import express from "express";
import {
  AuthError,
  anyOf,
  role,
  type SallyportDeps,
  type SallyportOptions,
  sallyport,
  scope,
} from "sallyport/express";

export function buildApp(options: SallyportOptions, deps: SallyportDeps = {}) {
  const auth = sallyport({ ...options, refuse: "throw" }, deps);
  const app = express();

  const admin = express.Router();
  admin.get("/users", (req, res) => {
    res.json({ asked: auth.identity(req).subject, users: ["alice", "bob"] });
  });

  app.get("/me", auth.required(), (req, res) => {
    res.json({ subject: auth.identity(req).subject });
  });
  app.use("/admin", auth.required(anyOf(role("Admin"), scope("users:write"))), admin);

  app.use((error: unknown, _req: express.Request, res: express.Response, next: express.NextFunction) => {
    if (!(error instanceof AuthError)) return next(error);
    res.status(error.status).json({ problem: error.description });
  });
  return app;
}
