// examples/server-rendered in Chromium: links and forms, with tokens that live for seconds.
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

describe.runIf(executablePath)("the server-rendered example", () => {
  let browser: Browser;
  let app: Example;

  beforeAll(async () => {
    app = await startExample("server-rendered", { TOKEN_SECONDS: "4" });
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    app?.stop();
  });

  const signOutButton = (page: Page) => page.getByRole("button", { name: "Sign out" });
  const signInLink = (page: Page) => page.locator("header").getByRole("link", { name: "Sign in" });

  async function signIn(page: Page, name = /alice/i): Promise<void> {
    await page.goto(app.url);
    await signInLink(page).click();
    await chooseAtProvider(page, name);
    await signOutButton(page).waitFor();
  }

  test("somebody signs in, borrows a tool, brings it back, and signs out", async () => {
    const { page } = await newPerson(browser);
    await page.goto(app.url);
    expect(await page.getByRole("button", { name: "Borrow" }).count()).toBe(0);
    await signIn(page, /bob/i);
    const drill = page.locator(".tool", { hasText: "Cordless drill" });
    await drill.getByRole("button", { name: "Borrow" }).click();
    await page.waitForURL(`${app.url}/loans`);
    expect(await page.locator(".loans li").textContent()).toContain("Cordless drill");
    await page.goto(app.url);
    expect(await drill.textContent()).toContain("Lent out");
    await page.goto(`${app.url}/loans`);
    await page.getByRole("button", { name: "Bring back" }).click();
    await page.getByText("Nothing at the moment.").waitFor();
    await signOut(page, app);
    await page.waitForURL(({ origin, pathname }) => origin === app.url && pathname === "/");
    await signInLink(page).waitFor();
  });

  test("tokens are renewed while they click, and they see nothing of the provider", async () => {
    const { page } = await newPerson(browser);
    await signIn(page);
    const seen = answersTo(page, /./);
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(app.url)) elsewhere.push(request.url());
    });
    const renewedAt = () =>
      page.locator("#renewed").evaluateAll(([found]) => found?.textContent ?? undefined);
    const renewals = new Set<string>();
    while (renewals.size < 2) {
      await page.getByRole("link", { name: "Your loans" }).click();
      await page.getByRole("heading", { name: "Your loans" }).waitFor();
      await page.getByRole("link", { name: "Tool shed" }).click();
      await page.getByRole("heading", { name: "The shelf" }).waitFor();
      const at = await renewedAt();
      if (at !== undefined) renewals.add(at);
    }
    expect(elsewhere.filter((url) => !url.startsWith("data:"))).toEqual([]);
    expect(seen.filter((line) => !/ (200|304)$/.test(line))).toEqual([]);
    expect(seen.length).toBeGreaterThan(2);
  });

  test("two tabs sign in at once; what one of them signs out of, the other is out of", async () => {
    const { context, page } = await newPerson(browser);
    const other = await context.newPage();
    await Promise.all([page.goto(app.url), other.goto(`${app.url}/nowhere`)]);
    await Promise.all([signInLink(page).click(), signInLink(other).click()]);
    for (const tab of [other, page]) {
      const alice = tab.getByRole("button", { name: /alice/i }).first();
      // The provider may know her by now, and not ask again.
      await alice.or(signOutButton(tab)).first().waitFor();
      if (await alice.isVisible()) await alice.click();
      await signOutButton(tab).waitFor();
    }
    await page.reload();
    await signOutButton(page).waitFor();
    await signOut(page, app);
    await signInLink(page).waitFor();
    // A form that was open all the while is refused, by a page of the application's own, which knows the way back.
    await other.locator(".tool", { hasText: "Wheelbarrow" }).getByRole("button", { name: "Borrow" }).click();
    await other.getByRole("heading", { name: "Signing in is required" }).waitFor();
    await other.getByRole("link", { name: "Sign in" }).last().click();
    await chooseAtProvider(other, /alice/i);
    await signOutButton(other).waitFor();
    expect(other.url()).toBe(`${app.url}/`);
  });

  test("the door wants a second factor, once, and brings them back to itself", async () => {
    const { page } = await newPerson(browser);
    await signIn(page);
    await page.getByRole("link", { name: "The door" }).click();
    await page.waitForURL(`${app.issuer}/**`);
    await chooseAtProvider(page, /alice/i);
    await page.waitForURL(`${app.url}/door`);
    expect(await page.locator(".code").textContent()).toBe("4 0 7 1");
    await page.reload();
    expect(page.url()).toBe(`${app.url}/door`);
  });

  test("signed out at the provider, they are signed out here", async () => {
    const { page } = await newPerson(browser);
    await signIn(page, /carol/i);
    await page.goto(`${app.issuer}/logout`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    await page.goto(app.url);
    await signInLink(page).waitFor();
    // A page for people who are signed in asks who they are, at the provider, which does not know either.
    await page.goto(`${app.url}/loans`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(page.url()).toContain(app.issuer);
  });

  test("whoever blocks cookies gets a page that says what to do, and no loop", async () => {
    const page = await newPersonWhoBlocks(app.url);
    await page.goto(`${app.url}/loans`);
    await chooseAtProvider(page, /alice/i);
    await page.waitForURL(/\/auth\/v2\/callback/);
    await page.getByText("This sign-in cannot be continued").waitFor();
    const visits = answersTo(page, /^\/auth\/v2\/callback$/);
    await page.getByRole("link", { name: "Sign in again" }).click();
    await page.waitForURL(/\/auth\/v2\/callback/);
    await page.getByText("This sign-in cannot be continued").waitFor();
    expect(visits).toEqual(["GET /auth/v2/callback 400"]);
  });
});
