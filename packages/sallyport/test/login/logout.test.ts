// The three logouts: whoever asks for one, and whatever else is posted there.
import { describe, expect, test } from "vitest";
import {
  type Browser,
  comeBack,
  crossSitePost,
  type LoginApp,
  lastCode,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";
import type { BentJwt, Json } from "../support/scripted-login-provider.ts";
import { createTestKey } from "../support/signing.ts";

const sameOrigin = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };

async function signedIn(
  options: Parameters<typeof startLoginApp>[0] = {},
): Promise<{ app: LoginApp; browser: Browser }> {
  const app = await startLoginApp(options);
  const browser = app.browser();
  await signIn(app, browser);
  return { app, browser };
}

describe("O01: a logout", () => {
  const rows: readonly {
    readonly name: string;
    readonly method: "GET" | "POST";
    readonly headers: Record<string, string>;
    readonly status: number;
    readonly ends: boolean;
  }[] = [
    {
      name: "posted by this origin acts at once",
      method: "POST",
      headers: sameOrigin,
      status: 303,
      ends: true,
    },
    {
      name: "posted by this origin in an older browser",
      method: "POST",
      headers: { accept: "text/html", origin: "https://app.example" },
      status: 303,
      ends: true,
    },
    {
      name: "posted by another site is refused",
      method: "POST",
      headers: crossSitePost,
      status: 403,
      ends: false,
    },
    {
      name: "posted by a sibling is refused",
      method: "POST",
      headers: { ...crossSitePost, "sec-fetch-site": "same-site" },
      status: 403,
      ends: false,
    },
    {
      name: "posted by another origin in an older browser is refused",
      method: "POST",
      headers: { accept: "text/html", origin: "https://evil.example" },
      status: 403,
      ends: false,
    },
    {
      name: "posted by who knows whom is refused",
      method: "POST",
      headers: { accept: "text/html" },
      status: 403,
      ends: false,
    },
    {
      name: "posted from origin null is refused",
      method: "POST",
      headers: { accept: "text/html", origin: "null" },
      status: 403,
      ends: false,
    },
    {
      name: "as a link of this application acts",
      method: "GET",
      headers: sameOrigin,
      status: 303,
      ends: true,
    },
    {
      name: "as a link of another site asks",
      method: "GET",
      headers: { ...sameOrigin, "sec-fetch-site": "cross-site" },
      status: 200,
      ends: false,
    },
    {
      name: "typed into the address bar asks",
      method: "GET",
      headers: { ...sameOrigin, "sec-fetch-site": "none" },
      status: 200,
      ends: false,
    },
    {
      name: "as an image of this application asks",
      method: "GET",
      headers: { "sec-fetch-mode": "no-cors", "sec-fetch-site": "same-origin", "sec-fetch-dest": "image" },
      status: 200,
      ends: false,
    },
    {
      name: "as an image of another site asks",
      method: "GET",
      headers: { "sec-fetch-mode": "no-cors", "sec-fetch-site": "cross-site" },
      status: 200,
      ends: false,
    },
    {
      name: "in an older browser asks",
      method: "GET",
      headers: { accept: "text/html" },
      status: 200,
      ends: false,
    },
  ];
  test.each(rows)("$name", async ({ method, headers, status, ends }) => {
    const { app, browser } = await signedIn();
    const answer = await browser.send("/auth/v2/logout", {
      method,
      headers,
      ...(method === "POST" && { form: {} }),
    });
    expect(answer.status).toBe(status);
    expect(app.sessions.live.size).toBe(ends ? 0 : 1);
    if (status === 403) expect(lastCode(app)).toBe("cross_site_request");
    if (status === 200) expect(answer.text).toContain('<form method="post" action="/auth/v2/logout">');
  });
});

describe("logout at the provider", () => {
  test("O04: goes on with the session's own ID token and the registered address, and gives the tokens back", async () => {
    const { app, browser } = await signedIn();
    const [content] = app.sessions.live.values();
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    const url = new URL(answer.headers.location as string);
    expect(url.origin + url.pathname).toBe(`${app.provider.issuer}/end-session`);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      id_token_hint: content?.tokens.idToken,
      post_logout_redirect_uri: "https://app.example/",
      client_id: "web",
      state: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(browser.jar.has("plain-session")).toBe(false);
    await expect.poll(() => app.provider.count("/revoke")).toBe(1);
    const revoked = app.provider.seen.find(({ path }) => path === "/revoke")?.form;
    expect(Object.fromEntries(revoked ?? [])).toMatchObject({
      token: content?.tokens.refreshToken,
      token_type_hint: "refresh_token",
    });
  });

  test("O03: what comes back with a state, or none, has no effect", async () => {
    const { app, browser } = await signedIn();
    for (const query of ["", "?state=other", "?state=a&state=b"]) {
      const answer = await browser.send(`/auth/v2/logout${query}`, { headers: crossSitePost });
      expect([answer.status, app.sessions.live.size]).toEqual([200, 1]);
    }
  });

  test("a fetch is told where to go on", async () => {
    const { app, browser } = await signedIn();
    const headers = { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers, form: {} });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text as string).logout_url).toMatch(
      new RegExp(`^${app.provider.issuer}/end-session`),
    );
  });

  test("without such a place at the provider, people land where they wanted to, here", async () => {
    const { app, browser } = await signedIn({
      script: { metadata: ({ end_session_endpoint: _, ...rest }) => rest },
    });
    const answer = await browser.send("/auth/v2/logout", {
      method: "POST",
      headers: sameOrigin,
      form: { return_to: "/bye" },
    });
    expect([answer.headers.location, app.sessions.live.size]).toEqual(["/bye", 0]);
    await signIn(app, browser);
    const away = await browser.send("/auth/v2/logout", {
      method: "POST",
      headers: sameOrigin,
      form: { return_to: "//evil.example" },
    });
    expect(away.headers.location).toBe("/");
    expect(app.log).toEqual([]);
  });

  test("of a provider that is configured no more ends the session here", async () => {
    const { app, browser } = await signedIn();
    for (const [id, content] of app.sessions.live)
      app.sessions.live.set(id, { ...content, provider: "https://gone.example" });
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    expect([answer.headers.location, app.sessions.live.size]).toEqual(["/", 0]);
  });

  test("S15: a session ends here though the provider can't be asked", async () => {
    const { app, browser } = await signedIn();
    await app.provider.stop();
    app.clock.now += 7_200_000;
    const answer = await browser.send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    expect([answer.status, app.sessions.live.size]).toEqual([303, 0]);
  });

  test("who is not signed in is sent home, and nobody to the provider", async () => {
    const app = await startLoginApp();
    const answer = await app
      .browser()
      .send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
    expect(answer.headers.location).toBe("/");
  });
});

const post = (app: LoginApp, jwt: string | string[], extra: [string, string][] = []) =>
  app.browser().send("/auth/v2/backchannel-logout", {
    method: "POST",
    headers: {},
    form: new URLSearchParams([
      ...[jwt].flat().map((one) => ["logout_token", one] as [string, string]),
      ...extra,
    ]),
  });

describe("back-channel logout", () => {
  test("O19: a good token ends the session, with 200 that is not kept, and its refresh token", async () => {
    const { app } = await signedIn();
    const answer = await post(app, app.provider.logoutToken(), [["unknown", "parameter"]]);
    expect([answer.status, answer.headers["cache-control"], app.sessions.live.size]).toEqual([
      200,
      "no-store",
      0,
    ]);
    await expect.poll(() => app.provider.count("/revoke")).toBe(1);
  });

  test("O19: a refresh token for offline access outlives the session", async () => {
    const { app } = await signedIn({ login: { scopes: ["offline_access"] } });
    expect((await post(app, app.provider.logoutToken())).status).toBe(200);
    await signIn(app, app.browser());
    expect(app.provider.count("/revoke")).toBe(0);
  });

  test("O17: by subject alone, it ends all of the person's sessions", async () => {
    const { app } = await signedIn();
    await signIn(app, app.browser());
    expect(app.sessions.live.size).toBe(2);
    expect((await post(app, app.provider.logoutToken({ sid: undefined }))).status).toBe(200);
    expect(app.sessions.live.size).toBe(0);
  });

  test("by sid alone, it ends the sessions of that name, and no others", async () => {
    const { app } = await signedIn();
    expect((await post(app, app.provider.logoutToken({ sub: undefined, sid: "other" }))).status).toBe(200);
    expect(app.sessions.live.size).toBe(1);
    expect((await post(app, app.provider.logoutToken({ sub: undefined }))).status).toBe(200);
    expect(app.sessions.live.size).toBe(0);
  });

  test("O18: for a session that has ended already, it is 200", async () => {
    const app = await startLoginApp();
    expect((await post(app, app.provider.logoutToken())).status).toBe(200);
  });

  test("a token is taken once: a session that was begun since goes on", async () => {
    const { app } = await signedIn();
    const jwt = app.provider.logoutToken();
    expect((await post(app, jwt)).status).toBe(200);
    app.clock.now += 1000;
    await signIn(app, app.browser());
    expect((await post(app, jwt)).status).toBe(400);
    expect(app.sessions.live.size).toBe(1);
  });

  test("where the store fails, the answer is 400, and the same token may come again", async () => {
    const { app } = await signedIn();
    const jwt = app.provider.logoutToken();
    const { endAll } = app.sessions;
    app.sessions.endAll = () => Promise.reject(new Error("the store is down"));
    expect((await post(app, jwt)).status).toBe(400);
    app.sessions.endAll = endAll;
    expect((await post(app, jwt)).status).toBe(200);
    expect(app.sessions.live.size).toBe(0);
  });

  test("a token without a type is told by what it has", async () => {
    const { app } = await signedIn();
    expect((await post(app, app.provider.logoutToken({}, { header: { typ: undefined } }))).status).toBe(200);
  });

  const attacker = createTestKey("provider-1", "RS256");
  const event = "http://schemas.openid.net/event/backchannel-logout";
  const bad: readonly { readonly name: string; readonly changes?: Json; readonly bent?: BentJwt }[] = [
    { name: "O05: alg none", bent: { header: { alg: "none" } } },
    { name: "another key's signature", bent: { key: attacker } },
    { name: "HS256 by the client's secret", bent: { header: { alg: "HS256" } } },
    { name: "iss of somebody else", changes: { iss: "https://evil.example" } },
    { name: "iss missing", changes: { iss: undefined } },
    { name: "aud of another client", changes: { aud: "other" } },
    { name: "aud missing", changes: { aud: undefined } },
    { name: "aud with somebody who is not trusted", changes: { aud: ["web", "evil"] } },
    { name: "iat missing", changes: { iat: undefined } },
    { name: "iat in the future", changes: { iat: Math.floor(Date.now() / 1000) + 3600 } },
    { name: "iat an hour old", changes: { iat: Math.floor(Date.now() / 1000) - 3600 } },
    { name: "exp missing", changes: { exp: undefined } },
    { name: "exp passed", changes: { exp: Math.floor(Date.now() / 1000) - 60 } },
    { name: "jti missing", changes: { jti: undefined } },
    { name: "jti a number", changes: { jti: 7 } },
    { name: "O08: no events", changes: { events: undefined } },
    { name: "O08: another event", changes: { events: { [`${event}s`]: {} } } },
    { name: "O08: the event is a text", changes: { events: { [event]: "yes" } } },
    { name: "O08: the event is a list", changes: { events: { [event]: [] } } },
    { name: "O08: the event is null", changes: { events: { [event]: null } } },
    { name: "O08: events are a list", changes: { events: [event] } },
    { name: "O09: a nonce", changes: { nonce: "n" } },
    { name: "O09: a nonce that is null", changes: { nonce: null } },
    { name: "O10: neither sub nor sid", changes: { sub: undefined, sid: undefined } },
    { name: "sub a list", changes: { sub: ["person-1"] } },
    { name: "sid an object", changes: { sid: {} } },
    { name: "typ of an access token", bent: { header: { typ: "at+jwt" } } },
  ];
  test.each(bad)("is refused with 400: $name", async ({ changes, bent }) => {
    const { app } = await signedIn();
    const answer = await post(app, app.provider.logoutToken(changes, bent));
    expect([answer.status, answer.headers["cache-control"]]).toEqual([400, "no-store"]);
    expect(JSON.parse(answer.text as string).error).toBe("invalid_request");
    expect([lastCode(app), app.sessions.live.size]).toEqual(["invalid_logout_token", 1]);
  });

  test("O13: an ID token in its place is refused", async () => {
    const { app } = await signedIn();
    const [content] = app.sessions.live.values();
    expect((await post(app, content?.tokens.idToken as string)).status).toBe(400);
    expect(app.sessions.live.size).toBe(1);
  });

  test("O15: a body that is no form, two tokens, none, and a very long one are refused; a GET has no endpoint", async () => {
    const { app, browser } = await signedIn();
    const good = app.provider.logoutToken();
    const noForm = await browser.send("/auth/v2/backchannel-logout", { method: "POST", headers: {} });
    const answers = [
      noForm,
      await post(app, [good, good]),
      await post(app, []),
      await post(app, ""),
      await post(app, `${good}${"A".repeat(70_000)}`),
      await post(app, "a.b.c"),
      await post(app, "%"),
    ];
    for (const answer of answers) expect(answer.status).toBe(400);
    const words = app.log.map(({ message }) => message);
    expect(words.slice(0, 5)).toEqual(Array(5).fill("The request is not a form with one logout_token"));
    expect(app.sessions.live.size).toBe(1);
    const endpoint = app.login.endpoints.find(({ name }) => name === "backchannelLogout");
    expect(endpoint?.methods).toEqual(["POST"]);
  });

  test("O24: a flood of tokens of unknown keys asks the provider once", async () => {
    const { app } = await signedIn();
    const before = app.provider.count("/keys");
    const flood = Array.from({ length: 50 }, (_, index) =>
      post(app, app.provider.logoutToken({}, { header: { kid: `unknown-${index}` } })),
    );
    for (const answer of await Promise.all(flood)) expect(answer.status).toBe(400);
    expect(app.provider.count("/keys") - before).toBe(1);
  });

  test("without a store there is no such endpoint, and to ask for it refuses to start", async () => {
    const app = await startLoginApp({ kind: "cookie" });
    expect(app.login.endpoints.map(({ name }) => name)).not.toContain("backchannelLogout");
    const asked = startLoginApp({
      kind: "cookie",
      settings: { router: { paths: { backchannelLogout: "/bye" } } },
    });
    await expect(asked).rejects.toThrow(/`paths.backchannelLogout` needs a session store/);
  });
});

describe("front-channel logout", () => {
  const load = (browser: Browser, query: Record<string, string> | string) =>
    browser.send(`/auth/v2/frontchannel-logout?${new URLSearchParams(query)}`, {
      headers: { "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" },
    });

  test("ends the session that is named, of a browser that sends its cookie", async () => {
    const { app, browser } = await signedIn();
    const answer = await load(browser, { iss: app.provider.issuer, sid: "session-at-provider" });
    expect([answer.status, app.sessions.live.size]).toEqual([200, 0]);
    expect(browser.jar.has("plain-session")).toBe(false);
  });

  test("ends the session that is named, of a browser that sends none", async () => {
    const { app } = await signedIn();
    const answer = await load(app.browser(), { iss: app.provider.issuer, sid: "session-at-provider" });
    expect([answer.status, app.sessions.live.size]).toEqual([200, 0]);
  });

  test("O22: without a cookie so many are ended a minute, and a sid that could be tried out is ignored", async () => {
    const { app, browser } = await signedIn();
    const iss = app.provider.issuer;
    const other = app.browser();
    const tried: unknown[] = [];
    const endAll = app.sessions.endAll.bind(app.sessions);
    app.sessions.endAll = (scope) => {
      tried.push(scope.sid);
      return endAll(scope);
    };
    expect((await load(other, { iss, sid: "A".repeat(15) })).status).toBe(200);
    expect(tried).toEqual([]);
    for (let count = 0; count < 600; count += 1) {
      expect((await load(other, { iss, sid: `guess-${count}-`.padEnd(16, "x") })).status).toBe(200);
    }
    for (const sid of ["guess-600-xxxxxx", "session-at-provider"]) {
      const refused = await load(other, { iss, sid });
      expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "5"]);
    }
    expect([tried.length, app.sessions.live.size]).toEqual([600, 1]);
    // With its cookie a session is ended all the same.
    const answer = await load(browser, { iss, sid: "session-at-provider" });
    expect([answer.status, app.sessions.live.size]).toEqual([200, 0]);
    app.clock.now += 1_000;
    expect((await load(other, { iss, sid: "session-at-provider" })).status).toBe(200);
  });

  test("O23: may be framed by the provider alone, and is not kept", async () => {
    const { app, browser } = await signedIn();
    const { headers } = await load(browser, { iss: app.provider.issuer, sid: "session-at-provider" });
    expect(headers["content-security-policy"]).toContain(`frame-ancestors ${app.provider.issuer}`);
    expect(headers["x-frame-options"]).toBeUndefined();
    expect(headers["cache-control"]).toBe("no-store");
  });

  const ignored: readonly (readonly [string, (issuer: string) => Record<string, string> | string])[] = [
    ["neither iss nor sid", () => ({})],
    ["iss alone", (iss) => ({ iss })],
    ["sid alone", () => ({ sid: "session-at-provider" })],
    ["another iss", () => ({ iss: "https://evil.example", sid: "session-at-provider" })],
    ["another sid", (iss) => ({ iss, sid: "other" })],
    ["an empty sid", (iss) => ({ iss, sid: "" })],
    ["iss twice", (iss) => `iss=${iss}&iss=${iss}&sid=session-at-provider`],
    ["sid twice", (iss) => `iss=${iss}&sid=session-at-provider&sid=session-at-provider`],
  ];
  test("O22: of an issuer that is none of ours, nobody is asked about sessions", async () => {
    const { app, browser } = await signedIn();
    app.sessions.fail(new Error("the store is down"));
    const named = { iss: "https://evil.example", sid: "session-at-provider" };
    for (const one of [browser, app.browser()]) expect((await load(one, named)).status).toBe(200);
    expect(app.log).toEqual([]);
  });

  test("O22: a session of a client that is configured no more stays", async () => {
    const { app, browser } = await signedIn();
    for (const [id, content] of app.sessions.live)
      app.sessions.live.set(id, { ...content, clientId: "gone" });
    await load(browser, { iss: app.provider.issuer, sid: "session-at-provider" });
    expect(app.sessions.live.size).toBe(1);
  });

  test("without a store, a browser that sends no cookie keeps its session, and looks the same", async () => {
    const { app } = await signedIn({ kind: "cookie" });
    const answer = await load(app.browser(), { iss: app.provider.issuer, sid: "session-at-provider" });
    expect([answer.status, app.sessions.live.size]).toEqual([200, 1]);
  });

  test.each(ignored)("O22: with %s, it is ignored, and looks the same", async (_, query) => {
    const { app, browser } = await signedIn();
    const answer = await load(browser, query(app.provider.issuer));
    expect([answer.status, app.sessions.live.size]).toEqual([200, 1]);
  });
});

test("a logout by the provider during a sign-in wins", async () => {
  const app = await startLoginApp();
  const browser = app.browser();
  const url = await browser.open();
  await post(app, app.provider.logoutToken());
  expect((await comeBack(app, browser, url)).status).toBe(401);
  expect(app.sessions.live.size).toBe(0);
});
