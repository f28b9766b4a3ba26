import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { type Setup, setUp } from "example-setup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Browser, type Page } from "../../packages/dev-idp/test/support.ts";
import { buildApp } from "./app.ts";
import { html } from "./html.ts";
import { createShed } from "./shed.ts";

let setup: Setup;
let server: Server;
beforeAll(async () => {
  setup = await setUp("tool-shed", { PORT: "0" });
  const { app } = buildApp(setup.options, fileURLToPath(new URL("public", import.meta.url)));
  server = app.listen(setup.port, setup.host);
  await new Promise((resolve) => server.once("listening", resolve));
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await setup?.close();
});

const open = (browser: Browser, path: string) => browser.go(`${setup.url}${path}`);
const post = (browser: Browser, path: string, tool: number, site = "same-origin") =>
  browser.go(`${setup.url}${path}`, {
    method: "POST",
    body: new URLSearchParams({ tool: String(tool) }),
    headers: { "sec-fetch-site": site },
  });

/** From one host to the other, until a page comes. */
async function through(browser: Browser, coming: Promise<Page>): Promise<Page> {
  const next = await coming;
  return next.status >= 300 && next.status < 400 ? through(browser, browser.go(next.url)) : next;
}

async function signedIn(person: string, path = "/"): Promise<{ browser: Browser; landed: Page }> {
  const browser = new Browser();
  const form = await through(browser, open(browser, `/auth/v2/login?return_to=${encodeURIComponent(path)}`));
  return { browser, landed: await through(browser, browser.submit(form, { person })) };
}

test("anybody sees the shelf, and nothing to borrow by", async () => {
  const { status, text, headers } = await open(new Browser(), "/");
  expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(text).toContain("Cordless drill");
  expect(text).not.toContain("Borrow");
});

test("who is signed in borrows a tool, which nobody else can bring back", async () => {
  const { browser, landed } = await signedIn("alice", "/loans");
  expect(landed.url).toBe(`${setup.url}/loans`);
  expect((await post(browser, "/loans", 9)).text).toContain("Wheelbarrow");
  const bob = await signedIn("bob");
  expect(bob.landed.text).toContain("Lent out");
  expect(await post(bob.browser, "/loans", 9)).toMatchObject({
    status: 409,
    text: expect.stringContaining("Somebody was quicker"),
  });
  await post(bob.browser, "/returns", 9);
  expect((await open(browser, "/loans")).text).toContain("Wheelbarrow");
  expect((await post(browser, "/returns", 9)).text).not.toContain("Wheelbarrow");
});

test.each(["cross-site", "same-site"])("a form of another site (%s) lends nothing", async (site) => {
  const { browser } = await signedIn("carol");
  const { status, text } = await post(browser, "/loans", 12, site);
  expect([status, /<h1>(.*)<\/h1>/.exec(text)?.[1]]).toEqual([403, "The request comes from another site"]);
  expect((await open(browser, "/loans")).text).not.toContain("Tile cutter");
});

test("a form of who is not signed in gets a page with the way to sign in", async () => {
  const { status, text } = await post(new Browser(), "/loans", 12);
  expect(status).toBe(401);
  expect(text).toContain('<a class="button" href="/auth/v2/login?return_to=%2F">Sign in</a>');
});

// A browser on its way is sent there at once, which `fetch` cannot pretend to be: the service suite in Chromium does it.
test("the door wants a second factor, and says where to get it", async () => {
  const { browser } = await signedIn("alice");
  const { status, text, headers } = await open(browser, "/door");
  expect([status, text.includes("4 0 7 1")]).toEqual([401, false]);
  expect(text).toContain("acr_values=mfa&amp;max_age=300");
  expect(headers.get("www-authenticate")).toContain("insufficient_user_authentication");
});

test("what people wrote is text, not markup", () => {
  expect(html`<p title="${`"'`}">${"<script>"} ${["&", html`<b>${1}</b>`]}${undefined}</p>`.markup).toBe(
    '<p title="&quot;&#39;">&lt;script&gt; &amp;<b>1</b></p>',
  );
});

test("a tool that is not there is lent to nobody, and names identify nobody", () => {
  const shed = createShed();
  const alice = { issuer: "https://a.example", subject: "alice" };
  expect([shed.lend(2, alice), shed.lend(Number.NaN, alice), shed.lend(1, alice, 5)]).toEqual([
    false,
    false,
    true,
  ]);
  shed.takeBack(1, { issuer: "https://b.example", subject: "alice" });
  expect(shed.loansOf(alice)).toMatchObject([{ number: 1, since: 5 }]);
});
