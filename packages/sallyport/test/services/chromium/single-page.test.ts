// examples/single-page in Chromium: a page that asks its API, with tokens that live for seconds and that it never sees.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  answersTo,
  chooseAtProvider,
  type Example,
  executablePath,
  launch,
  newPerson,
  newPersonWhoBlocks,
  signOut,
  startExample,
  without,
} from "./browser.ts";

if (!executablePath) test.skip(without, () => {});

describe.runIf(executablePath)("the single-page example", () => {
  let browser: Browser;
  let app: Example;

  beforeAll(async () => {
    app = await startExample("single-page", { TOKEN_SECONDS: "4" });
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    app?.stop();
  });

  const signedIn = (page: Page) => page.locator("#somebody:not([hidden])");
  const signedOut = (page: Page) => page.locator("#nobody:not([hidden])");
  const basil = (page: Page) => page.locator("#basil");

  async function signIn(page: Page, name = /alice/i): Promise<void> {
    await page.goto(app.url);
    await page.click("#sign-in");
    await chooseAtProvider(page, name);
    await signedIn(page).waitFor();
    await basil(page).waitFor();
  }

  test("somebody signs in, waters a bed, hears the weather, and signs out", async () => {
    const { page } = await newPerson(browser);
    await page.goto(app.url);
    await signedOut(page).waitFor();
    await signIn(page, /bob/i);
    expect(await page.locator("#who").textContent()).toBe("Bob Editor");
    await basil(page).getByRole("button", { name: "Water" }).click();
    await basil(page).getByText("Watered by Bob Editor").waitFor();
    await page.getByText("Sun until four").waitFor();
    await signOut(page, app);
    await signedOut(page).waitFor();
  });

  test("F11: nothing that reaches the page is a token, and scripts cannot read its cookie", async () => {
    const { page } = await newPerson(browser);
    await page.goto(app.url);
    await page.click("#sign-in");
    await page.waitForURL(`${app.issuer}/**`);
    const asked = answersTo(page, /^\/(api|auth)\//);
    const bodies: Promise<string>[] = [];
    page.on("response", (response) => {
      const { origin } = new URL(response.url());
      if (origin === app.url && response.status() === 200) bodies.push(response.text());
    });
    await chooseAtProvider(page, /alice/i);
    await page.getByText("Sun until four").waitFor();
    const seen = [
      ...(await Promise.all(bodies)),
      await page.evaluate(() =>
        JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]),
      ),
    ];
    expect(asked).toEqual(
      expect.arrayContaining(["GET /auth/v2/session 200", "GET /api/beds 200", "GET /api/weather 200"]),
    );
    expect(seen.join()).toContain('"subject":"alice"');
    // A JWT, or the names that tokens go by.
    expect(seen.filter((text) => /eyJ[\w-]{10}|"(access|refresh|id)_token"/.test(text))).toEqual([]);
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });

  test("tokens are renewed while they click, without a reload and without an answer that fails", async () => {
    const { page } = await newPerson(browser);
    await signIn(page);
    const pages = answersTo(page, /^\/$/);
    const calls = answersTo(page, /^\/(api|auth)\//);
    const renewed = page.locator("#renewed");
    while (!/times/.test((await renewed.textContent()) ?? "")) {
      const answered = page.waitForResponse(/\/water$/);
      await basil(page).getByRole("button", { name: "Water" }).click();
      await answered;
    }
    expect(pages).toEqual([]);
    expect(calls).toContain("POST /api/beds/basil/water 200");
    expect(calls).toContain("GET /auth/v2/session 200");
    expect(calls.filter((line) => !line.endsWith(" 200"))).toEqual([]);
  });

  test("two tabs sign in at once; what one of them signs out of, the other is out of", async () => {
    const { context, page } = await newPerson(browser);
    const other = await context.newPage();
    await Promise.all([page.goto(app.url), other.goto(app.url)]);
    await Promise.all([page.click("#sign-in"), other.click("#sign-in")]);
    for (const tab of [other, page]) {
      const alice = tab.getByRole("button", { name: /alice/i }).first();
      // The provider may know her by now, and not ask again.
      await alice.or(signedIn(tab)).first().waitFor();
      if (await alice.isVisible()) await alice.click();
      await signedIn(tab).waitFor();
    }
    await signOut(page, app);
    await signedOut(page).waitFor();
    // The other one asks by itself.
    await signedOut(other).waitFor();
  });

  test("signed out at the provider, they are told at the next click, and come back from there", async () => {
    const { context, page } = await newPerson(browser);
    await signIn(page, /carol/i);
    // The page does not ask by itself for now.
    await page.route("**/auth/v2/session", (route) => route.abort());
    const provider = await context.newPage();
    await provider.goto(`${app.issuer}/logout`);
    await provider.getByRole("button", { name: "Sign out" }).click();
    await provider.getByRole("heading", { name: "You are signed out" }).waitFor();
    const answers = answersTo(page, /\/water$/);
    await basil(page).getByRole("button", { name: "Water" }).click();
    await page.getByText("You are signed out.").waitFor();
    expect(answers).toEqual(["POST /api/beds/basil/water 401"]);
    await page.unroute("**/auth/v2/session");
    await page.click("#sign-in");
    await chooseAtProvider(page, /carol/i);
    await signedIn(page).waitFor();
    expect(page.url()).toBe(`${app.url}/`);
  });

  test("whoever blocks cookies is told so before they try, and if they try", async () => {
    const page = await newPersonWhoBlocks(app.url);
    await page.goto(app.url);
    await page.getByText("This browser keeps no cookies for this site.").waitFor();
    await page.click("#sign-in");
    await chooseAtProvider(page, /alice/i);
    await page.waitForURL(/\/auth\/v2\/callback/);
    await page.getByText("This sign-in cannot be continued").waitFor();
    // There it stays: nothing goes round in circles.
    expect(await page.getByRole("link", { name: "Sign in again" }).count()).toBe(1);
  });
});
