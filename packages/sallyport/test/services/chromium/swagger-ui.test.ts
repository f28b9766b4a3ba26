// `npm start` in Chromium: the Authorize button of Swagger UI signs in at the provider, and the protected routes answer.
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import Fastify from "fastify";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { role, sallyport } from "../../../src/frameworks/fastify.ts";
import { Protected, Sallyport, SallyportModule } from "../../../src/frameworks/nest.ts";
import { documentation } from "../../nest/openapi-page/docs.ts";
import { freePort } from "../../support/free-port.ts";
import { type Example, executablePath, launch, newPerson, startExample, without } from "./browser.ts";

if (!executablePath) test.skip(without, () => {});

describe.runIf(executablePath)("Swagger UI", () => {
  let browser: Browser;
  let quickStart: Example;

  beforeAll(async () => {
    quickStart = await startExample("quick-start");
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    quickStart?.stop();
  });

  /** A browser that knows nobody, and every address that it asks for. */
  async function open(url: string): Promise<{ page: Page; asked: string[] }> {
    const { context, page } = await newPerson(browser);
    const asked: string[] = [];
    context.on("request", (request) => asked.push(request.url()));
    await page.goto(url, { waitUntil: "networkidle" });
    return { page, asked };
  }

  test.each([
    ["alice", 200, '"alice"'],
    ["bob", 403, "insufficient_scope"],
  ])("%s signs in by the Authorize button, and GET /admin answers %d", async (person, status, text) => {
    const { page, asked } = await open(`${quickStart.url}/docs`);
    expect(await execute(page, "/admin")).toMatchObject({ status: 401 });
    await authorize(page, person, "authorizationCode with PKCE");
    expect(await execute(page, "/me")).toMatchObject({ status: 200 });
    const admin = await execute(page, "/admin");
    expect(admin.status).toBe(status);
    expect(admin.body).toContain(text);
    // Offline: whatever is shown comes from this machine.
    const elsewhere = asked.filter((url) => !/^(http:\/\/127\.0\.0\.1:\d+\/|data:)/.test(url));
    expect(elsewhere).toEqual([]);
    expect(asked.some((url) => url.includes("code_challenge_method=S256"))).toBe(true);
  });

  test("the page of `npm start` leads there", async () => {
    const { page } = await open(quickStart.url);
    await page.getByRole("link", { name: "Swagger UI" }).click();
    await page.getByRole("heading", { name: /Sallyport quick start/ }).waitFor();
    expect(page.url()).toContain("/docs");
  });

  test("where no discovery was made, the button finds the provider itself (openIdConnect)", async () => {
    const auth = sallyport({ issuer: quickStart.issuer, audience: "my-api", insecureAllowLoopback: true });
    const app = Fastify();
    onTestFinished(() => app.close());
    await app.register(swagger, auth.openapi().swagger({}));
    await app.register(swaggerUi, {
      routePrefix: "/docs",
      initOAuth: { clientId: "spa", scopes: "openid", usePkceWithAuthorizationCodeGrant: true },
    });
    app.get("/admin", auth.required(role("Admin")), () => ({ ok: true }));
    const { page } = await open(`${await app.listen({ host: "127.0.0.1", port: 0 })}/docs`);
    await authorize(page, "alice", "authorization_code with PKCE");
    expect(await execute(page, "/admin")).toMatchObject({ status: 200 });
  });

  test("NestJS, as docs/openapi.md has it", async () => {
    @Controller()
    class Admin {
      @Protected(role("Admin")) @Get("admin") list() {
        return { ok: true };
      }
    }
    const options = { issuer: quickStart.issuer, audience: "my-api", insecureAllowLoopback: true };
    @Module({ imports: [SallyportModule.forRoot(options)], controllers: [Admin] })
    class AppModule {}
    const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
    onTestFinished(() => app.close());
    await app.get(Sallyport).ready();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    documentation(app, url);
    await app.listen(port, "127.0.0.1");
    const { page } = await open(`${url}/docs`);
    await authorize(page, "alice", "authorizationCode with PKCE");
    expect(await execute(page, "/admin")).toMatchObject({ status: 200 });
  });
});

/** As a person does it: the button, the flow's own button, and a click on who to be in the window that opens. */
async function authorize(page: Page, person: string, flow: string): Promise<void> {
  const box = page.locator(".auth-container", { hasText: flow });
  const close = page.locator(".dialog-ux .close-modal");
  // What the provider says comes after the page, and an open dialog does not change: a person would open it again.
  await vi.waitFor(
    async () => {
      if (await close.isVisible()) await close.click();
      await page.locator(".auth-wrapper > .authorize").click();
      await box.waitFor({ timeout: 1000 });
    },
    { timeout: 30_000 },
  );
  const [popup] = await Promise.all([page.waitForEvent("popup"), box.locator("button.authorize").click()]);
  await popup.locator(`button[name=person][value=${person}]`).click();
  await box.getByText("Authorized").waitFor();
  await close.click();
}

/** "Try it out" on a GET operation without parameters. */
async function execute(page: Page, path: string): Promise<{ status: number; body: string }> {
  const operation = page.locator(".opblock-get", { has: page.locator(`[data-path="${path}"]`) });
  const begin = operation.getByRole("button", { name: "Try it out" });
  if (!(await operation.locator(".opblock-body").isVisible()))
    await operation.locator(".opblock-summary-control").click();
  const run = operation.getByRole("button", { name: "Execute" });
  await begin.or(run).first().waitFor();
  if (await begin.isVisible()) await begin.click();
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === path);
  await run.click();
  await answered;
  const live = operation.locator(".live-responses-table .response").first();
  await live.waitFor();
  const [status] = /^\d+/.exec((await live.locator(".response-col_status").textContent()) ?? "") ?? [];
  return {
    status: Number(status),
    body: (await live.locator(".response-col_description").textContent()) ?? "",
  };
}
