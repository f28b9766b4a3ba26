// docs/coming-from.md: what stands on the right is run, by the paths that people's links and providers know already.
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { SallyportOptions } from "../../src/frameworks/exports.ts";
import { sallyport as expressAuth } from "../../src/frameworks/express.ts";
import { loginTable } from "../../src/login/options.ts";
import { defaultPaths, routerTable } from "../../src/login/router-options.ts";
import { sallyportDepsTable } from "../../src/sallyport.ts";
import { sessionOptionTable } from "../../src/session/index.ts";
import { listen } from "../support/listen.ts";
import { createPlainBrowser } from "../support/plain-browser.ts";
import { signInAt, startPlace } from "../support/sign-in.ts";
import { build as fromAuthJs } from "./pages/coming-from/auth-js.ts";
import { build as fromAuthlib } from "./pages/coming-from/authlib.ts";
import { build as fromExpress } from "./pages/coming-from/express-openid-connect.ts";
import { build as fromHono } from "./pages/coming-from/hono-oidc-auth.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const page = read("../../../../docs/coming-from.md");

test("the page shows the code that runs", () => {
  const folder = "./pages/coming-from/";
  const files = readdirSync(new URL(folder, import.meta.url)).map((file) => read(folder + file));
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  expect(blocks.toSorted()).toEqual(files.toSorted());
});

describe("what the page names is there", () => {
  // The second column of its tables; the first is of others.
  const here = [...page.matchAll(/^\|.* \| (.*) \|$/gm)].map(([, cell]) => cell).join("\n");
  const named = (pattern: RegExp) => [...new Set([...here.matchAll(pattern)].map(([, name = ""]) => name))];
  const auth = expressAuth({
    issuer: "https://idp.example.org",
    clientId: "web",
    publicUrl: "https://app.example.org",
    session: { secret: crypto.getRandomValues(new Uint8Array(48)) },
  });

  test.each([
    ["options of the sign-in", /`login\.(\w+)/g, Object.keys(loginTable), 9],
    ["options of sessions", /`session\.(\w+)/g, Object.keys(sessionOptionTable), 3],
    ["options of the router", /`router\.(\w+)/g, Object.keys(routerTable), 1],
    ["what is alive", /`deps\.(\w+)/g, Object.keys(sallyportDepsTable), 2],
    ["what `auth` has", /\bauth\.(\w+)\(/g, Object.keys(auth), 9],
    [
      "the environment",
      /`((?:OIDC|SESSION)_[A-Z_]+)`/g,
      read("../../../../.env.example").match(/\b[A-Z_]{6,}\b/g),
      5,
    ],
    ["endpoints", /(\/auth\/v2\/[\w-]+)/g, Object.values<string>(defaultPaths), 5],
  ] as const)("%s", (_what, pattern, known, least) => {
    const names = named(pattern);
    expect(names.length).toBeGreaterThanOrEqual(least);
    expect(known).toEqual(expect.arrayContaining(names));
  });
});

const deps = { audit: [] };

/** An application on a port of its own, and the API that it calls. */
async function start(make: (options: SallyportOptions) => Promise<RequestListener> | RequestListener) {
  const { idp, url, port, options } = await startPlace();
  const api = await listen(({ headers }, response) => {
    response.end(JSON.stringify([headers.authorization?.split(" ")[0]]));
  });
  vi.stubEnv("ORDERS_URL", `http://127.0.0.1:${api.port}/`);
  const server = createServer(await make(options));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
    await Promise.all([api.close(), idp.close()]);
  });
  return { url, issuer: idp.issuer };
}

describe("from express-openid-connect", () => {
  test("the links that are there go on working, and so does all the rest", async () => {
    const { url, issuer } = await start((options) => fromExpress(options, deps));
    const browser = createPlainBrowser();
    const anonymous = await browser.go(`${url}/`);
    expect(anonymous.text).toBe('<a href="/login">Sign in</a>');
    const profile = await signInAt(browser, `${url}/profile`);
    expect(profile.url).toBe(`${url}/profile`);
    expect(browser.visited).toContain(`${url}/callback`);
    expect(JSON.parse(profile.text)).toMatchObject({ iss: issuer, sub: "alice" });
    expect((await browser.go(`${url}/admin`)).text).toBe("in");
    expect(JSON.parse((await browser.load(`${url}/orders`)).text)).toEqual(["Bearer"]);

    const other = createPlainBrowser();
    await signInAt(other, `${url}/login`, "carol");
    expect((await other.go(`${url}/admin`)).status).toBe(403);

    // The link on the application's own page signs out at once; what another site makes the browser open asks first.
    const foreign = await browser.load(`${url}/logout`, "GET", {
      "sec-fetch-mode": "navigate",
      "sec-fetch-site": "cross-site",
    });
    expect(foreign.text).toContain("Do you want to sign out?");
    const out = await browser.go(`${url}/logout`);
    expect(new URL(out.url).origin).toBe(issuer);
    expect((await browser.load(`${url}/profile`)).status).toBe(401);
  });

  test.each([
    "appSession=eyJhbGciOiJkaXIi",
    "authjs.session-token=a.b.c; oidc-auth=a.b.c; connect.sid=s%3Aa.b",
  ])("cookies of before are nobody's: %s", async (cookie) => {
    const { url } = await start((options) => fromExpress(options, deps));
    const answer = await fetch(`${url}/profile`, { headers: { cookie } });
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: "login_required" }]);
  });

  test("a sign-in that began in the application of before cannot end in this one", async () => {
    const { url } = await start((options) => fromExpress(options, deps));
    const answer = await createPlainBrowser().go(`${url}/callback?code=abc&state=of-before`);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("start again")]);
  });
});

test("from Auth.js: the callback and the session are where they were", async () => {
  const { url } = await start((options) => fromAuthJs(options, deps));
  const browser = createPlainBrowser();
  expect(JSON.parse((await browser.go(`${url}/`)).text)).toEqual({ user: null });
  const account = await signInAt(browser, `${url}/account`);
  expect(JSON.parse(account.text)).toMatchObject({ subject: "alice" });
  expect(browser.visited).toContain(`${url}/auth/callback/keycloak`);
  expect(JSON.parse((await browser.go(`${url}/`)).text)).toEqual({
    user: { name: "Alice Admin", email: "alice@example.test" },
  });
  expect((await browser.load(`${url}/auth/session`)).status).toBe(200);
});

test("from Authlib: the three views are three paths", async () => {
  const { url } = await start(async (options) => {
    const app = fromAuthlib(options, deps);
    await app.ready();
    return (request, response) => app.routing(request, response);
  });
  const browser = createPlainBrowser();
  const home = await signInAt(browser, `${url}/login`);
  expect(JSON.parse(home.text)).toEqual({ user: { sub: "alice", name: "Alice Admin" } });
  expect(browser.visited).toContain(`${url}/auth`);
  expect(JSON.parse((await browser.load(`${url}/orders`)).text)).toEqual(["Bearer"]);
  await browser.post(`${url}/logout`);
  expect((await browser.load(`${url}/orders`)).status).toBe(401);
});

test("from @hono/oidc-auth: everything needs a sign-in, but for the router", async () => {
  const { url } = await start((options) => getRequestListener(fromHono(options, deps).fetch));
  const browser = createPlainBrowser();
  const home = await signInAt(browser, `${url}/`, "bob");
  expect(home.text).toBe("Hello <bob@example.test>!");
  expect(browser.visited).toContain(`${url}/callback`);
  await browser.post(`${url}/logout`);
  expect((await browser.load(`${url}/`)).status).toBe(401);
});
