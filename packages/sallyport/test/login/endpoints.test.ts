// Who am I, where the endpoints are, and what they are without a provider or an audience.
import { describe, expect, test } from "vitest";
import { createVerifier } from "../../src/verify/index.ts";
import { lastCode, onlySession, signIn, startLoginApp } from "../support/login-app.ts";
import type { Json } from "../support/scripted-login-provider.ts";

const json = { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
const body = ({ text }: { readonly text: string | undefined }) => JSON.parse(text ?? "null");

describe("session", () => {
  test.each(["session", "userinfo"])(
    "S21: somebody whose access was revoked is nobody to %s, and where nobody can say it is 503",
    async (name) => {
      let isRevoked = async () => false;
      const app = await startLoginApp({ isRevoked: () => isRevoked() });
      const browser = app.browser();
      await signIn(app, browser);
      const ask = () => browser.send(`/auth/v2/${name}`, { headers: json });
      expect((await ask()).status).toBe(200);
      isRevoked = async () => true;
      const refused = await ask();
      expect([refused.status, body(refused)]).toEqual([
        401,
        expect.objectContaining({ error: "login_required" }),
      ]);
      expect(body(refused).login_url).toBe("/auth/v2/login?return_to=%2F");
      isRevoked = () => Promise.reject(new Error("The database is down"));
      expect((await ask()).status).toBe(503);
    },
  );

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
    expect(app.login.loginUrl("/shop/api/login")).toBe("/shop/api/login?return_to=%2Fshop%2F");
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
    [
      "another token endpoint for certificates at a private address",
      (good) => ({ ...good, mtls_endpoint_aliases: { token_endpoint: "https://169.254.169.254/token" } }),
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
