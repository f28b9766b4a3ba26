import Fastify from "fastify";
import { anyOf, claim, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  preset: "google-id-token",
  audience: "000000000001-example.apps.googleusercontent.com",
};

/** People of the organization, and one service account, by its number. */
const ours = anyOf(
  { kind: "user", claims: [{ claim: "hd", equals: "example.com" }] },
  claim("sub", { equals: "100000000000000000009" }),
);

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/orders", auth.required(ours), (request) => ({ for: auth.identity(request).subject }));
  return app;
}
