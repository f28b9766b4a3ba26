// `GET /auth/v2/userinfo`: what the provider says of who is signed in.
import { describe, expect, test } from "vitest";
import { lastCode, onlySession, signIn, startLoginApp } from "../support/login-app.ts";
import type { Bent, BentJwt, Json } from "../support/scripted-login-provider.ts";
import { createTestKey } from "../support/signing.ts";

const json = { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
const body = ({ text }: { readonly text: string | undefined }) => JSON.parse(text ?? "null");

describe("userinfo", () => {
  const attacker = createTestKey("provider-1", "RS256");
  const ask = async (userinfo: ((good: Json) => Bent) | undefined, login = {}) => {
    const app = await startLoginApp({ login, script: { ...(userinfo && { userinfo }) } });
    const browser = app.browser();
    await signIn(app, browser);
    return { app, browser, answer: await browser.send("/auth/v2/userinfo", { headers: json }) };
  };

  test("is what the provider says, asked with the session's token in the header", async () => {
    const { app, answer } = await ask(undefined);
    expect([answer.status, answer.headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(body(answer)).toEqual({ sub: "person-1", name: "Ada Example", email: "ada@example.org" });
    const seen = app.provider.seen.find(({ path }) => path === "/userinfo");
    expect(seen?.headers.authorization).toBe(`Bearer ${onlySession(app).tokens.accessToken}`);
    expect(seen?.query.has("access_token")).toBe(false);
  });

  test("with tokens that are bound, it is asked with a proof", async () => {
    const { app, answer } = await ask(undefined, { dpop: true });
    expect(answer.status).toBe(200);
    const seen = app.provider.seen.find(({ path }) => path === "/userinfo");
    expect(seen?.headers.authorization).toMatch(/^DPoP /);
    expect(seen?.headers.dpop).toBeDefined();
  });

  const foreign: readonly (readonly [string, (good: Json) => Bent])[] = [
    ["another sub", (good) => ({ body: { ...good, sub: "person-2" } })],
    ["no sub", ({ sub: _, ...good }) => ({ body: good })],
    ["a list as sub", (good) => ({ body: { ...good, sub: ["person-1"] } })],
  ];
  test.each(foreign)("L32: with %s it is not used, and the session ends", async (_, userinfo) => {
    const { app, answer } = await ask(userinfo);
    expect([answer.status, app.sessions.live.size, lastCode(app)]).toEqual([401, 0, "session_ended"]);
    expect(answer.text).not.toContain("Ada");
    await expect.poll(() => app.provider.count("/revoke")).toBe(1);
  });

  const unusable: readonly (readonly [string, () => Bent, string])[] = [
    ["500", () => ({ status: 500, body: {} }), "its answer was not 200"],
    [
      "400 with a challenge",
      () => ({ status: 400, headers: { "www-authenticate": 'Bearer error="invalid_request"' }, body: {} }),
      "its answer was not 200",
    ],
    [
      "a page",
      () => ({ headers: { "content-type": "text/html" }, body: "<html>" }),
      "neither JSON nor a JWT",
    ],
    [
      "a page of JSON",
      () => ({ headers: { "content-type": "text/html" }, body: "{}" }),
      "neither JSON nor a JWT",
    ],
    ["a list", () => ({ body: [] }), "its answer is not a JSON object"],
    ["no JSON", () => ({ body: "{" }), "its answer is not JSON"],
  ];
  test.each(unusable)("%s is 503, and the session goes on", async (_, userinfo, why) => {
    const { app, answer } = await ask(userinfo);
    expect([answer.status, app.sessions.live.size]).toEqual([503, 1]);
    expect(app.log.at(-1)?.message).toContain(why);
  });

  test("of a provider that is down is 503", async () => {
    const { app, browser } = await ask(undefined);
    await app.provider.stop();
    expect((await browser.send("/auth/v2/userinfo", { headers: json })).status).toBe(503);
    expect(app.log.at(-1)?.message).not.toContain("its answer");
  });

  test("of a provider without it is 503", async () => {
    const app = await startLoginApp({ script: { metadata: ({ userinfo_endpoint: _, ...good }) => good } });
    const browser = app.browser();
    await signIn(app, browser);
    expect((await browser.send("/auth/v2/userinfo", { headers: json })).status).toBe(503);
    expect(app.log.at(-1)?.message).toContain("the provider has no userinfo endpoint");
  });

  const challenge = (error: string) => ({ "www-authenticate": `Bearer error="${error}"` });
  const refusals: readonly (readonly [string, number, string, () => Bent])[] = [
    ["401", 401, "login_required", () => ({ status: 401, body: {} })],
    [
      "401 with a challenge",
      401,
      "login_required",
      () => ({ status: 401, headers: challenge("invalid_token"), body: {} }),
    ],
    ["403", 403, "insufficient_scope", () => ({ status: 403, body: {} })],
    [
      "403 with a challenge",
      403,
      "insufficient_scope",
      () => ({ status: 403, headers: challenge("insufficient_scope"), body: {} }),
    ],
  ];
  test.each(refusals)("%s is %i, says %s, and the session goes on", async (_, status, error, userinfo) => {
    const { app, answer } = await ask(userinfo);
    expect([answer.status, body(answer).error, app.sessions.live.size]).toEqual([status, error, 1]);
    expect(lastCode(app)).toBe(error);
    expect(app.provider.count("/userinfo")).toBe(1);
  });

  test("a token that the provider refuses is renewed once, and asked with again", async () => {
    const { app, browser } = await ask(undefined);
    const { accessToken } = onlySession(app).tokens;
    app.sessions.renewal.renew = app.login.renewal.renew;
    let refused = [accessToken];
    app.provider.script.userinfo = (good) => {
      const [, token] = app.provider.seen.at(-1)?.headers.authorization?.split(" ") ?? [];
      return refused.includes(token ?? "")
        ? { status: 401, headers: challenge("invalid_token"), body: {} }
        : { body: good };
    };
    const answer = await browser.send("/auth/v2/userinfo", { headers: json });
    expect([answer.status, body(answer).name]).toEqual([200, "Ada Example"]);
    expect(onlySession(app).tokens.accessToken).not.toBe(accessToken);
    refused = [onlySession(app).tokens.accessToken];
    app.provider.script.beforeToken = () => ({ status: 400, body: { error: "invalid_grant" } });
    const gone = await browser.send("/auth/v2/userinfo", { headers: json });
    expect([gone.status, app.sessions.live.size]).toEqual([401, 0]);
  });

  test("a token that is refused again after its renewal is 401", async () => {
    const { app, browser } = await ask(undefined);
    app.sessions.renewal.renew = app.login.renewal.renew;
    const before = app.provider.count("/userinfo");
    app.provider.script.userinfo = () => ({ status: 401, headers: challenge("invalid_token"), body: {} });
    const answer = await browser.send("/auth/v2/userinfo", { headers: json });
    expect([answer.status, body(answer).login_url]).toEqual([401, expect.stringContaining("/auth/v2/login")]);
    expect(app.provider.count("/userinfo") - before).toBe(2);
    expect(app.sessions.live.size).toBe(1);
  });

  test("what the first look at the session has to set is set, where the second has nothing", async () => {
    const { app, browser } = await ask(undefined);
    app.provider.script.userinfo = () => ({ status: 401, headers: challenge("invalid_token"), body: {} });
    const find = app.sessions.find.bind(app.sessions);
    app.sessions.find = async (cookie, refused) => ({
      ...(await find(cookie)),
      changes: refused === undefined ? [{ name: "renewed", value: "1" }] : [],
    });
    const answer = await browser.send("/auth/v2/userinfo", { headers: json });
    expect([answer.status, answer.cookies]).toEqual([401, [expect.stringMatching(/^renewed=1;/)]]);
  });

  const jwts: readonly (readonly [string, Json, BentJwt, number])[] = [
    ["good", {}, {}, 200],
    ["unsigned", {}, { header: { alg: "none" } }, 503],
    ["of another key", {}, { key: attacker }, 503],
    ["of another iss", { iss: "https://evil.example" }, {}, 503],
    ["without iss", { iss: undefined }, {}, 503],
    ["for another client", { aud: "other" }, {}, 503],
    ["without aud", { aud: undefined }, {}, 503],
    ["a logout token", { events: {} }, {}, 503],
    ["an ID token", { nonce: "a" }, {}, 503],
    ["an access token by its type", {}, { header: { typ: "at+jwt" } }, 503],
    ["of another person", { sub: "person-2" }, {}, 401],
  ];
  test.each(jwts)("L33: as a JWT that is %s", async (_, changes, bent, status) => {
    const app = await startLoginApp();
    app.provider.script.userinfo = (good) => ({
      headers: { "content-type": "application/jwt; charset=utf-8" },
      body: app.provider.jwt({ ...good, iss: app.provider.issuer, aud: "web", ...changes }, bent),
    });
    const browser = app.browser();
    await signIn(app, browser);
    expect((await browser.send("/auth/v2/userinfo", { headers: json })).status).toBe(status);
  });

  test("L34: what it says of iss, aud and exp changes nothing in the session", async () => {
    const { app, browser, answer } = await ask((good) => ({
      body: {
        ...good,
        iss: "https://evil.example",
        aud: "evil",
        exp: 1,
        roles: ["Admin"],
        email: "evil@example.org",
      },
    }));
    expect(answer.status).toBe(200);
    const { claims } = onlySession(app);
    expect(claims).toMatchObject({ iss: app.provider.issuer, aud: "web", email: "ada@example.org" });
    expect(claims.roles).toBeUndefined();
    expect(body(await browser.send("/auth/v2/session", { headers: json })).email).toBe("ada@example.org");
  });

  test("nobody is 401, and the provider is not asked", async () => {
    const app = await startLoginApp();
    expect((await app.browser().send("/auth/v2/userinfo", { headers: json })).status).toBe(401);
    expect(app.provider.seen).toEqual([]);
  });
});
