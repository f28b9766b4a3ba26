// docs/login.md is a tutorial: its application is started with its settings, and somebody signs in.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { type DevIdp, startDevIdp } from "../../../dev-idp/src/index.ts";
import { defaultPaths } from "../../src/login/router-options.ts";
import { freePort } from "../support/free-port.ts";
import { createPlainBrowser } from "../support/plain-browser.ts";
import { signInAt } from "../support/sign-in.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const page = read("../../../../docs/login.md");
const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code = ""]) => code);

test("the pages show the code that runs", () => {
  expect(blocksOf(page, "js")).toEqual([read("./pages/login/app.mjs")]);
  expect(blocksOf(page, "ts")).toEqual([read("./pages/login/signed-in.test.ts")]);
  expect(blocksOf(read("../../../../docs/sessions.md"), "js")).toEqual([read("./pages/login/memory.mjs")]);
});

test("the endpoints are where the page says", () => {
  for (const path of Object.values(defaultPaths)) expect(page).toContain(` ${path}\``);
});

let idp: DevIdp | undefined;
let child: ChildProcess | undefined;
let file: string | undefined;
afterEach(async () => {
  if (file) rmSync(file, { force: true });
  child?.kill();
  await idp?.close();
});

test("the tutorial: somebody signs in, comes back to where they were going, and signs out", async () => {
  const [settings = ""] = blocksOf(page, "sh").filter((block) => block.startsWith("OIDC_ISSUER="));
  idp = await startDevIdp({ quiet: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const given = Object.fromEntries(
    settings
      .replace("http://127.0.0.1:4400", idp.issuer)
      .replace("http://127.0.0.1:3000", url)
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  // As the page says of it, the one in the page is refused.
  expect(await run(given, port)).toContain("SESSION_SECRET takes a random secret of 32 bytes or more");

  const text = await run({ ...given, SESSION_SECRET: randomBytes(48).toString("base64") }, port);
  expect(text).toContain(`${url}/`);
  const program = await fetch(`${url}/orders`);
  expect([program.status, JSON.stringify(await program.json())]).toEqual([
    401,
    blocksOf(page, "json")[0]?.trim(),
  ]);
  const browser = createPlainBrowser();
  expect((await browser.go(`${url}/`)).text).toContain('<a href="/auth/v2/login">Sign in</a>');
  const landed = await signInAt(browser, `${url}/auth/v2/login?return_to=%2Forders`);
  expect([landed.url, JSON.parse(landed.text).of]).toEqual([`${url}/orders`, "alice"]);
  expect((await browser.go(`${url}/`)).text).toContain("<h1>Hello, alice</h1>");
  await browser.load(`${url}/auth/v2/logout`, "POST", { origin: url });
  expect((await browser.load(`${url}/orders`)).status).toBe(401);
});

/** What the application says first, on either output. */
function run(env: Record<string, string>, port: number): Promise<string> {
  // Beside the page's own file, where its imports are found.
  file = fileURLToPath(new URL("./pages/login/.running.mjs", import.meta.url));
  writeFileSync(file, read("./pages/login/app.mjs").replaceAll("3000", String(port)));
  const started = spawn(process.execPath, [file], { env: { PATH: process.env.PATH, ...env } });
  child = started;
  return new Promise((resolve) => {
    started.stdout.once("data", (data) => resolve(String(data)));
    let wrong = "";
    started.stderr.on("data", (data) => {
      wrong += data;
    });
    started.once("exit", () => resolve(wrong));
  });
}
