// A router below a prefix that the framework tells: every address that it hands out has it.
import Fastify from "fastify";
import { expect, test } from "vitest";
import { sallyport } from "../../src/frameworks/fastify.ts";
import { startScriptedProvider } from "../support/scripted-login-provider.ts";

const secret = "Zk3vT9wQeLr2Xc5Nm1Hy6Gf4Ds0PaUiOq7Rt2Wk9Bj";

async function start(prefix: string, basePath?: string) {
  const idp = await startScriptedProvider({ now: Date.now });
  const auth = sallyport({
    issuer: idp.issuer,
    clientId: "web",
    clientSecret: "s",
    publicUrl: "https://app.example/shop",
    insecureAllowLoopback: true,
    session: { secret },
    ...(basePath !== undefined && { router: { basePath } }),
  });
  const app = Fastify();
  await app.register(auth.router(), { prefix });
  app.get("/orders", auth.required(), () => "orders");
  return app;
}

test.each([
  ["/api", undefined],
  ["/api", "/api"],
])("Fastify's prefix %s, basePath %s", async (prefix, basePath) => {
  const app = await start(prefix, basePath);
  const { headers } = await app.inject({ url: "/api/auth/v2/login?return_to=/shop/api/auth/v2/logout" });
  const asked = new URL(String(headers.location)).searchParams;
  expect(asked.get("redirect_uri")).toBe("https://app.example/shop/api/auth/v2/callback");
  const orders = await app.inject({ url: "/orders", headers: { accept: "text/html" } });
  expect(orders.headers.location).toBe("/shop/api/auth/v2/login?return_to=%2Fshop%2Forders");
  await app.close();
});

test("a prefix that contradicts basePath keeps the application from starting", async () => {
  await expect(start("/api", "/other")).rejects.toThrow("mounted at `/api`");
});
