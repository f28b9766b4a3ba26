import Fastify from "fastify";
import { claim, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  preset: "github-actions",
  audience: "https://deploy.example.com",
};

/** Numbers, since the names of repositories and organizations change hands. */
const ours = claim("repository_id", { equals: "2000001" });
const production = claim("environment", { equals: "prod" });

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.post("/deploy", auth.required({ allOf: [ours, production] }), (request) => ({
    by: auth.identity(request).subject,
  }));
  return app;
}
