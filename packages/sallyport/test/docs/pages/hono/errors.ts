import { Hono } from "hono";
import { AuthError, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/hono";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport({ ...options, refuse: "throw" }, deps);
  const app = new Hono();
  app.onError((error, c) => {
    if (!(error instanceof AuthError)) throw error;
    return c.json({ title: error.description, status: error.status }, error.status);
  });
  app.get("/me", auth.required(), (c) => c.json({ sub: c.var.identity.subject }));
  return app;
}
