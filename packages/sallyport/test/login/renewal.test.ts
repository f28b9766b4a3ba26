// Tokens renewed by the provider, and every answer of it that is not one of the same person's.
import { describe, expect, test } from "vitest";
import type { SessionContent } from "../../src/session/index.ts";
import { type LoginApp, onlySession, signIn, startLoginApp } from "../support/login-app.ts";
import type { BentJwt, Json } from "../support/scripted-login-provider.ts";

async function signedIn(
  options: Parameters<typeof startLoginApp>[0] = {},
): Promise<{ app: LoginApp; content: SessionContent }> {
  const app = await startLoginApp(options);
  await signIn(app, app.browser());
  app.clock.now += 240_000;
  return { app, content: onlySession(app) };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "renewed",
    ({ code }: { code: string }) => code,
  );

describe("renewal", () => {
  test("brings new tokens and the claims of the new ID token, by one request", async () => {
    const { app, content } = await signedIn();
    app.provider.script.idToken = { claims: (good) => ({ ...good, name: "Ada New", auth_time: undefined }) };
    const renewed = await app.login.renewal.renew(content);
    expect(renewed.tokens.accessToken).not.toBe(content.tokens.accessToken);
    expect(renewed.tokens.refreshToken).not.toBe(content.tokens.refreshToken);
    expect(renewed.tokens.idToken).not.toBe(content.tokens.idToken);
    expect(renewed).toMatchObject({
      subject: "person-1",
      startedAt: content.startedAt,
      refreshedAt: app.clock.now,
      claims: { name: "Ada New", auth_time: content.claims.auth_time, nonce: content.claims.nonce },
    });
    expect(renewed.tokens.expiresAt).toBe(app.clock.now + 300_000);
    const sent = app.provider.seen.filter(({ path }) => path === "/token").at(-1);
    expect(Object.fromEntries(sent?.form ?? [])).toMatchObject({ grant_type: "refresh_token" });
    expect(app.provider.count("/token")).toBe(2);
    // And again, by the tokens that came.
    app.provider.script.idToken = {};
    expect((await app.login.renewal.renew(renewed)).claims.name).toBe("Ada Example");
  });

  test("says how the person signed in here, and not of a stronger sign-in elsewhere", async () => {
    const { app, content } = await signedIn({
      script: { idToken: { claims: ({ auth_time: _, ...good }) => ({ ...good, acr: "bronze" }) } },
    });
    app.provider.script.idToken = { claims: (good) => ({ ...good, acr: "gold", amr: ["mfa"] }) };
    const renewed = await app.login.renewal.renew(content);
    expect(renewed.claims.acr).toBe("bronze");
    expect([renewed.claims.amr, renewed.claims.auth_time]).toEqual([content.claims.amr, undefined]);
  });

  test("F08: without a new refresh token, the old one stays", async () => {
    const { app, content } = await signedIn({ script: { rotate: false } });
    const renewed = await app.login.renewal.renew(content);
    expect(renewed.tokens.refreshToken).toBe(content.tokens.refreshToken);
  });

  test("F09: a wider scope than was granted is not believed", async () => {
    const { app, content } = await signedIn({
      script: {
        token: (good, form) => ({
          body: {
            ...good,
            scope: form.get("grant_type") === "refresh_token" ? "openid email admin" : "openid email profile",
          },
        }),
      },
    });
    expect(content.tokens.scope).toBe("openid email profile");
    const renewed = await app.login.renewal.renew(content);
    expect(renewed.tokens.scope).toBe("openid email");
  });

  test("without a scope in the answer, it is what was granted", async () => {
    const { app, content } = await signedIn();
    app.provider.script.token = ({ scope: _, ...good }) => ({ body: good });
    expect((await app.login.renewal.renew(content)).tokens.scope).toBe(content.tokens.scope);
  });

  test("without an ID token, who it is stays as it was", async () => {
    const { app, content } = await signedIn();
    app.provider.script.idToken = { raw: () => undefined };
    const renewed = await app.login.renewal.renew(content);
    expect(renewed.claims).toEqual(content.claims);
    expect(renewed.tokens.idToken).toBe(content.tokens.idToken);
  });

  test("without expires_in, it works, and nobody knows when it ends", async () => {
    const { app, content } = await signedIn({
      script: { token: ({ expires_in: _, ...good }) => ({ body: good }) },
    });
    expect(content.tokens.expiresAt).toBeUndefined();
    expect((await app.login.renewal.renew(content)).tokens.expiresAt).toBeUndefined();
  });

  const claims = (change: (good: Json) => Json): BentJwt => ({ claims: change });
  // The left half of SHA-256 of nothing.
  const noHash = "47DEQpj8HBSa-_TImW-5JA";
  const others: readonly { readonly name: string; readonly bent: BentJwt; readonly before?: BentJwt }[] = [
    { name: "iss is another's", bent: claims((good) => ({ ...good, iss: "https://evil.example" })) },
    { name: "sub is another person", bent: claims((good) => ({ ...good, sub: "person-2" })) },
    { name: "aud is another client", bent: claims((good) => ({ ...good, aud: "other" })) },
    { name: "aud has one more", bent: claims((good) => ({ ...good, aud: ["web", "project"], azp: "web" })) },
    {
      name: "aud has another beside this client",
      bent: claims((good) => ({ ...good, aud: ["web", "project"], azp: "web" })),
      before: claims((good) => ({ ...good, aud: ["web", "other"], azp: "web" })),
    },
    {
      name: "it has a hash of a code, of which there is none",
      bent: claims((good) => ({ ...good, c_hash: noHash })),
    },
    {
      name: "auth_time is another",
      bent: claims((good) => ({ ...good, auth_time: Number(good.auth_time) + 60 })),
    },
    { name: "the nonce is another", bent: claims((good) => ({ ...good, nonce: "another" })) },
    {
      name: "at_hash is another token's",
      bent: claims((good) => ({ ...good, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" })),
    },
    { name: "iat is missing", bent: claims(({ iat: _, ...rest }) => rest) },
    { name: "sub is missing", bent: claims(({ sub: _, ...rest }) => rest) },
    { name: "it is a logout token", bent: { header: { typ: "logout+jwt" } } },
    { name: "it is unsigned", bent: { header: { alg: "none" } } },
  ];
  test.each(others)(
    "F07: the session ends, and the tokens go back, where $name",
    async ({ bent, before = {} }) => {
      const { app, content } = await signedIn({
        login: { trustedAudiences: ["project", "other"] },
        script: { idToken: before },
      });
      app.provider.script.idToken = bent;
      expect(await codeOf(app.login.renewal.renew(content))).toBe("session_ended");
      expect(app.provider.count("/revoke")).toBe(1);
      expect(app.log.at(-1)).toMatchObject({ event: "session_not_renewed", code: "session_ended" });
    },
  );

  test("F07: the same nonce and auth_time may be there again", async () => {
    const { app, content } = await signedIn();
    app.provider.script.idToken = claims((good) => ({ ...good, nonce: content.claims.nonce }));
    expect((await app.login.renewal.renew(content)).subject).toBe("person-1");
  });

  const failures: readonly {
    readonly name: string;
    readonly answer: { status?: number; body: unknown; headers?: Record<string, string> };
    readonly code: string;
  }[] = [
    {
      name: "F05, S21: invalid_grant, also of a person who was disabled",
      answer: { status: 400, body: { error: "invalid_grant" } },
      code: "session_ended",
    },
    {
      name: "invalid_client",
      answer: { status: 401, body: { error: "invalid_client" } },
      code: "refresh_failed",
    },
    {
      name: "invalid_request",
      answer: { status: 400, body: { error: "invalid_request" } },
      code: "refresh_failed",
    },
    {
      name: "temporarily_unavailable",
      answer: { status: 400, body: { error: "temporarily_unavailable" } },
      code: "refresh_failed",
    },
    { name: "429", answer: { status: 429, body: {} }, code: "refresh_failed" },
    { name: "500", answer: { status: 500, body: "oops" }, code: "refresh_failed" },
    { name: "503", answer: { status: 503, body: "" }, code: "refresh_failed" },
    {
      name: "a page",
      answer: { body: "<html>", headers: { "content-type": "text/html" } },
      code: "refresh_failed",
    },
    { name: "JSON that is none", answer: { body: "{" }, code: "refresh_failed" },
    { name: "no access token", answer: { body: { token_type: "Bearer" } }, code: "refresh_failed" },
  ];
  test.each(failures)("after $name it is $code", async ({ answer, code }) => {
    const { app, content } = await signedIn();
    app.provider.script.token = () => answer;
    expect(await codeOf(app.login.renewal.renew(content))).toBe(code);
  });

  test("where nobody answers, it is refresh_failed", async () => {
    const { app, content } = await signedIn();
    await app.provider.stop();
    expect(await codeOf(app.login.renewal.renew(content))).toBe("refresh_failed");
  });

  test("F02: a refresh token that was used already ends the session", async () => {
    const { app, content } = await signedIn();
    await app.login.renewal.renew(content);
    expect(await codeOf(app.login.renewal.renew(content))).toBe("session_ended");
  });

  test("a new ID token that can't be checked, for want of keys, is as none: the tokens are kept", async () => {
    const { app, content } = await signedIn();
    app.provider.script.idToken = { header: { kid: "new-key" } };
    app.provider.script.keys = () => {
      throw new Error("down");
    };
    const renewed = await app.login.renewal.renew(content);
    expect(renewed.tokens.idToken).toBe(content.tokens.idToken);
    expect(renewed.tokens.refreshToken).not.toBe(content.tokens.refreshToken);
  });

  test("F10: a refresh token is sent to nobody but who gave it, for the client that it was given to", async () => {
    const { app, content } = await signedIn();
    const before = app.provider.seen.length;
    const changes: readonly Partial<SessionContent>[] = [
      { provider: "https://other.example" },
      { clientId: "other" },
      { issuer: "https://other.example" },
      { claims: { ...content.claims, iss: "https://other.example" } },
      { tokens: { ...content.tokens, refreshToken: undefined } },
    ];
    for (const change of changes) {
      expect(await codeOf(app.login.renewal.renew({ ...content, ...change }))).toBe("session_ended");
    }
    expect(app.provider.seen.length).toBe(before);
  });

  test("F11: no token and no secret is in the log or in an error, whatever went wrong", async () => {
    const { app, content } = await signedIn();
    const { accessToken, refreshToken = "", idToken } = content.tokens;
    for (const answer of [
      { status: 400, body: { error: "invalid_grant", error_description: refreshToken } },
      { status: 500, body: accessToken },
      { body: accessToken },
    ]) {
      app.provider.script.token = () => answer;
      const error = await app.login.renewal.renew(content).catch((thrown) => thrown);
      const told = JSON.stringify([
        app.log,
        error.message,
        error.stack,
        String(error.cause?.stack),
        String(error.cause?.cause?.stack),
      ]);
      for (const secret of [accessToken, refreshToken, idToken, "web-secret"])
        expect(told).not.toContain(secret);
    }
  });
});

describe("F14: tokens that are bound to a key", () => {
  test("are renewed and used with a proof of the same key", async () => {
    const { app, content } = await signedIn({ login: { dpop: true } });
    expect(content.tokens.tokenType).toBe("DPoP");
    const renewed = await app.login.renewal.renew(content);
    expect(renewed.tokens.dpopKey).toEqual(content.tokens.dpopKey);
    const proofs = app.provider.seen
      .filter(({ path }) => path === "/token")
      .map(({ headers }) =>
        JSON.parse(Buffer.from(String(headers.dpop).split(".")[0] ?? "", "base64url").toString()),
      );
    expect(proofs).toHaveLength(2);
    const { x, y } = content.tokens.dpopKey as Json;
    for (const proof of proofs)
      expect(proof).toMatchObject({ typ: "dpop+jwt", jwk: { kty: "EC", crv: "P-256", x, y } });
    const asked = app.provider.seen.find(({ path }) => path === "/authorize")?.query;
    expect(asked?.get("dpop_jkt")).toMatch(/^[\w-]{43}$/);
  });

  test("a nonce that the provider asks for is sent with the second try", async () => {
    let asked = 0;
    const { app, content } = await signedIn({ login: { dpop: true } });
    app.provider.script.beforeToken = () => {
      asked += 1;
      return asked === 1
        ? { status: 400, headers: { "dpop-nonce": "fresh" }, body: { error: "use_dpop_nonce" } }
        : undefined;
    };
    const before = app.provider.count("/token");
    expect(await codeOf(app.login.renewal.renew(content))).toBe("renewed");
    expect(app.provider.count("/token") - before).toBe(2);
    const proof = app.provider.seen.filter(({ path }) => path === "/token").at(-1)?.headers.dpop;
    const payload = JSON.parse(Buffer.from(String(proof).split(".")[1] ?? "", "base64url").toString());
    expect(payload.nonce).toBe("fresh");
  });

  test("an answer that is not bound is refused, and the tokens of one that should not be as well", async () => {
    const bound = await startLoginApp({
      login: { dpop: true },
      script: { token: (good) => ({ body: { ...good, token_type: "Bearer" } }) },
    });
    expect((await signIn(bound, bound.browser())).status).toBe(400);
    const plain = await startLoginApp({
      script: { token: (good) => ({ body: { ...good, token_type: "DPoP" } }) },
    });
    expect((await signIn(plain, plain.browser())).status).toBe(400);
    expect([bound.sessions.live.size, plain.sessions.live.size]).toEqual([0, 0]);
  });
});

describe("giving tokens back", () => {
  test("never rejects, and says in the log what went wrong", async () => {
    const { app, content } = await signedIn();
    await app.provider.stop();
    await expect(app.login.renewal.discard(content)).resolves.toBeUndefined();
    expect(app.log.at(-1)?.event).toBe("revocation_failed");
  });

  test("is the access token where there is no refresh token, and nothing where the provider takes none back", async () => {
    const { app, content } = await signedIn();
    await app.login.renewal.discard({ ...content, tokens: { ...content.tokens, refreshToken: undefined } });
    const sent = app.provider.seen.find(({ path }) => path === "/revoke");
    expect(sent?.form.get("token")).toBe(content.tokens.accessToken);
    const other = await signedIn({ script: { metadata: ({ revocation_endpoint: _, ...rest }) => rest } });
    await other.app.login.renewal.discard(other.content);
    expect(other.app.provider.count("/revoke")).toBe(0);
    expect(other.app.log).toEqual([]);
  });
});
