import Fastify from "fastify";
import { type SallyportDeps, sallyport, scope } from "sallyport/fastify";

export function build(issuer: string, deps?: SallyportDeps) {
  const publicUrl = "https://api.example.org";
  const resourceMetadata = { scopes: ["orders:read", "orders:write"], name: "Orders", "name#it": "Ordini" };
  const auth = sallyport({ issuer, audience: publicUrl, publicUrl, resourceMetadata }, deps);
  const app = Fastify();
  app.register(auth.plugin());

  app.get("/orders", auth.required(scope("orders:read")), () => []);
  return app;
}
