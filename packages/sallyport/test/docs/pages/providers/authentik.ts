import Fastify from "fastify";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export const options: SallyportOptions = {
  issuer: "https://auth.example.com/application/o/orders/", // with its slash
  preset: "authentik",
  audience: "exampleClientId0000000000000000000000001",
};

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/orders", auth.required({ groups: ["admins"] }), (request) => ({
    for: auth.identity(request).username,
  }));
  return app;
}
