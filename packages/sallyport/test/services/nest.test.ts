// NestJS 10 and 11 on both adapters: the same routes, the same answers.
import type { INestApplication } from "@nestjs/common";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpServer } from "../nest/http-server.ts";
import { nestResources } from "../nest/resources.ts";
import { bad, controllersOf, everything, marked, open, type Row, unmarked } from "../nest/routes.ts";
import { bearer, listener, options } from "../nest/start.ts";
import { read, securityOf } from "../openapi/document.ts";
import { runResourceCases } from "../resource/run-resource-cases.ts";
import { runCases } from "../support/run-http-cases.ts";
import { runSignIn } from "../support/run-sign-in.ts";
import { isInstalled, loadNest } from "./old-nest.ts";
import { startShop } from "./old-nest-shop.ts";

const versions = [
  ["nest10", "10."],
  ["nest11", "11."],
] as const;

for (const [folder, major] of versions) {
  if (!isInstalled(folder)) {
    test.skip(`${folder} is not installed: \`npm run test:services\` installs it`, () => {});
    continue;
  }
  const nest = loadNest(folder);
  const { common, core, sallyport } = nest;
  const controllers = controllersOf(nest);

  async function start(
    adapter: () => never,
    given: Parameters<typeof options>[0] = {},
    prepare?: (app: INestApplication) => void,
  ) {
    class AppModule {}
    common.Module({ imports: [sallyport.SallyportModule.forRoot(options(given))], controllers })(AppModule);
    const app = await core.NestFactory.create(AppModule, adapter(), { logger: false, abortOnError: false });
    prepare?.(app);
    onTestFinished(() => app.close());
    await app.listen(0, "127.0.0.1");
    const base = await app.getUrl();
    const get = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
      fetch(base + path, { ...init, headers });
    return { app, get };
  }

  const [[, express], [, fastify]] = nest.adapters;
  describe(`NestJS ${nest.version}: the table of HTTP cases`, () => {
    runCases("nest-express", httpServer(nest, express));
    runCases("nest-fastify", httpServer(nest, fastify));
  });

  describe(`NestJS ${nest.version}: the resource's metadata`, () => {
    runResourceCases("on Express", nestResources(nest, express));
    runResourceCases("on Fastify", nestResources(nest, fastify));
  });

  describe.each(nest.adapters)(`NestJS ${nest.version} on %s: the sign-in`, (_name, adapter) => {
    runSignIn(startShop(nest, adapter));
  });

  describe.each(nest.adapters)(`NestJS ${nest.version} on %s`, (_name, adapter) => {
    test("it is the version that it should be", () => {
      expect(nest.version.startsWith(major)).toBe(true);
    });

    const settings: readonly (readonly [string, boolean, readonly Row[]])[] = [
      ["global: true", true, [...marked, ...unmarked]],
      ["the decorators alone", false, [...marked, ...open]],
    ];
    test.each(settings)("%s: what each route takes", async (_setting, global, rows) => {
      const { get } = await start(adapter, { global });
      for (const [path, headers, status, text] of rows) {
        const answer = await get(path, headers);
        const row = `${path} ${headers.authorization ? "with" : "without"} a token`;
        expect(`${row}: ${answer.status}`).toBe(`${row}: ${status}`);
        if (text !== undefined) expect(await answer.text(), row).toBe(text);
      }
    });

    test("the answer of a refusal, headers and body", async () => {
      const { get } = await start(adapter, { global: true });
      const answer = await get("/me", bad);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(answer.headers.get("www-authenticate")).toBe(
        'Bearer realm="api", error="invalid_token", error_description="The access token is not valid"',
      );
      expect(await answer.text()).toBe(
        '{"error":"invalid_token","error_description":"The access token is not valid"}',
      );
    });

    test.each([
      ["a text", "Go away", "Go away"],
      ["nothing", undefined, ""],
    ])("onRefused may make the body %s", async (_what, body, text) => {
      const { get } = await start(adapter, { global: true, deps: { onRefused: () => ({ body }) } });
      const answer = await get("/me");
      expect([answer.status, await answer.text()]).toEqual([401, text]);
    });

    test("a request is judged once, and its event has the route's pattern", async () => {
      const { decisions, onEvent } = listener();
      const { get } = await start(adapter, { global: true, deps: { onEvent } });
      await get("/users/7", bearer({ claims: everything }), { method: "DELETE" });
      await get("/reports/write", bad);
      expect(decisions.map(({ outcome, route }) => [outcome, route])).toEqual([
        ["allowed", "/users/:id"],
        ["refused", "/reports/write"],
      ]);
    });

    test("the middleware refuses ahead of the body's parser", async () => {
      const { get } = await start(adapter, {}, (app) => {
        app.use("/users", app.get(sallyport.Sallyport).middleware());
      });
      const body = JSON.stringify({ filler: "x".repeat(2 ** 21) });
      const answer = await get(
        "/users/7",
        { ...bad, "content-type": "application/json" },
        { method: "DELETE", body },
      );
      expect(answer.status).toBe(401);
    });

    test("two configurations are refused, and closing closes the verifier", async () => {
      const imported = () => sallyport.SallyportModule.forRoot(options());
      class Twice {}
      common.Module({ imports: [imported(), imported()] })(Twice);
      const twice = await core.NestFactory.create(Twice, adapter(), { logger: false, abortOnError: false });
      await expect(twice.init()).rejects.toThrow("more than one configuration");
      class Once {}
      common.Module({ imports: [imported()] })(Once);
      const once = await core.NestFactory.create(Once, adapter(), { logger: false, abortOnError: false });
      await once.init();
      const { verifier } = once.get(sallyport.Sallyport);
      await once.close();
      await expect(verifier.verify("a.b.c")).rejects.toMatchObject({ code: "closed" });
    });

    test("the document of @nestjs/swagger says what the decorators say", async () => {
      const { app } = await start(adapter, { global: true });
      const { DocumentBuilder, SwaggerModule } = nest.swagger;
      const config = new DocumentBuilder().setTitle("Test").setVersion("1").build();
      const urls = { authorizationUrl: "https://issuer.example/a", tokenUrl: "https://issuer.example/t" };
      const make = () => SwaggerModule.createDocument(app, config);
      const document = await read(nest.applySallyport(app, make, urls), "3.0");
      expect(securityOf(document)).toMatchObject({
        "GET /me": [{ oidc: [] }],
        "DELETE /users/{id}": [{ oidc: [] }, { oidc: ["users:write"] }],
        "GET /health": undefined,
        "GET /feed": [{ oidc: ["feed:read"] }, {}],
        "GET /reports/inherited": [{ oidc: ["reports:read"] }],
        "GET /reports/write": [{ oidc: ["reports:read", "reports:write"] }],
        "GET /reports/maybe": [{ oidc: ["reports:read"] }, {}],
      });
      expect(JSON.stringify([document, make()])).not.toContain("sallyport");
    });
  });
}
