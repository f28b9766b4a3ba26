// The whole way over HTTP with a certified provider: sign-in, who am I, userinfo, renewal, the provider's logout, and ours.
import { createServer, type IncomingMessage } from "node:http";
import { afterAll, expect, test } from "vitest";
import { seededClients, startDevIdp } from "../../../dev-idp/src/index.ts";
import { Browser, type Page } from "../../../dev-idp/test/support.ts";
import type { EndpointRequest } from "../../src/http/index.ts";
import { createLogin, type LoginOptions } from "../../src/login/index.ts";
import { createVerifier } from "../../src/verify/index.ts";
import { bodyText, listen } from "../support/listen.ts";
import { plainSealer, plainSessions } from "../support/plain-sessions.ts";

const now = Date.now;
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

/** An application on loopback, and its provider, which knows where to send logout tokens. */
async function start(options: LoginOptions = {}) {
  const sessions = plainSessions(now);
  const server = createServer(async (request, response) => {
    const [path] = (request.url ?? "").split("?");
    const endpoint = login.endpoints.find((one) => one.path === path);
    if (!endpoint) return response.end(`the application at ${path}`);
    const { status, headers, text, cookies } = await endpoint.handle(asked(request));
    response
      .writeHead(status, { ...headers, ...(cookies.length > 0 && { "set-cookie": [...cookies] }) })
      .end(text);
  });
  const { port, close } = await listen(server);
  const publicUrl = `http://127.0.0.1:${port}`;
  const clients = seededClients.map((client) =>
    client.id === "web"
      ? { ...client, backchannelLogoutUri: `${publicUrl}/auth/v2/backchannel-logout` }
      : client,
  );
  const idp = await startDevIdp({ quiet: true, clients });
  closing.push(
    async () => close(),
    async () => idp.close(),
  );
  const verifier = createVerifier({ issuer: idp.issuer, insecureAllowLoopback: true }, {}, undefined, {
    clients: [true],
  });
  const login = createLogin(
    {
      clients: verifier
        .providers()
        .map((provider) => ({ provider, clientId: "web", clientSecret: "web-secret", login: options })),
      publicUrl,
    },
    { sessions, sealer: plainSealer(now) },
  );
  return { idp, sessions, login, publicUrl };
}

function asked(request: IncomingMessage): EndpointRequest {
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    header: (name) => [request.headers[name]].flat()[0],
    cookie: request.headers.cookie,
    form: async () => new URLSearchParams(await bodyText(request)),
    requestId: undefined,
  };
}

/** From one host to the other, until a page comes. */
async function through(browser: Browser, coming: Promise<Page>): Promise<Page> {
  const page = await coming;
  return page.status >= 300 && page.status < 400 ? through(browser, browser.go(page.url)) : page;
}

test.each([
  ["plainly", {}],
  ["by pushed requests, with tokens that are bound", { par: true, dpop: true }],
  ["with scopes of its API", { scopes: ["profile", "email", "documents:read"] }],
] as const)("a person signs in, is renewed, and is signed out by the provider: %s", async (_, options) => {
  const { idp, sessions, login, publicUrl } = await start(options);
  const browser = new Browser();
  const signInPage = await through(
    browser,
    browser.go(`${publicUrl}/auth/v2/login?return_to=%2Forders%3Fpage%3D2`),
  );
  const landed = await through(browser, browser.submit(signInPage, { person: "alice" }));
  expect(landed.url).toBe(`${publicUrl}/orders?page=2`);
  expect(landed.text).toBe("the application at /orders");

  const who = await browser.go(`${publicUrl}/auth/v2/session`);
  expect([who.status, JSON.parse(who.text)]).toMatchObject([200, { subject: "alice", issuer: idp.issuer }]);
  const userinfo = await browser.go(`${publicUrl}/auth/v2/userinfo`);
  expect([userinfo.status, JSON.parse(userinfo.text)]).toMatchObject([
    200,
    { sub: "alice", email: "alice@example.test" },
  ]);

  const [content] = sessions.live.values();
  if (!content) throw new TypeError("There is a session");
  expect(content.tokens.tokenType).toBe("dpop" in options ? "DPoP" : "Bearer");
  const renewed = await login.renewal.renew(content);
  expect(renewed.tokens.accessToken).not.toBe(content.tokens.accessToken);
  expect(renewed.subject).toBe("alice");

  const question = await browser.go(`${idp.issuer}/logout`);
  await browser.submit(question, { logout: "yes" });
  await expect.poll(() => sessions.live.size).toBe(0);
  expect((await browser.go(`${publicUrl}/auth/v2/session`)).status).toBe(401);
});

test("a person signs out here, and by that at the provider", async () => {
  const { idp, sessions, publicUrl } = await start();
  const browser = new Browser();
  const signInPage = await through(browser, browser.go(`${publicUrl}/auth/v2/login`));
  await through(browser, browser.submit(signInPage, { person: "bob" }));
  expect(sessions.live.size).toBe(1);
  const ours = await browser.go(`${publicUrl}/auth/v2/logout`);
  expect(ours.text).toContain("Do you want to sign out?");
  // Node's fetch says that it is no navigation: it is told where to go on.
  const told = await browser.go(`${publicUrl}/auth/v2/logout`, {
    method: "POST",
    headers: { origin: publicUrl },
    body: new URLSearchParams(),
  });
  const { logout_url: url } = JSON.parse(told.text);
  expect(url).toMatch(new RegExp(`^${idp.issuer}/logout`));
  const back = await browser.submit(await browser.go(url), { logout: "yes" });
  expect(back.url).toMatch(new RegExp(`^${publicUrl}/\\?state=`));
  expect(sessions.live.size).toBe(0);
});
