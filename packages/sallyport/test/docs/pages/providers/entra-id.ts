import Fastify from "fastify";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fastify";

export const options: SallyportOptions = {
  tenantId: "00000000-0000-4000-8000-0000000000f1",
  // The API's client id, and its Application ID URI for tokens of version 1.
  audience: ["00000000-0000-4000-8000-0000000000a1", "api://00000000-0000-4000-8000-0000000000a1"],
};

/** People come with the scope that they consented to; applications have no scopes, and come with a role. */
const reader = anyOf(scope("Orders.Read"), role("Orders.Read.All"));

export function build(deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());
  // `userId` is tenant and object id: it stays, where `sub` is another for each application.
  app.get("/orders", auth.required(reader), (request) => ({ for: auth.identity(request).userId }));
  return app;
}
