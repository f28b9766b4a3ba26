// Who am I, userinfo, several providers, sign-ins that somebody else starts, step-up, and where the endpoints are.
import { describe, expect, test } from "vitest";
import { createLogin } from "../../src/login/index.ts";
import { createVerifier } from "../../src/verify/index.ts";
import {
  comeBack,
  crossSitePost,
  type LoginApp,
  lastCode,
  onlySession,
  publicUrl,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";
import { plainSealer, plainSessions } from "../support/plain-sessions.ts";
import type { Bent, BentJwt, Json } from "../support/scripted-login-provider.ts";
import { createTestKey } from "../support/signing.ts";

const json = { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
async function signedInAt(app: LoginApp): Promise<LoginApp> {
  const own = await startLoginApp();
  await signIn(own, own.browser());
  const content = { ...onlySession(own), issuer: app.provider.issuer };
  own.sessions.live.clear();
  own.sessions.live.set("session-1", content);
  return own;
}
const body = ({ text }: { readonly text: string | undefined }) => JSON.parse(text ?? "null");

describe("session", () => {
  test("says who is signed in, and until when, and no token", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    await signIn(app, browser);
    const answer = await browser.send("/auth/v2/session", { headers: json });
    expect([answer.status, answer.headers["cache-control"], answer.headers.vary]).toEqual([
      200,
      "no-store",
      "Cookie",
    ]);
    const seconds = Math.floor(app.clock.now / 1000);
    expect(body(answer)).toMatchObject({
      subject: "person-1",
      issuer: app.provider.issuer,
      name: "Ada Example",
      email: "ada@example.org",
      started_at: seconds,
      expires_at: seconds + 86_400,
      access_token_expires_at: seconds + 300,
    });
    const { tokens } = onlySession(app);
    for (const secret of [tokens.accessToken, tokens.refreshToken, tokens.idToken])
      expect(answer.text).not.toContain(secret);
  });

  test("is 401 with the login URL where nobody is, to a page as well", async () => {
    const app = await startLoginApp();
    for (const headers of [json, { accept: "text/html", "sec-fetch-mode": "navigate" }]) {
      const answer = await app.browser().send("/auth/v2/session", { headers });
      expect([answer.status, answer.headers["cache-control"], body(answer)]).toEqual([
        401,
        "no-store",
        {
          error: "login_required",
          error_description: "Signing in is required",
          login_url: "/auth/v2/login?return_to=%2F",
        },
      ]);
    }
  });

  test("leaves out the end of tokens that nobody knows", async () => {
    const app = await startLoginApp({ script: { token: ({ expires_in: _, ...good }) => ({ body: good }) } });
    const browser = app.browser();
    await signIn(app, browser);
    expect(body(await browser.send("/auth/v2/session", { headers: json }))).not.toHaveProperty(
      "access_token_expires_at",
    );
  });

  test("of a provider that is configured no more is nobody's, here and for userinfo", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    await signIn(app, browser);
    const gone = { ...onlySession(app), provider: "https://gone.example" };
    for (const id of app.sessions.live.keys()) app.sessions.live.set(id, gone);
    for (const path of ["/auth/v2/session", "/auth/v2/userinfo"]) {
      expect((await browser.send(path, { headers: json })).status).toBe(401);
    }
    expect(() => app.login.identity(gone)).toThrow(/a provider that is not configured/);
  });

  test("a store that is down is 503, and nobody", async () => {
    const app = await startLoginApp();
    app.sessions.fail(new Error("down"));
    expect((await app.browser().send("/auth/v2/session", { headers: json })).status).toBe(503);
  });
});

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

describe("a sign-in that somebody else starts", () => {
  test("L42: goes to the named issuer with the hint, and to a target that is ours", async () => {
    const app = await startLoginApp();
    const form = {
      iss: app.provider.issuer,
      login_hint: "ada",
      target_link_uri: `${publicUrl}/orders?page=2`,
    };
    for (const method of ["GET", "POST"]) {
      const browser = app.browser();
      const query = method === "GET" ? `?${new URLSearchParams(form)}` : "";
      const answer = await browser.send(`/auth/v2/login${query}`, {
        method,
        headers: crossSitePost,
        ...(method === "POST" && { form }),
      });
      const url = answer.headers.location as string;
      expect(new URL(url).searchParams.get("login_hint")).toBe("ada");
      expect((await comeBack(app, browser, url)).headers.location).toBe("/orders?page=2");
    }
  });

  test("L42: an issuer that is not configured is refused, without a request anywhere", async () => {
    const app = await startLoginApp();
    for (const iss of [
      "https://evil.example",
      `${app.provider.issuer}/`,
      app.provider.issuer.toUpperCase(),
    ]) {
      const answer = await app.browser().send(`/auth/v2/login?${new URLSearchParams({ iss })}`);
      expect([answer.status, lastCode(app)]).toEqual([400, "login_interrupted"]);
      expect(answer.text).not.toContain("evil");
    }
    expect(app.provider.seen).toEqual([]);
  });

  test("L42: a target elsewhere leads home", async () => {
    const app = await startLoginApp();
    const query = new URLSearchParams({ iss: app.provider.issuer, target_link_uri: "https://evil.example/" });
    expect((await signIn(app, app.browser(), `?${query}`)).headers.location).toBe("/");
  });

  test("an empty parameter counts as left out", async () => {
    const app = await startLoginApp();
    expect((await app.browser().send("/auth/v2/login?iss=&prompt=&max_age=")).status).toBe(303);
  });

  test("a POST has a form, or nothing", async () => {
    const app = await startLoginApp();
    const post = (headers: Record<string, string>) =>
      app.browser().send("/auth/v2/login", { method: "POST", headers });
    expect((await post(crossSitePost)).status).toBe(303);
    expect((await post({ ...crossSitePost, "content-type": "application/json" })).status).toBe(400);
    expect(app.log.at(-1)?.message).toBe("The request's body is not a form");
  });

  test("a parameter that is there twice is refused", async () => {
    const app = await startLoginApp();
    for (const name of [
      "iss",
      "issuer",
      "return_to",
      "target_link_uri",
      "acr_values",
      "max_age",
      "prompt",
      "login_hint",
    ]) {
      const answer = await app.browser().send(`/auth/v2/login?${name}=a&${name}=b`);
      expect(answer.status).toBe(400);
    }
  });
});

describe("step-up", () => {
  test("the login URL has what the requirement asks, and the sign-in holds the provider to it", async () => {
    const app = await startLoginApp();
    const url = app.login.loginUrl("/pay?order=7", { acrValues: ["gold"], maxAgeSeconds: 60 });
    expect(url).toBe("/auth/v2/login?return_to=%2Fpay%3Forder%3D7&acr_values=gold&max_age=60");
    const asked = new URL(await app.browser().open(url.slice(url.indexOf("?"))));
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({ acr_values: "gold", max_age: "60" });
    const query = url.slice(url.indexOf("?"));
    expect((await signIn(app, app.browser(), query)).status).toBe(400);
    app.provider.script.idToken = { claims: (good) => ({ ...good, acr: "gold" }) };
    expect((await signIn(app, app.browser(), query)).headers.location).toBe("/pay?order=7");
    expect(app.login.identity(onlySession(app)).acr).toBe("gold");
  });

  test("a request can't ask for less than is configured", async () => {
    const app = await startLoginApp({ login: { acrValues: ["silver", "gold"], maxAgeSeconds: 60 } });
    const rows: readonly (readonly [string, string, string])[] = [
      ["?acr_values=bronze&max_age=999999", "silver gold", "60"],
      ["?acr_values=bronze+gold&max_age=10", "gold", "10"],
      ["?acr_values=&max_age=-1", "silver gold", "60"],
    ];
    for (const [query, acr, age] of rows) {
      const url = new URL(await app.browser().open(query));
      expect([url.searchParams.get("acr_values"), url.searchParams.get("max_age")]).toEqual([acr, age]);
    }
  });

  test("the login URL holds nothing but what is ours", async () => {
    const app = await startLoginApp();
    expect(app.login.loginUrl("//evil.example")).toBe("/auth/v2/login?return_to=%2F");
    expect(app.login.loginUrl('/a"><script>')).not.toMatch(/[<>"]/);
  });
});

describe("several providers", () => {
  async function twoProviders() {
    const one = await startLoginApp();
    const two = await startLoginApp();
    const now = () => one.clock.now;
    const sessions = plainSessions(now);
    const issuers = [one.provider.issuer, two.provider.issuer];
    const verifier = createVerifier(
      { issuers: issuers.map((issuer) => ({ issuer, insecureAllowLoopback: true })) },
      { now },
      undefined,
      { clients: [true, true] },
    );
    const login = createLogin(
      {
        clients: verifier.providers().map((provider, index) => ({
          provider,
          clientId: "web",
          clientSecret: "s",
          login: { label: `Provider <${index}>` },
        })),
        publicUrl,
      },
      { sessions, sealer: plainSealer(now), now },
    );
    return { one: { ...one, login, sessions }, two: { ...two, login, sessions }, login, sessions };
  }

  test("people choose, and come back to where they were going", async () => {
    const { one, two, login } = await twoProviders();
    const endpoint = login.endpoints.find(({ name }) => name === "login");
    const request = {
      method: "GET",
      target: "/auth/v2/login?return_to=%2Fa%3Fb%3D1&max_age=60",
      header: () => undefined,
      cookie: undefined,
      form: async () => undefined,
      requestId: undefined,
    };
    const answer = await endpoint?.handle(request);
    expect([answer?.status, answer?.headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(answer?.text).toContain("Provider &#60;0&#62;");
    const links = [...(answer?.text ?? "").matchAll(/href="\?([^"]+)"/g)].map(
      ([, query = ""]) => new URLSearchParams(query.replaceAll("&#38;", "&")),
    );
    expect(links.map((query) => query.get("issuer"))).toEqual([one.provider.issuer, two.provider.issuer]);
    expect(links[1]?.get("return_to")).toBe("/a?b=1");
    const chosen = await endpoint?.handle({ ...request, target: `/auth/v2/login?${links[1]}` });
    expect(chosen?.headers.location).toMatch(new RegExp(`^${two.provider.issuer}/authorize`));
    expect(answer?.cookies).toEqual([]);
  });

  test("O22: a session of one provider is not ended by a frame of the other, whatever its sid", async () => {
    const { one, two, login, sessions } = await twoProviders();
    const app = { ...one, login, sessions };
    const frame = login.endpoints.find(({ name }) => name === "frontchannelLogout");
    const content = { ...onlySession(await signedInAt(one)), provider: one.provider.issuer };
    sessions.live.set("session-1", { ...content, sid: "shared" });
    for (const [issuer, left] of [
      [two.provider.issuer, 1],
      [one.provider.issuer, 0],
    ] as const) {
      await frame?.handle({
        method: "GET",
        target: `/auth/v2/frontchannel-logout?${new URLSearchParams({ iss: issuer, sid: "shared" })}`,
        header: () => undefined,
        cookie: "plain-session=session-1",
        form: async () => undefined,
        requestId: undefined,
      });
      expect(app.sessions.live.size).toBe(left);
    }
  });

  test("L12: an answer of one provider in a sign-in at the other is dropped, and its code goes nowhere", async () => {
    const { one, two, login } = await twoProviders();
    const jar = new Map<string, string>();
    const send = async (target: string) => {
      const endpoint = login.endpoints.find(({ path }) => target.split("?")[0] === path);
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await endpoint?.handle({
        method: "GET",
        target,
        header: () => undefined,
        cookie,
        form: async () => undefined,
        requestId: undefined,
      });
      for (const line of answer?.cookies ?? []) {
        const [pair = ""] = line.split(";");
        jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      return answer;
    };
    const started = await send(`/auth/v2/login?${new URLSearchParams({ issuer: two.provider.issuer })}`);
    const { state = "" } = Object.fromEntries(new URL(started?.headers.location ?? "").searchParams);
    // The first provider is the attacker's: it answers in place of the second.
    const answer = await send(
      `/auth/v2/callback?${new URLSearchParams({ code: "stolen", state, iss: one.provider.issuer })}`,
    );
    expect(answer?.status).toBe(400);
    expect([one.provider.count("/token"), two.provider.count("/token")]).toEqual([0, 0]);
  });
});

describe("where the endpoints are", () => {
  test("each by its usual name, below what is said, and none that is taken out", async () => {
    const app = await startLoginApp({
      settings: {
        publicUrl: "https://app.example/shop",
        router: { basePath: "/api", paths: { login: "/login", callback: "/auth/callback", userinfo: false } },
      },
    });
    expect(app.login.basePath).toBe("/api");
    expect(Object.fromEntries(app.login.endpoints.map(({ name, path }) => [name, path]))).toEqual({
      login: "/login",
      callback: "/auth/callback",
      logout: "/auth/v2/logout",
      backchannelLogout: "/auth/v2/backchannel-logout",
      frontchannelLogout: "/auth/v2/frontchannel-logout",
      session: "/auth/v2/session",
    });
    expect(app.login.loginUrl("/a")).toBe("/shop/api/login?return_to=%2Fa");
    const answer = await app.browser().send("/shop/api/login");
    expect(new URL(answer.headers.location as string).searchParams.get("redirect_uri")).toBe(
      "https://app.example/shop/api/auth/callback",
    );
    expect(app.login.loginUrl("/shop/api/login")).toBe("/shop/api/login?return_to=%2F");
  });

  const mistakes: readonly (readonly [string, Parameters<typeof startLoginApp>[0], RegExp])[] = [
    ["no public URL", { settings: { publicUrl: undefined } }, /needs `publicUrl`/],
    [
      "a public URL over http",
      { settings: { publicUrl: "http://app.example" } },
      /`publicUrl` takes an https URL/,
    ],
    [
      "no login endpoint",
      { settings: { router: { paths: { login: false } } } },
      /`paths.login` takes a path/,
    ],
    [
      "no callback endpoint",
      { settings: { router: { paths: { callback: false } } } },
      /`paths.callback` takes a path/,
    ],
    [
      "two endpoints at one place",
      { settings: { router: { paths: { login: "/auth/v2/logout" } } } },
      /`paths` takes/,
    ],
    [
      "a path with a slash behind",
      { settings: { router: { paths: { login: "/login/" } } } },
      /`paths` takes/,
    ],
    ["a path with a parameter", { settings: { router: { paths: { login: "/:login" } } } }, /`paths` takes/],
    ["paths that are none", { settings: { router: { paths: 7 as never } } }, /`paths` takes/],
    ["nobody to sign in at", { settings: { clients: [] } }, /needs a client: `clientId`/],
    [
      "a key with another method",
      {
        client: { clientSecret: undefined } as never,
        login: { privateKey: { kty: "EC" }, authMethod: "none" },
      },
      /`login.privateKey` goes with/,
    ],
    ["a misspelt endpoint", { settings: { router: { paths: { singin: "/a" } as object } } }, /`paths` takes/],
    ["a base path without a slash", { settings: { router: { basePath: "api" } } }, /`basePath` takes/],
    [
      "an unknown option",
      { login: { scope: "openid" } as object },
      /has no option `scope`; did you mean `scopes`/,
    ],
    [
      "a redirect URI elsewhere",
      { login: { redirectUri: "https://other.example/cb" } },
      /`login.redirectUri` takes an address of this application/,
    ],
    [
      "a landing page elsewhere",
      { login: { postLogoutRedirectUri: "https://other.example/" } },
      /`login.postLogoutRedirectUri` takes an address/,
    ],
    ["an own parameter among the extra", { login: { extra: { state: "a" } } }, /`extra` takes/],
    ["secret and key", { login: { privateKey: { kty: "EC" } } }, /exclude each other/],
    [
      "a method without its secret",
      { client: { clientSecret: undefined } as never, login: { authMethod: "client_secret_basic" } },
      /needs `clientSecret`/,
    ],
    [
      "a method without its key",
      { client: { clientSecret: undefined } as never, login: { authMethod: "private_key_jwt" } },
      /needs `login.privateKey`/,
    ],
    ["none with a secret", { login: { authMethod: "none" } }, /`clientSecret` goes with/],
    ["three secrets", { client: { clientSecret: ["a", "b", "c"] } }, /`clientSecret` takes/],
    [
      "a date that is none",
      { client: { clientSecret: [{ secret: "a", since: "yesterday" }] } },
      /`clientSecret` takes/,
    ],
    [
      "the access token's identity without an audience",
      { login: { identity: "access_token" } },
      /needs `audience`/,
    ],
    ["scopes with a space", { login: { scopes: ["a b"] } }, /`scopes` takes/],
  ];
  test.each(mistakes)("%s refuses to start", async (_, options, message) => {
    const started = startLoginApp(options);
    await expect(started).rejects.toThrow(message);
    await expect(started).rejects.toThrow(TypeError);
  });
});

describe("L47: what can't be had is nobody", () => {
  const broken: readonly (readonly [string, (good: Json) => Json])[] = [
    ["another issuer", (good) => ({ ...good, issuer: `${good.issuer}/` })],
    ["no issuer", ({ issuer: _, ...good }) => good],
    [
      "a token endpoint over http elsewhere",
      (good) => ({ ...good, token_endpoint: "http://evil.example/token" }),
    ],
    ["a token endpoint that is no URL", (good) => ({ ...good, token_endpoint: 7 })],
    [
      "an authorization endpoint of a script",
      (good) => ({ ...good, authorization_endpoint: "javascript:alert(1)" }),
    ],
    [
      "a token endpoint with a password",
      (good) => ({ ...good, token_endpoint: "https://a:b@evil.example/" }),
    ],
    [
      "a token endpoint at a private address",
      (good) => ({ ...good, token_endpoint: "https://169.254.169.254/token" }),
    ],
    ["no authorization endpoint", ({ authorization_endpoint: _, ...good }) => good],
  ];
  test.each(broken)("metadata with %s signs nobody in", async (_, metadata) => {
    const app = await startLoginApp({ script: { metadata } });
    const answer = await app.browser().send("/auth/v2/login");
    expect([answer.status, lastCode(app), app.provider.count("/token")]).toEqual([
      503,
      "provider_unavailable",
      0,
    ]);
    expect(answer.headers.location).toBeUndefined();
  });

  test("an application starts while its provider is down, says so, and works once it is up", async () => {
    const app = await startLoginApp({ script: { metadata: () => ({}) } });
    await expect(app.login.ready()).rejects.toMatchObject({ code: "provider_unavailable" });
    expect((await app.browser().send("/auth/v2/login")).status).toBe(503);
    delete app.provider.script.metadata;
    app.clock.now += 10_000;
    await app.login.ready();
    expect((await signIn(app, app.browser())).status).toBe(303);
  });

  test("a provider that fails later goes on being known where it was", async () => {
    const app = await startLoginApp();
    await signIn(app, app.browser());
    app.clock.now += 7_200_000;
    app.provider.script.metadata = () => ({});
    expect((await app.browser().send("/auth/v2/login")).status).toBe(303);
  });
});

describe("an application without an audience", () => {
  test("takes no access token of its provider, whatever its aud", async () => {
    const app = await startLoginApp();
    const verifier = createVerifier(
      { issuer: app.provider.issuer, insecureAllowLoopback: true },
      {},
      undefined,
      { clients: [true] },
    );
    const seconds = Math.floor(Date.now() / 1000);
    for (const aud of ["web", "", undefined, []]) {
      const jwt = app.provider.jwt(
        {
          iss: app.provider.issuer,
          sub: "a",
          aud,
          client_id: "web",
          jti: "1",
          iat: seconds,
          exp: seconds + 60,
        },
        { header: { typ: "at+jwt" } },
      );
      await expect(verifier.verify(jwt)).rejects.toMatchObject({ code: "invalid_audience" });
    }
  });

  test("is none where tokens are signed with a shared secret", () => {
    const options = {
      issuer: "https://idp.example",
      secret: crypto.getRandomValues(new Uint8Array(32)),
      algorithms: ["HS256"] as const,
      audience: "a",
    };
    expect(() => createVerifier(options)).not.toThrow();
    expect(() => createVerifier(options, {}, undefined, { clients: [true] })).toThrow(
      /nobody signs in by those/,
    );
  });

  test("is one only where people sign in", () => {
    expect(() => createVerifier({ issuer: "https://idp.example" })).toThrow(/`audience` is missing/);
    const asked = { clientId: "a", clientSecret: "b" };
    expect(() =>
      createVerifier({ issuer: "https://idp.example", introspection: asked }, {}, undefined, {
        clients: [true],
      }),
    ).toThrow(/`audience` is missing/);
  });
});
