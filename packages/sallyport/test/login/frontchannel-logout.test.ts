// The provider loads an address in a frame (OpenID Connect Front-Channel Logout).
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/errors.ts";
import { type Browser, signedIn } from "../support/login-app.ts";

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

  test("ends the session that is named, though its tokens can't be renewed just now", async () => {
    const { app, browser } = await signedIn();
    app.sessions.find = () => Promise.reject(new AuthError("refresh_failed", "The provider is down"));
    const answer = await load(browser, { iss: app.provider.issuer, sid: "session-at-provider" });
    expect([answer.status, app.sessions.live.size]).toEqual([200, 0]);
    // Without a store there is no name to end it by.
    const other = await signedIn({ kind: "cookie" });
    other.app.sessions.find = app.sessions.find;
    const query = { iss: other.app.provider.issuer, sid: "session-at-provider" };
    expect((await load(other.browser, query)).status).toBe(503);
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
