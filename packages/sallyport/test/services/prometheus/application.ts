// An application with `/metrics`, a provider over HTTP, a clock that can be put forward, and traffic of every outcome.
import Fastify from "fastify";
import { Registry } from "prom-client";
import { sallyport } from "../../../src/frameworks/fastify.ts";
import { prometheus } from "../../../src/telemetry/prom-client.ts";
import { startKeyServer } from "../../support/key-server.ts";
import { createKit } from "../../support/kit.ts";

/** A month ago. */
const secretSince = (nowSeconds: number) =>
  new Date((nowSeconds - 30 * 86_400) * 1000).toISOString().slice(0, 10);

export async function startScraped() {
  const kit = createKit();
  const provider = await startKeyServer(kit.jwks.keys);
  const registry = new Registry();
  let ahead = 0;
  const broken = {
    name: "broken",
    write() {
      throw new Error("no");
    },
  };
  const auth = sallyport(
    {
      issuer: provider.issuer,
      audience: kit.audience,
      insecureAllowLoopback: true,
      publicUrl: "https://app.example",
      clientId: "web",
      clientSecret: [{ secret: "web-secret-web-secret-web-secret-1", since: secretSince(kit.nowSeconds) }],
      session: { secret: "Zk3vT9wQeLr2Xc5Nm1Hy6Gf4Ds0PaUiOq7Rt2Wk9Bj" },
      nativeClients: {},
    },
    {
      now: () => kit.nowSeconds * 1000 + ahead,
      audit: [{ name: "good", write() {} }, broken],
      telemetry: prometheus({ registry }),
      isRevoked(identity) {
        if (identity.subject === "unknown") throw new Error("no");
        return identity.subject === "revoked";
      },
    },
  );
  const app = Fastify();
  app.register(auth.plugin());
  app.register(auth.router());
  app.get("/metrics", async (_request, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
  app.get("/me", auth.required(), () => "ok");
  app.get("/admin", auth.required({ roles: ["Admin"] }), () => "ok");
  app.get("/feed", auth.optional(), () => "ok");
  await app.listen({ port: 0, host: "127.0.0.1" });
  const address = `127.0.0.1:${(app.server.address() as { port: number }).port}`;

  const token = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    kit.token({
      header,
      claims: { iss: provider.issuer, exp: kit.nowSeconds + 864_000, jti: String(Math.random()), ...claims },
    });
  const good = token();
  const get = async (path: string, bearer?: string) => {
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const response = await fetch(`http://${address}${path}`, { headers, redirect: "manual" });
    await response.arrayBuffer();
    return response.status;
  };

  return {
    address,
    issuer: provider.issuer,
    /** Stops the provider, as an outage would. */
    stopProvider: () => provider.close(),
    putForward: (minutes: number) => {
      ahead += minutes * 60_000;
    },
    metrics: async () => (await fetch(`http://${address}/metrics`)).text(),
    /** One request of each outcome; their statuses. */
    traffic: async () => [
      await get("/me", good),
      await get("/me", token()),
      await get("/feed"),
      await get("/me"),
      await get("/me?access_token=x", good),
      await get("/me", token({ aud: "another" })),
      await get("/me", token({ exp: kit.nowSeconds - 1000, iat: kit.nowSeconds - 2000 })),
      await get("/me", token({}, { typ: "JWT" })),
      await get("/me", token({}, { kid: "unknown" })),
      await get("/me", `${token().slice(0, -8)}AAAAAAAA`),
      await get("/admin", good),
      await get("/me", token({ sub: "revoked" })),
      await get("/me", token({ sub: "unknown" })),
      await get("/auth/v2/callback?code=x&state=y"),
    ],
    async close() {
      await app.close();
      await provider.close().catch(() => {});
    },
  };
}
