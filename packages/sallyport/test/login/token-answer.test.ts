// Token answers that are not quite one, and who we are to the provider.
import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { lastCode, onlySession, signIn, startLoginApp } from "../support/login-app.ts";
import type { Bent, Json } from "../support/scripted-login-provider.ts";

const huge = (good: Json): Bent => ({ body: { ...good, filler: "a".repeat(300_000) } });

describe("L35: a token answer is dropped", () => {
  const rows: readonly {
    readonly name: string;
    readonly answer: (good: Json) => Bent;
    readonly code: string;
  }[] = [
    {
      name: "200 with an error",
      answer: (good) => ({ body: { ...good, error: "invalid_grant" } }),
      code: "login_refused",
    },
    {
      name: "200 with nothing but an error",
      answer: () => ({ body: { error: "server_error" } }),
      code: "provider_unavailable",
    },
    {
      name: "token_type mac",
      answer: (good) => ({ body: { ...good, token_type: "mac" } }),
      code: "provider_unavailable",
    },
    {
      name: "token_type missing",
      answer: ({ token_type: _, ...good }) => ({ body: good }),
      code: "provider_unavailable",
    },
    {
      name: "a page",
      answer: () => ({ headers: { "content-type": "text/html" }, body: "<html></html>" }),
      code: "provider_unavailable",
    },
    { name: "a list", answer: (good) => ({ body: [good] }), code: "provider_unavailable" },
    { name: "null", answer: () => ({ body: "null" }), code: "provider_unavailable" },
    { name: "an empty body", answer: () => ({ body: "" }), code: "provider_unavailable" },
    { name: "more than 256 KB", answer: huge, code: "provider_unavailable" },
    {
      name: "no access token",
      answer: ({ access_token: _, ...good }) => ({ body: good }),
      code: "provider_unavailable",
    },
    {
      name: "an access token that is a number",
      answer: (good) => ({ body: { ...good, access_token: 7 } }),
      code: "provider_unavailable",
    },
    {
      name: "an access token that would be two headers",
      answer: (good) => ({ body: { ...good, access_token: "a\r\nx: y" } }),
      code: "login_refused",
    },
    {
      name: "a refresh token that is an object",
      answer: (good) => ({ body: { ...good, refresh_token: {} } }),
      code: "provider_unavailable",
    },
    {
      name: "a scope that is a list",
      answer: (good) => ({ body: { ...good, scope: ["openid"] } }),
      code: "provider_unavailable",
    },
    {
      name: "a redirect",
      answer: () => ({ status: 302, headers: { location: "https://evil.example" }, body: "" }),
      code: "provider_unavailable",
    },
    { name: "201", answer: (good) => ({ status: 201, body: good }), code: "provider_unavailable" },
  ];
  test.each(rows)("$name", async ({ answer, code }) => {
    const app = await startLoginApp({ script: { token: answer } });
    expect((await signIn(app, app.browser())).status).toBe(code === "provider_unavailable" ? 503 : 400);
    expect([lastCode(app), app.sessions.live.size]).toEqual([code, 0]);
  });
});

describe("L35: a token answer is taken", () => {
  const bearer: readonly string[] = ["bearer", "BEARER", "bEARER"];
  test.each(bearer)("with token_type %s", async (type) => {
    const app = await startLoginApp({
      script: { token: (good) => ({ body: { ...good, token_type: type } }) },
    });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(onlySession(app).tokens.tokenType).toBe("Bearer");
  });

  const lifetimes: readonly (readonly [string, string, number | undefined])[] = [
    ["missing", "", undefined],
    ["null", '"expires_in":null', undefined],
    ["a text", '"expires_in":"300"', 300],
    ["a text that is no number", '"expires_in":"soon"', undefined],
    ["negative", '"expires_in":-1', undefined],
    ["zero", '"expires_in":0', undefined],
    ["1e400", '"expires_in":1e400', undefined],
    ["a hundred years", '"expires_in":3153600000', undefined],
    ["half a second more", '"expires_in":300.5', 300.5],
  ];
  test.each(lifetimes)("with expires_in %s", async (_, member, seconds) => {
    const app = await startLoginApp({
      script: {
        token: ({ expires_in: _gone, ...good }) => {
          const text = JSON.stringify(good);
          return { body: member === "" ? text : `${text.slice(0, -1)},${member}}` };
        },
      },
    });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(onlySession(app).tokens.expiresAt).toBe(
      seconds === undefined ? undefined : app.clock.now + seconds * 1000,
    );
  });

  test("without a scope, what was asked for is what was granted", async () => {
    const app = await startLoginApp({ script: { token: ({ scope: _, ...good }) => ({ body: good }) } });
    await signIn(app, app.browser());
    expect(onlySession(app).tokens.scope).toBe("openid email profile");
  });
});

describe("who we are to the provider", () => {
  const sent = (app: Awaited<ReturnType<typeof startLoginApp>>) =>
    app.provider.seen.filter(({ path }) => path === "/token");

  test("L45: a secret with any characters is form-encoded before it becomes Basic", async () => {
    const secret = "a:b%c+d/e f&g=h?ü€\u{1f600}";
    const app = await startLoginApp({ client: { clientSecret: secret } });
    expect((await signIn(app, app.browser())).status).toBe(303);
    const [, basic = ""] = (sent(app)[0]?.headers.authorization ?? "").split(" ");
    const [id, encoded = ""] = Buffer.from(basic, "base64").toString("latin1").split(":");
    expect(id).toBe("web");
    expect(encoded).toMatch(/^[A-Za-z0-9%+*._-]+$/);
    expect(new URLSearchParams(`s=${encoded}`).get("s")).toBe(secret);
  });

  test("client_secret_post where it is configured, or all that is offered", async () => {
    for (const options of [
      { login: { authMethod: "client_secret_post" } as const },
      {
        script: {
          metadata: (good: Json) => ({
            ...good,
            token_endpoint_auth_methods_supported: ["client_secret_post"],
          }),
        },
      },
    ]) {
      const app = await startLoginApp(options);
      expect((await signIn(app, app.browser())).status).toBe(303);
      expect(sent(app)[0]?.headers.authorization).toBeUndefined();
      expect(sent(app)[0]?.form.get("client_secret")).toMatch(/^web-secret/);
    }
  });

  test("none: a client without a secret says its name, and has PKCE", async () => {
    const app = await startLoginApp({ client: { clientSecret: undefined } as never });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(sent(app)[0]?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(sent(app)[0]?.form ?? [])).toMatchObject({
      client_id: "web",
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test("private_key_jwt: an assertion for the issuer, of the configured key, a short while", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: "own-1", alg: "ES256" };
    const app = await startLoginApp({
      client: { clientSecret: undefined } as never,
      login: { privateKey: jwk },
    });
    app.clock.now += 3_600_000;
    expect((await signIn(app, app.browser())).status).toBe(303);
    const form = sent(app)[0]?.form;
    expect(form?.get("client_assertion_type")).toBe("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const [header, payload] = (form?.get("client_assertion") ?? "")
      .split(".")
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    expect(header).toMatchObject({ alg: "ES256", kid: "own-1" });
    expect(payload).toMatchObject({ iss: "web", sub: "web", aud: app.provider.issuer });
    // Dated by the application's clock.
    expect(Math.abs(payload.iat - app.clock.now / 1000)).toBeLessThan(5);
    expect(payload.exp - payload.iat).toBeLessThanOrEqual(300);
  });

  test("a client certificate: the provider's endpoints for those, and no secret", async () => {
    const app = await startLoginApp({
      client: { clientSecret: undefined } as never,
      login: { authMethod: "tls_client_auth" },
      script: {
        metadata: (good) => ({
          ...good,
          token_endpoint: `${good.issuer}/elsewhere`,
          mtls_endpoint_aliases: { token_endpoint: `${good.issuer}/token` },
        }),
      },
    });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(app.provider.count("/elsewhere")).toBe(0);
    expect(sent(app)[0]?.headers.authorization).toBeUndefined();
    expect(sent(app)[0]?.form.get("client_id")).toBe("web");
    expect(sent(app)[0]?.form.has("client_secret")).toBe(false);
  });

  test("two secrets: the other is tried once where the first is refused, and stays in use", async () => {
    const app = await startLoginApp({
      client: { clientSecret: ["new-secret", "old-secret"] },
      script: { refusedSecrets: ["new-secret"] },
    });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(sent(app)).toHaveLength(2);
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(sent(app)).toHaveLength(3);
    app.provider.script.refusedSecrets = ["old-secret"];
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(sent(app)).toHaveLength(5);
  });

  test("two secrets: requests at the same time agree on the one that was taken", async () => {
    const app = await startLoginApp({
      client: { clientSecret: ["new-secret", "old-secret"] },
      script: { refusedSecrets: ["new-secret"] },
    });
    await app.login.ready();
    await Promise.all([signIn(app, app.browser()), signIn(app, app.browser())]);
    const before = sent(app).length;
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(sent(app)).toHaveLength(before + 1);
  });

  test("two secrets: the other is not tried for what no secret mends", async () => {
    const app = await startLoginApp({
      client: { clientSecret: ["new-secret", "old-secret"] },
      script: { beforeToken: () => ({ status: 400, body: { error: "invalid_grant" } }) },
    });
    expect((await signIn(app, app.browser())).status).toBe(400);
    expect(sent(app)).toHaveLength(1);
  });

  test("a secret goes into the header where the metadata does not say where", async () => {
    const app = await startLoginApp({
      script: { metadata: ({ token_endpoint_auth_methods_supported: _, ...good }) => good },
    });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(sent(app)[0]?.headers.authorization).toMatch(/^Basic /);
    expect(sent(app)[0]?.form.has("client_secret")).toBe(false);
  });

  test.each(["tls_client_auth", "self_signed_tls_client_auth"] as const)(
    "by %s the request says the client's id and no more: the certificate is the secret",
    async (authMethod) => {
      const app = await startLoginApp({
        client: { clientSecret: undefined } as never,
        login: { authMethod },
      });
      expect((await signIn(app, app.browser())).status).toBe(303);
      expect(sent(app)[0]?.headers.authorization).toBeUndefined();
      expect(sent(app)[0]?.form.get("client_id")).toBe("web");
      expect(sent(app)[0]?.form.has("client_secret")).toBe(false);
    },
  );

  test("a wrong secret: the page says that the application is at fault, and the log which options to compare", async () => {
    const app = await startLoginApp({
      client: { clientSecret: ["one-secret", "two-secret"] },
      script: { refusedSecrets: ["one-secret", "two-secret"] },
    });
    const answer = await signIn(app, app.browser());
    expect([answer.status, lastCode(app), sent(app).length]).toEqual([503, "provider_refused_client", 2]);
    expect(answer.text).toContain("The provider does not accept this application");
    expect(app.log.at(-1)?.message).toMatch(/clientId, clientSecret and authMethod/);
    expect(JSON.stringify(app.log)).not.toMatch(/one-secret|two-secret|secret words/);
  });

  test("the age of the secret in use is told, and warned of once after 90 days", async () => {
    const since = new Date(Date.now() - 91 * 86_400_000).toISOString().slice(0, 10);
    const app = await startLoginApp({ client: { clientSecret: [{ secret: "aged-secret", since }] } });
    expect(app.login.secretAges()).toEqual([{ issuer: app.provider.issuer, days: 91 }]);
    await signIn(app, app.browser());
    await signIn(app, app.browser());
    expect(app.log.filter(({ event }) => event === "client_secret_old")).toHaveLength(1);
    const young = await startLoginApp({
      client: { clientSecret: [{ secret: "young", since: new Date().toISOString().slice(0, 10) }] },
    });
    await signIn(young, young.browser());
    expect(young.log.filter(({ event }) => event === "client_secret_old")).toEqual([]);
    expect((await startLoginApp()).login.secretAges()).toEqual([]);
  });

  test("the verifier's hash is the challenge, and the verifier is nowhere in the browser", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const url = await browser.open();
    const cookies = JSON.stringify([...browser.jar]);
    const { location = "" } = await app.provider.visit(url);
    await browser.send(new URL(location).pathname + new URL(location).search);
    const verifier = sent(app)[0]?.form.get("code_verifier") as string;
    expect(new URL(url).searchParams.get("code_challenge")).toBe(
      createHash("sha256").update(verifier).digest("base64url"),
    );
    expect(`${url}${cookies}${location}`).not.toContain(verifier);
  });
});
