import express, { type NextFunction, type Request, type Response } from "express";
import { AuthError, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/express";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport({ ...options, refuse: "throw" }, deps);
  const app = express();
  app.get("/me", auth.required(), (req, res) => res.json({ sub: auth.identity(req).subject }));
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (!(error instanceof AuthError)) return next(error);
    res.status(error.status).json({ title: error.description, status: error.status });
  });
  return { app, auth };
}
