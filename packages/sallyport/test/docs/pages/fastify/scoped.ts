import Fastify from "fastify";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());

  app.register(async (admin) => {
    admin.addHook("onRequest", auth.required(role("Admin")).onRequest);
    admin.get("/reports", (request) => ({ for: auth.identity(request).subject }));
    admin.get("/settings", () => ({ theme: "dark" }));
  });

  app.post(
    "/orders",
    { bodyLimit: 1024, ...auth.required() },
    (request) => `Thank you, ${auth.identity(request).name ?? "customer"}`,
  );
  return app;
}
