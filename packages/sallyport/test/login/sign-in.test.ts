// Signing in, from the first request to the session, against a provider over HTTP.
import { describe, expect, test } from "vitest";
import { comeBack, lastCode, onlySession, pathOf, signIn, startLoginApp } from "../support/login-app.ts";

describe("signing in", () => {
  test("the login endpoint redirects at once, with state, nonce and S256", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const answer = await browser.send("/auth/v2/login?return_to=%2Forders%3Fpage%3D2");
    expect(answer.status).toBe(303);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const url = new URL(answer.headers.location as string);
    const query = Object.fromEntries(url.searchParams);
    expect(url.origin + url.pathname).toBe(`${app.provider.issuer}/authorize`);
    expect(query).toMatchObject({
      client_id: "web",
      response_type: "code",
      scope: "openid email profile",
      redirect_uri: "https://app.example/auth/v2/callback",
      code_challenge_method: "S256",
    });
    expect(query.nonce).toMatch(/^[\w-]{43}$/);
    expect(query.state).toMatch(/^[0-9a-z]+-[\w-]{43}$/);
    expect(query.code_challenge).toMatch(/^[\w-]{43}$/);
    expect(answer.text).toBeUndefined();
  });

  test("comes back to where it was going, with a session of the verified claims", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const answer = await signIn(app, browser, "?return_to=%2Forders%3Fpage%3D2");
    expect([answer.status, answer.headers.location]).toEqual([303, "/orders?page=2"]);
    expect(answer.headers["referrer-policy"]).toBe("no-referrer");
    expect(answer.headers["cache-control"]).toBe("no-store");
    const content = onlySession(app);
    expect(content).toMatchObject({
      provider: app.provider.issuer,
      clientId: "web",
      issuer: app.provider.issuer,
      subject: "person-1",
      sid: "session-at-provider",
      startedAt: app.clock.now,
      refreshedAt: app.clock.now,
    });
    expect(content.claims).toMatchObject({ sub: "person-1", email: "ada@example.org" });
    expect(content.tokens).toMatchObject({
      tokenType: "Bearer",
      expiresAt: app.clock.now + 300_000,
      scope: "openid email profile",
    });
    const identity = app.login.identity(content);
    expect(identity).toMatchObject({
      kind: "user",
      subject: "person-1",
      clientId: "web",
      name: "Ada Example",
    });
    expect(identity.scopes).toEqual(["openid", "email", "profile"]);
    // Nothing went wrong, and nothing is amiss.
    expect(app.log).toEqual([]);
    // Where sign-ins come back to is said once.
    await signIn(app, app.browser());
    expect(app.notices).toEqual(["login_callback"]);
  });

  test("a sign-in costs one token request beside the metadata and the keys, and those are kept", async () => {
    const app = await startLoginApp();
    await signIn(app, app.browser());
    expect(app.provider.seen.map(({ path }) => path)).toEqual([
      "/.well-known/openid-configuration",
      "/keys",
      "/authorize",
      "/token",
    ]);
    await signIn(app, app.browser());
    expect(app.provider.seen.slice(4).map(({ path }) => path)).toEqual(["/authorize", "/token"]);
  });

  test("the code goes to the token endpoint with the verifier and by client_secret_basic", async () => {
    const app = await startLoginApp({ login: { resource: "https://api.example" } });
    await signIn(app, app.browser());
    const sent = app.provider.seen.find(({ path }) => path === "/token");
    expect(sent?.headers.authorization).toMatch(/^Basic /);
    expect(sent?.form.get("redirect_uri")).toBe("https://app.example/auth/v2/callback");
    expect(sent?.form.get("resource")).toBe("https://api.example");
    expect(sent?.form.get("client_secret")).toBeNull();
  });

  test("parameters of the request are those that are configured", async () => {
    const app = await startLoginApp({
      login: {
        scopes: ["email", "offline_access"],
        prompt: "consent",
        acrValues: ["silver", "gold"],
        maxAgeSeconds: 600,
        loginHint: "ada",
        resource: ["https://one.example", "https://two.example"],
        uiLocales: ["de", "en"],
        extra: { audience: "https://api.example" },
      },
    });
    const url = new URL(await app.browser().open());
    expect(url.searchParams.getAll("resource")).toEqual(["https://one.example", "https://two.example"]);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      scope: "openid email offline_access",
      prompt: "consent",
      acr_values: "silver gold",
      max_age: "600",
      login_hint: "ada",
      ui_locales: "de en",
      audience: "https://api.example",
    });
  });

  test("the answer by a posted form brings a session, and its cookie comes along from another site", async () => {
    const app = await startLoginApp({ login: { responseMode: "form_post" } });
    const browser = app.browser();
    const url = await browser.open("?return_to=%2Fa");
    expect(new URL(url).searchParams.get("response_mode")).toBe("form_post");
    expect(browser.setCookies[0]).toMatch(/Secure; SameSite=None$/);
    const answer = await comeBack(app, browser, url);
    expect([answer.status, answer.headers.location]).toEqual([303, "/a"]);
    expect(onlySession(app).subject).toBe("person-1");
  });

  test("S01: the answer by a posted form ends the session of before, whose cookie does not come along", async () => {
    const app = await startLoginApp({ login: { responseMode: "form_post" } });
    const browser = app.browser();
    await signIn(app, browser);
    const [former] = app.sessions.live.keys();
    expect(browser.jar.get("plain-session")).toBe(former);
    const other = app.browser();
    await signIn(app, other);
    await signIn(app, browser);
    expect([...app.sessions.live.keys()]).toEqual(
      [other, browser].map(({ jar }) => jar.get("plain-session")),
    );
    expect(app.sessions.live.has(former ?? "")).toBe(false);
  });

  test("a pushed request leaves a reference in the browser, and no more", async () => {
    const app = await startLoginApp({ login: { par: true } });
    const browser = app.browser();
    const url = new URL(await browser.open());
    expect([...url.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
    expect((await comeBack(app, browser, url.href)).status).toBe(303);
  });

  test("requests are pushed where the provider demands it", async () => {
    const app = await startLoginApp({
      script: { metadata: (good) => ({ ...good, require_pushed_authorization_requests: true }) },
    });
    const url = new URL(await app.browser().open());
    expect(url.searchParams.has("request_uri")).toBe(true);
  });

  test("L05: several tabs at once all succeed, whichever finishes first, each where it was going", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const urls = [];
    for (const tab of ["one", "two", "three"]) urls.push(await browser.open(`?return_to=%2F${tab}`));
    const landed = [];
    for (const url of urls.reverse()) landed.push((await comeBack(app, browser, url)).headers.location);
    expect(landed).toEqual(["/three", "/two", "/one"]);
    expect(app.sessions.live.size).toBe(1);
    expect([...browser.jar.keys()].filter((name) => name.includes("sallyport-login"))).toEqual([]);
  });

  test("the back button on a used callback lands where the sign-in was going", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open("?return_to=%2Forders"));
    await browser.send(pathOf(location));
    const again = await browser.send(pathOf(location));
    expect([again.status, again.headers.location]).toEqual([303, "/orders"]);
    expect(app.provider.count("/token")).toBe(1);
  });

  test("an application on loopback http has cookies without a prefix, which is said nowhere else", async () => {
    const app = await startLoginApp({ settings: { publicUrl: "http://localhost:3000" } });
    const browser = app.browser();
    await browser.open();
    expect(browser.setCookies[0]).toMatch(
      /^sallyport-login-[^;]*; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
  });

  test("a session whose provider is down says so, and the log says why", async () => {
    const app = await startLoginApp();
    await app.provider.stop();
    const answer = await app.browser().send("/auth/v2/login");
    expect(answer.status).toBe(503);
    expect(answer.text).toContain("The provider cannot be asked at the moment");
    expect(lastCode(app)).toBe("provider_unavailable");
    // Behind it stands ECONNREFUSED, where the runtime says so.
    expect(app.log.at(-1)?.message).toContain("The request failed before an answer came");
  });
});
