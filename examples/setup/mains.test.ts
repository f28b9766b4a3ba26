// `npm start` of the examples that begin here: where it cannot, one sentence and no stack; and it ends when it is told to.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startDevIdp } from "@sallyport/dev-idp";
import { describe, expect, onTestFinished, test } from "vitest";
import { Browser, type Page } from "../../packages/dev-idp/test/support.ts";

describe.each(["server-rendered", "single-page"])("%s", (name) => {
  const main = fileURLToPath(new URL(`../${name}/dist/main.js`, import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: "", NODE_ENV: "development", PORT: "0" };

  test.each([
    [
      { NODE_ENV: "production" },
      "The development identity provider does not start where NODE_ENV is production: everyone knows its passwords. Unset NODE_ENV to try it\n",
    ],
    [{ PORT: "many" }, "PORT takes a number from 0 to 65535\n"],
  ])("with %j", async (other, stderr) => {
    const started = promisify(execFile)(process.execPath, [main], { env: { ...env, ...other } });
    await expect(started).rejects.toMatchObject({ code: 1, stdout: "", stderr });
  });

  /** Starts it, and answers where it is. */
  async function start(other: Record<string, string> = {}) {
    const child = spawn(process.execPath, [main], { env: { ...env, ...other } });
    onTestFinished(() => void child.kill());
    const [text] = await once(child.stdout, "data");
    const [, url = ""] = /Open {6}(\S+)\//.exec(String(text)) ?? [];
    return { child, url };
  }

  test("starts, says where it is, and stops", async () => {
    const { child, url } = await start();
    const response = await fetch(url);
    expect([response.status, (await response.text()).slice(0, 15)]).toEqual([200, "<!doctype html>"]);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("signs people in at the provider that the environment names", async () => {
    const idp = await startDevIdp({ quiet: true });
    onTestFinished(() => idp.close());
    const { url } = await start({
      OIDC_ISSUER: idp.issuer,
      OIDC_CLIENT_ID: "web",
      OIDC_CLIENT_SECRET: "web-secret",
    });
    const browser = new Browser();
    const form = await through(browser, browser.go(`${url}/auth/v2/login`));
    expect(form.url).toContain(idp.issuer);
    await through(browser, browser.submit(form, { person: "alice" }));
    const { status, text } = await browser.go(`${url}/auth/v2/session`);
    expect([status, JSON.parse(text).subject]).toEqual([200, "alice"]);
    // Without an audience there is no API that its tokens are for, and no weather service that takes them.
    expect((await browser.go(`${url}/api/weather`)).status).toBe(404);
  });
});

/** From one host to the other, until a page comes. */
async function through(browser: Browser, coming: Promise<Page>): Promise<Page> {
  const next = await coming;
  return next.status >= 300 && next.status < 400 ? through(browser, browser.go(next.url)) : next;
}
