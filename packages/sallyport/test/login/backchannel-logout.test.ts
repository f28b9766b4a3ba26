// The provider says that somebody has signed out (OpenID Connect Back-Channel Logout).
import { describe, expect, test } from "vitest";
import { comeBack, type LoginApp, lastCode, signedIn, signIn, startLoginApp } from "../support/login-app.ts";
import type { BentJwt, Json } from "../support/scripted-login-provider.ts";
import { createTestKey } from "../support/signing.ts";

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
  test("one that was cut short may be tried again at another process, and a finished one may not", async () => {
    const { app } = await signedIn();
    const jwt = app.provider.logoutToken();
    const { jti } = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
    // The process that took it was killed ahead of the end.
    await app.sessions.once(`logout ${app.provider.issuer} web ${jti}`, app.clock.now + 600_000);
    expect([(await post(app, jwt)).status, app.sessions.live.size]).toEqual([200, 0]);
    expect((await post(app, jwt)).status).toBe(400);
  });

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

test("a logout by the provider during a sign-in wins", async () => {
  const app = await startLoginApp();
  const browser = app.browser();
  const url = await browser.open();
  await post(app, app.provider.logoutToken());
  expect((await comeBack(app, browser, url)).status).toBe(401);
  expect(app.sessions.live.size).toBe(0);
});
