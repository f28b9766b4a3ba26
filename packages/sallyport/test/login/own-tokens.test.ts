// Tokens for the application itself, and signing in on another device.
import { describe, expect, test } from "vitest";
import { listen } from "../support/listen.ts";
import { startLoginApp } from "../support/login-app.ts";

describe("tokenSource", () => {
  test("asks once for many, and again shortly before the token expires", async () => {
    const app = await startLoginApp();
    const source = app.login.tokenSource({
      scopes: ["orders:read"],
      resource: "https://api.example",
      extra: { audience: "orders" },
    });
    const tokens = await Promise.all(Array.from({ length: 50 }, () => source.token()));
    expect(new Set(tokens).size).toBe(1);
    expect(app.provider.count("/token")).toBe(1);
    expect(
      Object.fromEntries(app.provider.seen.find(({ path }) => path === "/token")?.form ?? []),
    ).toMatchObject({
      grant_type: "client_credentials",
      scope: "orders:read",
      resource: "https://api.example",
      audience: "orders",
    });
    app.clock.now += 269_000;
    expect(await source.token()).toBe(tokens[0]);
    app.clock.now += 1_000;
    expect(await source.token()).not.toBe(tokens[0]);
    expect(app.provider.count("/token")).toBe(2);
  });

  test("a token that lives for a moment is used for half of it; one of unknown life for a minute", async () => {
    for (const [expiresIn, seconds] of [
      [10, 5],
      [undefined, 30],
    ] as const) {
      const app = await startLoginApp({
        script: { token: (good) => ({ body: { ...good, expires_in: expiresIn } }) },
      });
      const source = app.login.tokenSource();
      const first = await source.token();
      app.clock.now += seconds * 1000 - 1;
      expect(await source.token()).toBe(first);
      app.clock.now += 1;
      expect(await source.token()).not.toBe(first);
    }
  });

  test("a failure is told, is asked again after a second, and never kept as a token", async () => {
    const app = await startLoginApp({ script: { beforeToken: () => ({ status: 503, body: {} }) } });
    const source = app.login.tokenSource();
    for (let index = 0; index < 5; index += 1) {
      await expect(source.token()).rejects.toMatchObject({ code: "provider_unavailable" });
    }
    expect(app.provider.count("/token")).toBe(1);
    delete app.provider.script.beforeToken;
    app.clock.now += 1_000;
    expect(await source.token()).toMatch(/^access-/);
  });

  test("its fetch carries the token, and gets a new one where it is refused", async () => {
    const app = await startLoginApp();
    const heard: (string | undefined)[] = [];
    const api = await listen((request, response) => {
      heard.push(request.headers.authorization);
      response.writeHead(heard.length === 1 ? 401 : 200).end("done");
    });
    const source = app.login.tokenSource();
    await source.token();
    app.clock.now += 30_000;
    const answer = await source.fetch(`http://127.0.0.1:${api.port}/a`, { headers: { "x-own": "1" } });
    await api.close();
    expect([answer.status, await answer.text()]).toEqual([200, "done"]);
    expect(heard).toHaveLength(2);
    expect(heard[0]).toMatch(/^Bearer access-/);
    expect(heard[1]).not.toBe(heard[0]);
  });

  test("an API that refuses whatever comes does not cost a token each time", async () => {
    const app = await startLoginApp();
    const api = await listen((_request, response) => response.writeHead(401).end());
    const source = app.login.tokenSource();
    for (let time = 0; time < 5; time += 1) {
      expect((await source.fetch(`http://127.0.0.1:${api.port}/a`)).status).toBe(401);
    }
    await api.close();
    expect(app.provider.count("/token")).toBe(1);
  });

  test("who asks a minute later does not wait for a request that was ended with its work", async () => {
    const app = await startLoginApp();
    const source = app.login.tokenSource();
    await app.login.ready();
    let isLost = true;
    app.provider.script.beforeToken = () => (isLost ? new Promise<never>(() => {}) : undefined) as never;
    void source.token().catch(() => {});
    await expect.poll(() => app.provider.count("/token")).toBe(1);
    isLost = false;
    app.clock.now += 60_001;
    expect(await source.token()).toMatch(/^access-/);
  });

  test("what is not refused is not asked for again, whatever it is", async () => {
    const app = await startLoginApp();
    let heard = 0;
    const api = await listen((_request, response) => {
      heard += 1;
      response.writeHead(heard === 1 ? 200 : 403).end();
    });
    const { fetch, token } = app.login.tokenSource();
    await token();
    // Old enough for another, were it refused.
    app.clock.now += 30_000;
    const statuses = [];
    for (let time = 0; time < 2; time += 1)
      statuses.push((await fetch(`http://127.0.0.1:${api.port}/`)).status);
    await api.close();
    expect([statuses, heard, app.provider.count("/token")]).toEqual([[200, 403], 2, 1]);
  });

  test("a request with a body is sent once, refused or not", async () => {
    const app = await startLoginApp();
    let heard = 0;
    const api = await listen((request, response) => {
      heard += 1;
      request.resume();
      response.writeHead(401).end();
    });
    const { fetch, token } = app.login.tokenSource();
    await token();
    app.clock.now += 30_000;
    expect((await fetch(`http://127.0.0.1:${api.port}/a`, { method: "POST", body: "once" })).status).toBe(
      401,
    );
    await api.close();
    expect([heard, app.provider.count("/token")]).toEqual([1, 1]);
  });

  test("takes an issuer that there is, and texts", async () => {
    const app = await startLoginApp();
    expect(() => app.login.tokenSource({ issuer: "https://other.example" })).toThrow(/`issuer`/);
    for (const wrong of [{ scopes: "a b" }, { scopes: [1] }, { extra: "a" }, { extra: { a: 1 } }]) {
      expect(() => app.login.tokenSource(wrong as never)).toThrow(/^tokenSource: `(scopes|extra)` takes/);
    }
    expect(() => app.login.tokenSource({ issuer: app.provider.issuer })).not.toThrow();
  });
});

describe("a sign-in on another device (RFC 8628)", () => {
  test("waits as it is told, slows down for good, and ends with who signed in", async () => {
    const app = await startLoginApp();
    const device = await app.login.deviceLogin({ scopes: ["offline_access"] });
    expect(device).toMatchObject({
      userCode: "ABCD-EFGH",
      verificationUri: `${app.provider.issuer}/activate`,
      intervalSeconds: 5,
      expiresAt: app.clock.now + 600_000,
    });
    const asked = app.provider.seen.find(({ path }) => path === "/device")?.form;
    expect(asked?.get("scope")).toBe("openid offline_access");
    const refuse = (error: string, status = 400) => {
      app.provider.script.beforeToken = () => ({ status, body: { error } });
    };
    refuse("authorization_pending");
    expect(await device.poll()).toEqual({ status: "pending", intervalSeconds: 5 });
    refuse("slow_down");
    expect(await device.poll()).toEqual({ status: "pending", intervalSeconds: 10 });
    refuse("authorization_pending");
    expect(await device.poll()).toEqual({ status: "pending", intervalSeconds: 10 });
    refuse("server_error", 503);
    expect(await device.poll()).toEqual({ status: "pending", intervalSeconds: 20 });
    delete app.provider.script.beforeToken;
    const done = await device.poll();
    expect(done).toMatchObject({ status: "done", content: { subject: "person-1", clientId: "web" } });
  });

  test.each([
    ["access_denied", { status: "denied" }],
    ["expired_token", { status: "expired" }],
  ] as const)("%s ends it", async (error, outcome) => {
    const app = await startLoginApp({ script: { beforeToken: () => ({ status: 400, body: { error } }) } });
    expect(await (await app.login.deviceLogin()).poll()).toEqual(outcome);
  });

  test("any other error ends it, and after its time nobody is asked", async () => {
    const app = await startLoginApp({
      script: { beforeToken: () => ({ status: 400, body: { error: "invalid_grant" } }) },
    });
    const device = await app.login.deviceLogin();
    await expect(device.poll()).rejects.toMatchObject({ code: "login_refused" });
    app.clock.now += 600_000;
    expect(await device.poll()).toEqual({ status: "expired" });
    expect(app.provider.count("/token")).toBe(1);
  });

  test("its ID token is judged like any other, and may have no nonce", async () => {
    const app = await startLoginApp();
    const device = await app.login.deviceLogin();
    for (const claims of [{ nonce: "a" }, { aud: "other" }, { iss: "https://evil.example" }]) {
      app.provider.script.idToken = { claims: (good) => ({ ...good, ...claims }) };
      await expect(device.poll()).rejects.toMatchObject({ code: "invalid_id_token" });
    }
  });

  test("how people have to sign in holds here as well", async () => {
    const app = await startLoginApp({ login: { acrValues: ["mfa"], maxAgeSeconds: 300 } });
    const device = await app.login.deviceLogin();
    const asked = app.provider.seen.find(({ path }) => path === "/device")?.form;
    expect([asked?.get("acr_values"), asked?.get("max_age")]).toEqual(["mfa", "300"]);
    const now = Math.floor(app.clock.now / 1000);
    for (const claims of [
      { acr: "pwd", auth_time: now },
      { acr: "mfa", auth_time: now - 1000 },
    ]) {
      app.provider.script.idToken = { claims: (good) => ({ ...good, ...claims }) };
      await expect(device.poll()).rejects.toMatchObject({ code: "invalid_id_token" });
    }
    app.provider.script.idToken = { claims: (good) => ({ ...good, acr: "mfa", auth_time: now }) };
    expect(await device.poll()).toMatchObject({ status: "done" });
  });

  test("a provider without such an endpoint can't be asked", async () => {
    const app = await startLoginApp({
      script: { metadata: ({ device_authorization_endpoint: _, ...good }) => good },
    });
    await expect(app.login.deviceLogin()).rejects.toMatchObject({ code: "provider_unavailable" });
  });
});
