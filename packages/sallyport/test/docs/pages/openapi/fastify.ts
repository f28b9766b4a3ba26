import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Fastify from "fastify";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fastify";

export async function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = Fastify();
  app.register(auth.plugin());

  const openapi = { info: { title: "Orders", version: "1.0.0" } };
  await app.register(swagger, auth.openapi().swagger({ openapi }));
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    initOAuth: { clientId: "spa", scopes: "openid", usePkceWithAuthorizationCodeGrant: true },
  });

  app.get("/orders", auth.required(scope("orders:read")), () => ["a lamp"]);
  app.register(async (admin) => {
    admin.addHook("onRequest", auth.required(anyOf(role("Admin"), scope("users:write"))).onRequest);
    admin.get("/users", { schema: { summary: "Everybody" } }, () => ["alice", "bob"]);
  });
  return app;
}
