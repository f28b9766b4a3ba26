import Fastify from "fastify";
import { claim, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

/** The organization's number: its name can change hands. */
const ours = claim("repository_owner_id", { equals: "1000001" });
const main = claim("ref", { equals: "refs/heads/main" });

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.post("/deploy", auth.required({ allOf: [ours, main] }), () => "deployed");
  return app;
}
