import { readFile } from "node:fs/promises";
import Fastify from "fastify";
import { claim, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  issuer: "https://kubernetes.default.svc.cluster.local",
  preset: "kubernetes",
  jwksUri: "https://kubernetes.default.svc.cluster.local/openid/v1/jwks",
  audience: "orders-api",
};

/** The API server shows its keys to the cluster's own pods: each fetch takes this pod's token along, as it is now. */
export const asThisPod =
  (file = "/var/run/secrets/kubernetes.io/serviceaccount/token", send = fetch): typeof fetch =>
  async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", `Bearer ${(await readFile(file, "utf8")).trim()}`);
    return send(input, { ...init, headers });
  };

const worker = claim("sub", { equals: "system:serviceaccount:shop:worker" });

export function build(deps: SallyportDeps = { fetch: asThisPod() }) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/orders", auth.required(worker), (request) => ({ for: auth.identity(request).subject }));
  return app;
}
