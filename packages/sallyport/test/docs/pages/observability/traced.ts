import { Hono } from "hono";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/hono";
import { openTelemetry } from "sallyport/opentelemetry";

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, { ...deps, telemetry: openTelemetry() });
  return new Hono().get("/me", auth.required(), (c) => c.json({ sub: c.var.identity.subject }));
}
