// What the suites in Chromium share: the browser, and the application that it looks at, a process of its own.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** `undefined` where there is no Chromium: the suites skip then, and say so. */
export const executablePath = process.env.SALLYPORT_CHROMIUM;
export const without = "SALLYPORT_CHROMIUM is not set: `npm run test:services` sets it";

export const root = fileURLToPath(new URL("../../../../../", import.meta.url));
const args =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage".split(
    " ",
  );

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath as string, args });
}

/** A running example, and the provider within. */
export interface Example {
  readonly url: string;
  readonly issuer: string;
  /** What it has printed. */
  output(): string;
  stop(): void;
}

/** Starts an example that is built (`npm run test:services` has seen to it), on a port of its own. */
export function startExample(name: string, env: Record<string, string> = {}): Promise<Example> {
  const child = spawn(process.execPath, [join(root, `examples/${name}/dist/main.js`)], {
    env: { ...process.env, NODE_ENV: "development", NODE_OPTIONS: "", PORT: "0", ...env },
  });
  return new Promise((resolve, reject) => {
    let text = "";
    child.stderr.on("data", (data) => {
      text += data;
    });
    child.stdout.on("data", (data) => {
      text += data;
      const url = /(?:Click: {2}|Open {6})(\S+)\//.exec(text)?.[1];
      const issuer = /Provider {2}(\S+)/.exec(text)?.[1];
      if (url && issuer) resolve({ url, issuer, output: () => text, stop: () => void child.kill() });
    });
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}: ${text}`)));
  });
}

/** A browser that knows nobody, until the test is over. */
export async function newPerson(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  return { context, page: await context.newPage() };
}

/** A browser whose owner has blocked the cookies of one site in its settings, until the test is over. */
export async function newPersonWhoBlocks(origin: string): Promise<Page> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-chromium-"));
  mkdirSync(join(folder, "Default"));
  const blocked = { [`${origin},*`]: { setting: 2 } };
  writeFileSync(
    join(folder, "Default/Preferences"),
    JSON.stringify({ profile: { content_settings: { exceptions: { cookies: blocked } } } }),
  );
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: executablePath as string,
    args,
  });
  onTestFinished(async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return context.pages()[0] ?? context.newPage();
}

/** The button of one of the provider's people. */
export async function chooseAtProvider(page: Page, name: RegExp): Promise<void> {
  await page.getByRole("button", { name }).first().click();
}

/** Signs out here, and says at the provider, which asks, that it may forget them too. */
export async function signOut(page: Page, { issuer }: Example): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(`${issuer}/**`);
  await page.getByRole("button", { name: "Sign out" }).click();
}

/** Every answer from now on to a path of this form, as `GET /path 200`. */
export function answersTo(page: Page, ofPath: RegExp): string[] {
  const seen: string[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (ofPath.test(pathname)) seen.push(`${response.request().method()} ${pathname} ${response.status()}`);
  });
  return seen;
}
