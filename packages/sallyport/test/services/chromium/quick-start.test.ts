// `npm start` in Chromium: people sign in and out, in two tabs at once, from the provider's side, and without their cookies.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chooseAtProvider,
  type Example,
  executablePath,
  launch,
  newPerson,
  signOut,
  startExample,
  without,
} from "./browser.ts";

if (!executablePath) test.skip(without, () => {});

describe.runIf(executablePath)("the page of npm start", () => {
  let browser: Browser;
  let app: Example;

  beforeAll(async () => {
    app = await startExample("quick-start");
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    app?.stop();
  });

  /** A browser that knows nobody, on the page. */
  async function visit(): Promise<{ context: BrowserContext; page: Page }> {
    const person = await newPerson(browser);
    await person.page.goto(app.url);
    return person;
  }

  async function signIn(page: Page, name: RegExp): Promise<void> {
    await page.click("#sign-in");
    await chooseAtProvider(page, name);
    await page.waitForSelector("#somebody:not([hidden])");
  }

  const knock = async (page: Page, path: string): Promise<string | null> => {
    await page.click(`button[data-path="${path}"]`);
    const answer = page.locator("#answer", { hasText: `GET ${path} →` });
    return answer.textContent();
  };

  test("somebody signs in, may do what they may, and signs out", async () => {
    const { page } = await visit();
    await page.waitForSelector("#nobody:not([hidden])");
    expect(await knock(page, "/admin")).toContain("→ 401");
    await signIn(page, /bob/i);
    expect(await page.locator("#name").textContent()).toMatch(/Bob/);
    expect(await page.locator("#token").textContent()).toMatch(/^(good for \d+ s more)?$/);
    expect(await knock(page, "/admin")).toContain("→ 403");
    expect(await knock(page, "/feed")).toContain("What bob may read");
    await signOut(page, app);
    await page.waitForSelector("#nobody:not([hidden])");
    expect(new URL(page.url()).origin).toBe(app.url);
  });

  test("two tabs sign in at once, and whichever is last is as good as the first", async () => {
    const { context, page } = await visit();
    const other = await context.newPage();
    await other.goto(app.url);
    await Promise.all([page.click("#sign-in"), other.click("#sign-in")]);
    for (const tab of [other, page]) {
      const button = tab.getByRole("button", { name: /alice/i }).first();
      // The provider may know her by now, and not ask again.
      await Promise.race([button.waitFor(), tab.waitForSelector("#somebody:not([hidden])")]);
      if (await button.isVisible()) await button.click();
      await tab.waitForSelector("#somebody:not([hidden])");
    }
    await page.reload();
    await page.waitForSelector("#somebody:not([hidden])");
  });

  test("a page that needs a sign-in is where they come back to, query and all", async () => {
    const { page } = await visit();
    await page.goto(`${app.url}/me?from=a%26b`);
    await chooseAtProvider(page, /carol/i);
    await page.waitForURL(`${app.url}/me?from=a%26b`);
    expect(await page.locator("body").textContent()).toContain('"subject":"carol"');
    // The callback is behind them; going back serves nobody, and does no harm.
    await page.goBack();
    await page.goto(app.url);
    await page.waitForSelector("#somebody:not([hidden])");
  });

  test("signed out at the provider, they are signed out here", async () => {
    const { page } = await visit();
    await signIn(page, /alice/i);
    await page.goto(`${app.issuer}/logout`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForLoadState();
    await page.goto(app.url);
    await page.waitForSelector("#nobody:not([hidden])");
  });

  test("without its cookie a sign-in cannot be continued, and the page says what to do", async () => {
    const { context, page } = await visit();
    await page.click("#sign-in");
    await page.getByRole("button", { name: /alice/i }).first().waitFor();
    await context.clearCookies({ name: /^sallyport-login/ });
    await chooseAtProvider(page, /alice/i);
    await page.waitForURL(/\/auth\/v2\/callback/);
    expect(await page.locator("body").textContent()).toContain("This sign-in cannot be continued");
    await page.getByRole("link").first().click();
    await page.waitForURL(`${app.url}/`);
    await page.waitForSelector("#somebody:not([hidden])");
  });
});
