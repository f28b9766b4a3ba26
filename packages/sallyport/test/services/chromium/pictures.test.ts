// The pictures in docs/images. `SALLYPORT_PICTURES=docs/images npm run test:services -- chromium` makes them anew; without the
// variable they are made elsewhere, and compared in size: fonts and times differ from machine to machine.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chooseAtProvider, executablePath, launch, root, startExample, without } from "./browser.ts";

const images = join(root, "docs/images");
const wanted = process.env.SALLYPORT_PICTURES;

interface Picture {
  readonly of: string;
  readonly height: number;
  /** To what is to be seen, from the example's first page on. */
  readonly go: (page: Page) => Promise<void>;
}

const pictures: Record<string, Picture> = {
  "quick-start.png": {
    of: "quick-start",
    height: 800,
    go: async (page) => {
      await page.click("#sign-in");
      await chooseAtProvider(page, /alice/i);
      await page.getByText(/good for \d+ s more/).waitFor();
      await page.click('button[data-path="/admin"]');
      await page.getByText("GET /admin → 200").waitFor();
    },
  },
  "server-rendered.png": {
    of: "server-rendered",
    height: 640,
    go: async (page) => {
      await page.locator("header").getByRole("link", { name: "Sign in" }).click();
      await chooseAtProvider(page, /alice/i);
      await page.getByRole("button", { name: "Borrow" }).nth(2).click();
      await page.getByRole("heading", { name: "Your loans" }).waitFor();
      await page.getByRole("link", { name: "Tool shed" }).click();
      await page.getByText("Lent out").waitFor();
    },
  },
  "single-page.png": {
    of: "single-page",
    height: 450,
    go: async (page) => {
      await page.click("#sign-in");
      await chooseAtProvider(page, /alice/i);
      await page.locator("#basil").getByRole("button", { name: "Water" }).click();
      await page.getByText("Watered by Alice").waitFor();
      await page.getByText("Sun until four").waitFor();
      await page.getByText(/good for \d+ s more/).waitFor();
    },
  },
  "sign-in-interrupted.png": {
    of: "server-rendered",
    height: 340,
    go: async (page) => {
      await page.locator("header").getByRole("link", { name: "Sign in" }).click();
      await page.context().clearCookies({ name: /^sallyport-login/ });
      await chooseAtProvider(page, /alice/i);
      await page.getByText("This sign-in cannot be continued").waitFor();
    },
  },
};

if (!executablePath) test.skip(without, () => {});

describe.runIf(executablePath)("the pictures in the documentation", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, 60_000);
  afterAll(() => browser?.close());

  test.each(Object.entries(pictures))("%s can be made again", async (name, { of, height, go }) => {
    const app = await startExample(of);
    onTestFinished(() => app.stop());
    const context = await browser.newContext({ viewport: { width: 960, height }, colorScheme: "light" });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(app.url);
    await go(page);
    const folder = wanted ? resolve(root, wanted) : mkdtempSync(join(tmpdir(), "sallyport-pictures-"));
    if (!wanted) onTestFinished(() => rmSync(folder, { recursive: true }));
    const made = await page.screenshot({ path: join(folder, name), animations: "disabled" });
    expect(sizeOf(made)).toEqual(sizeOf(readFileSync(join(images, name))));
  });

  test("there are no others, and each is shown somewhere", () => {
    expect(readdirSync(images).toSorted()).toEqual(Object.keys(pictures).toSorted());
    const page = readFileSync(join(root, "docs/examples.md"), "utf8");
    for (const name of Object.keys(pictures)) expect(page).toContain(`(images/${name})`);
  });
});

/** Width and height, as the header of a PNG has them. */
function sizeOf(png: Buffer): { width: number; height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
