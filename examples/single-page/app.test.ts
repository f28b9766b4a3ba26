import { fileURLToPath } from "node:url";
import { type Setup, setUp } from "example-setup";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Browser, type Page } from "../../packages/dev-idp/test/support.ts";
import { buildApp } from "./app.ts";
import { buildWeather } from "./weather.ts";

const files = fileURLToPath(new URL("public", import.meta.url));
let setup: Setup;
let weather: FastifyInstance;
let app: FastifyInstance;
let forecast: string;
beforeAll(async () => {
  setup = await setUp("greenhouse", { PORT: "0" });
  const { host, port, options } = setup;
  weather = buildWeather(options);
  forecast = `${await weather.listen({ host, port: 0 })}/forecast`;
  app = buildApp(options, { files, weather: forecast });
  await app.listen({ host, port });
});
afterAll(async () => {
  await app?.close();
  await weather?.close();
  await setup?.close();
});

/** As a script of the page does it, or one of another site. */
async function call(browser: Browser, path: string, { method = "GET", site = "same-origin" } = {}) {
  const headers = { "sec-fetch-site": site, referer: `${setup.url}/` };
  const { status, text } = await browser.go(`${setup.url}${path}`, { method, headers });
  return { status, body: JSON.parse(text) };
}

/** From one host to the other, until a page comes. */
async function through(browser: Browser, coming: Promise<Page>): Promise<Page> {
  const next = await coming;
  return next.status >= 300 && next.status < 400 ? through(browser, browser.go(next.url)) : next;
}

async function signedIn(person: string): Promise<Browser> {
  const browser = new Browser();
  const form = await through(browser, browser.go(`${setup.url}/auth/v2/login`));
  expect((await through(browser, browser.submit(form, { person }))).text).toContain(
    "<title>Greenhouse</title>",
  );
  return browser;
}

test("the page may load scripts and styles from here alone", async () => {
  const { headers } = await new Browser().go(`${setup.url}/`);
  expect(headers.get("content-security-policy")).toContain("default-src 'self'");
});

test.each(["/api/beds", "/api/weather", "/auth/v2/session"])(
  "%s tells nobody but where to sign in",
  async (path) => {
    expect(await call(new Browser(), path)).toEqual({
      status: 401,
      body: {
        error: "login_required",
        error_description: expect.any(String),
        login_url: "/auth/v2/login?return_to=%2F",
      },
    });
  },
);

test("who is signed in sees the beds, and waters one", async () => {
  const browser = await signedIn("bob");
  expect((await call(browser, "/auth/v2/session")).body).toMatchObject({
    subject: "bob",
    name: "Bob Editor",
  });
  expect((await call(browser, "/api/beds")).body).toHaveLength(4);
  const watered = await call(browser, "/api/beds/basil/water", { method: "POST" });
  expect(watered).toMatchObject({
    status: 200,
    body: { id: "basil", moisture: 70, wateredBy: "Bob Editor" },
  });
  expect((await call(browser, "/api/beds/weeds/water", { method: "POST" })).status).toBe(404);
});

test("another site waters nothing", async () => {
  const browser = await signedIn("carol");
  const { status, body } = await call(browser, "/api/beds/lemon/water", {
    method: "POST",
    site: "cross-site",
  });
  expect([status, body.error]).toEqual([403, "cross_site_request"]);
  expect((await call(browser, "/api/beds")).body).toContainEqual(
    expect.objectContaining({ id: "lemon", moisture: 67 }),
  );
});

test("the weather service is asked in the name of who asks, and answers nobody else", async () => {
  expect((await call(await signedIn("alice"), "/api/weather")).body).toMatchObject({ askedBy: "alice" });
  expect((await fetch(forecast)).status).toBe(401);
});

test("without a weather service there is no such route", async () => {
  const alone = buildApp(setup.options, { files });
  const { statusCode } = await alone.inject("/api/weather");
  await alone.close();
  expect(statusCode).toBe(404);
});
