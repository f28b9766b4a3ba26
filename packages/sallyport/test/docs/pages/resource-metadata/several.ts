import { Hono } from "hono";
import { type SallyportDeps, sallyport, scope } from "sallyport/hono";

export function build(issuer: string, deps?: SallyportDeps) {
  const resource = (url: string) => sallyport({ issuer, audience: url, resource: url }, deps);
  const orders = resource("https://api.example.org/orders");
  const tools = resource("https://api.example.org/tools");
  const app = new Hono();
  app.use(orders.resourceMetadata(), tools.resourceMetadata());

  app.get("/orders", orders.required(scope("orders:read")), (c) => c.json([]));
  app.get("/tools", tools.required(scope("tools:run")), (c) => c.json([]));
  return app;
}
