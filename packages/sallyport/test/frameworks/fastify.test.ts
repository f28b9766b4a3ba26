import Fastify from "fastify";
import { expect, test } from "vitest";
import { anyOf, role, sallyport, scope } from "../../src/frameworks/fastify.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

test("smoke", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const auth = sallyport(idp.config, idp.deps);
  const admin = anyOf(role("Admin"), scope("users:write"));
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
  app.get("/admin", { ...auth.required(admin) }, async () => ({ ok: true }));
  app.get("/feed", auth.optional(), (request) => auth.maybeIdentity(request)?.subject ?? "you");
  app.get("/open", (request) => auth.identity(request).subject);
  const headers = await idp.bearer({ subject: "s1", roles: ["Reader"] });
  const get = async (url: string, h: Record<string, string> = headers) => {
    const r = await app.inject({ url, headers: h });
    return [r.statusCode, r.body, r.headers];
  };
  console.log(await get("/me"), await get("/me", {}), await get("/admin"), await get("/feed"), await get("/feed", {}), await get("/open"));
  await app.close();
});
