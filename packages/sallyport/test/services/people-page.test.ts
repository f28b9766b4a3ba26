// `npm start` in Chromium: people sign in and out, in two tabs at once, from the provider's side, and without their cookies.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

const executablePath = process.env.SALLYPORT_CHROMIUM;
const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage";
const main = fileURLToPath(new URL("../../../../examples/quick-start/dist/main.js", import.meta.url));

if (!executablePath) test.skip("SALLYPORT_CHROMIUM is not set: `npm run test:services` sets it", () => {});

describe.runIf(executablePath)("the page of npm start", () => {
  let browser: Browser;
  let app: { readonly child: ChildProcess; readonly url: string; readonly issuer: string };

  beforeAll(async () => {
    app = await start();
    browser = await chromium.launch({ executablePath: executablePath as string, args: flags.split(" ") });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    app?.child.kill();
  });

  /** A browser that knows nobody. */
  async function newPerson(): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(app.url);
    return { context, page };
  }

  async function signIn(page: Page, name: RegExp): Promise<void> {
    await page.click("#sign-in");
    await page.getByRole("button", { name }).first().click();
    await page.waitForSelector("#somebody:not([hidden])");
  }

  const knock = async (page: Page, path: string): Promise<string | null> => {
    await page.click(`button[data-path="${path}"]`);
    const answer = page.locator("#answer", { hasText: `GET ${path} →` });
    return answer.textContent();
  };

  test("somebody signs in, may do what they may, and signs out", async () => {
    const { page } = await newPerson();
    await page.waitForSelector("#nobody:not([hidden])");
    expect(await knock(page, "/admin")).toContain("→ 401");
    await signIn(page, /bob/i);
    expect(await page.locator("#name").textContent()).toMatch(/Bob/);
    expect(await page.locator("#token").textContent()).toMatch(/^(good for \d+ s more)?$/);
    expect(await knock(page, "/admin")).toContain("→ 403");
    expect(await knock(page, "/feed")).toContain("What bob may read");
    await page.click("#sign-out");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector("#nobody:not([hidden])");
    expect(new URL(page.url()).origin).toBe(app.url);
  });

  test("two tabs sign in at once, and whichever is last is as good as the first", async () => {
    const { context, page } = await newPerson();
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
    const { page } = await newPerson();
    await page.goto(`${app.url}/me?from=a%26b`);
    await page.getByRole("button", { name: /carol/i }).first().click();
    await page.waitForURL(`${app.url}/me?from=a%26b`);
    expect(await page.locator("body").textContent()).toContain('"subject":"carol"');
    // The callback is behind them; going back serves nobody, and does no harm.
    await page.goBack();
    await page.goto(app.url);
    await page.waitForSelector("#somebody:not([hidden])");
  });

  test("signed out at the provider, they are signed out here", async () => {
    const { page } = await newPerson();
    await signIn(page, /alice/i);
    await page.goto(`${app.issuer}/logout`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForLoadState();
    await page.goto(app.url);
    await page.waitForSelector("#nobody:not([hidden])");
  });

  test("without its cookie a sign-in cannot be continued, and the page says what to do", async () => {
    const { context, page } = await newPerson();
    await page.click("#sign-in");
    await page.getByRole("button", { name: /alice/i }).first().waitFor();
    await context.clearCookies({ name: /^sallyport-login/ });
    await page.getByRole("button", { name: /alice/i }).first().click();
    await page.waitForURL(/\/auth\/v2\/callback/);
    expect(await page.locator("body").textContent()).toContain("This sign-in cannot be continued");
    await page.getByRole("link").first().click();
    await page.waitForURL(`${app.url}/`);
    await page.waitForSelector("#somebody:not([hidden])");
  });
});

function start(): Promise<{ child: ChildProcess; url: string; issuer: string }> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, NODE_ENV: "development", NODE_OPTIONS: "", PORT: "0" },
  });
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
      const url = /Click: {2}(\S+)\//.exec(text)?.[1];
      const issuer = /Provider {2}(\S+)/.exec(text)?.[1];
      if (url && issuer) resolve({ child, url, issuer });
    });
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}: ${text}`)));
  });
}
