// `login.identity: "access_token"`: who it is by the token for this API, bound to a key or not.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { lastCode, onlySession, signIn, startLoginApp } from "../support/login-app.ts";
import type { Json } from "../support/scripted-login-provider.ts";

describe("an identity of the access token", () => {
  const accessToken = (app: Awaited<ReturnType<typeof startLoginApp>>, changes: Json = {}) => {
    const seconds = Math.floor(app.clock.now / 1000);
    return app.provider.jwt(
      {
        iss: app.provider.issuer,
        sub: "person-1",
        aud: "my-api",
        client_id: "web",
        jti: "1",
        iat: seconds,
        exp: seconds + 300,
        scope: "openid",
        roles: ["Admin"],
        ...changes,
      },
      { header: { typ: "at+jwt" } },
    );
  };
  type App = Awaited<ReturnType<typeof startLoginApp>>;
  /** The provider's next access tokens say so. */
  const says = (app: App, changes?: Json) => {
    app.provider.script.token = (good) => ({ body: { ...good, access_token: accessToken(app, changes) } });
  };
  const start = () =>
    startLoginApp({ verifier: { audience: "my-api" }, login: { identity: "access_token" } });
  const signedInBy = async (changes?: Json) => {
    const app = await start();
    app.provider.script.idToken = { claims: ({ at_hash: _, ...good }) => good };
    says(app, changes);
    expect((await signIn(app, app.browser())).status).toBe(303);
    return app;
  };

  test("has its roles", async () => {
    const app = await signedInBy();
    expect(app.login.identity(onlySession(app))).toMatchObject({
      kind: "user",
      subject: "person-1",
      roles: ["Admin"],
    });
    says(app, { roles: [] });
    expect((await app.login.renewal.renew(onlySession(app))).claims.roles).toEqual([]);
  });

  test("is all of it: what only the token before said is gone", async () => {
    const app = await signedInBy({ acr: "gold" });
    expect(onlySession(app).claims.acr).toBe("gold");
    says(app);
    expect((await app.login.renewal.renew(onlySession(app))).claims.acr).toBeUndefined();
  });

  test("is of the sign-in that began the session, whatever happened at the provider since", async () => {
    const app = await signedInBy({ acr: "bronze" });
    const renewed = await app.login.renewal.renew(onlySession(app));
    expect(renewed.claims.acr).toBe("bronze");
    says(app, { acr: "gold", amr: ["mfa"], auth_time: app.clock.now / 1000 });
    const { claims } = await app.login.renewal.renew(renewed);
    expect([claims.acr, claims.amr, claims.auth_time]).toEqual([undefined, undefined, undefined]);
  });

  test("stays what it was where the new access token can't be judged: the tokens are kept", async () => {
    let down = false;
    const app = await startLoginApp({
      verifier: { audience: "my-api" },
      login: { identity: "access_token" },
      script: {
        keys: (good) => {
          if (down) throw new Error("down");
          return good;
        },
      },
    });
    app.provider.script.idToken = { claims: ({ at_hash: _, ...good }) => good };
    app.provider.script.token = (good) => ({ body: { ...good, access_token: accessToken(app) } });
    await signIn(app, app.browser());
    const before = onlySession(app);
    down = true;
    const unjudged = accessToken(app).replace(/^[^.]+/, () =>
      Buffer.from(JSON.stringify({ alg: "RS256", typ: "at+jwt", kid: "new-key" })).toString("base64url"),
    );
    app.provider.script.token = (good) => ({ body: { ...good, access_token: unjudged } });
    const renewed = await app.login.renewal.renew(before);
    expect(renewed.claims).toEqual(before.claims);
    expect(renewed.tokens.refreshToken).not.toBe(before.tokens.refreshToken);
    expect(app.provider.count("/revoke")).toBe(0);
  });

  test("is not asked for where the ID token's is: the access token may be for another API, and opaque", async () => {
    const app = await startLoginApp({ verifier: { audience: "my-api" } });
    expect((await signIn(app, app.browser())).status).toBe(303);
    expect(onlySession(app).claims.name).toBe("Ada Example");
  });

  const thumbprint = ({ x, y }: Record<string, unknown>) =>
    createHash("sha256")
      .update(JSON.stringify({ crv: "P-256", kty: "EC", x, y }))
      .digest("base64url");
  const keyOf = (proof: unknown) =>
    JSON.parse(Buffer.from(String(proof).split(".")[0] ?? "", "base64url").toString()).jwk;

  test.each([
    ["off", undefined],
    ["accepted", "accepted"],
    ["required", "required"],
  ] as const)(
    "bound to the session's own key is taken, where bearers' own proofs are %s",
    async (_, dpop) => {
      const app = await startLoginApp({
        verifier: {
          audience: "my-api",
          ...(dpop && { publicUrl: "https://app.example", dpop }),
        },
        login: { identity: "access_token", dpop: true },
      });
      app.provider.script.idToken = { claims: ({ at_hash: _gone, ...good }) => good };
      let bound = (jkt: string): Json => ({ cnf: { jkt } });
      app.provider.script.token = (good) => {
        const proof = app.provider.seen.findLast(({ path }) => path === "/token")?.headers.dpop;
        return { body: { ...good, access_token: accessToken(app, bound(thumbprint(keyOf(proof)))) } };
      };
      expect((await signIn(app, app.browser())).status).toBe(303);
      const content = onlySession(app);
      expect(app.login.identity(content).roles).toEqual(["Admin"]);
      expect((await app.login.renewal.renew(content)).claims.roles).toEqual(["Admin"]);
      for (const wrong of [{}, { cnf: { jkt: "A".repeat(43) } }, { cnf: { unknown: "way" } }]) {
        bound = () => wrong;
        expect((await signIn(app, app.browser())).status).toBeGreaterThanOrEqual(400);
        expect(lastCode(app)).toBe("invalid_id_token");
      }
      expect(app.sessions.live.size).toBe(1);
    },
  );

  test("bound to a key that the session has not is refused", async () => {
    const app = await start();
    app.provider.script.idToken = { claims: ({ at_hash: _gone, ...good }) => good };
    const cnf = { jkt: "A".repeat(43) };
    app.provider.script.token = (good) => ({ body: { ...good, access_token: accessToken(app, { cnf }) } });
    expect((await signIn(app, app.browser())).status).toBeGreaterThanOrEqual(400);
    expect([lastCode(app), app.sessions.live.size]).toEqual(["invalid_id_token", 0]);
  });

  test.each([
    ["another person", { sub: "person-2" }],
    ["another API", { aud: "other-api" }],
  ] as const)("of %s is refused", async (_, changes) => {
    const app = await start();
    app.provider.script.idToken = { claims: ({ at_hash: _gone, ...good }) => good };
    app.provider.script.token = (good) => ({ body: { ...good, access_token: accessToken(app, changes) } });
    expect((await signIn(app, app.browser())).status).toBeGreaterThanOrEqual(400);
    expect(app.sessions.live.size).toBe(0);
  });
});
