import Fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const paths = { login: "/login", callback: "/auth", logout: "/logout" };
  const auth = sallyport({ ...options, router: { paths } }, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.register(auth.router());

  app.get("/", auth.optional(), (request) => {
    const who = auth.maybeIdentity(request);
    return { user: who ? { sub: who.subject, name: who.name } : null };
  });
  app.get("/orders", auth.required(), async (request) => {
    const call = await auth.upstream(request);
    return (await call(process.env.ORDERS_URL ?? "https://orders.example.org/")).json();
  });
  return app;
}
