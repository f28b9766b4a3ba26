// People who sign in, stay signed in and sign out, and strangers who say they did.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SallyportDeps } from "../../../src/sallyport.ts";
import { createMemorySessionStore } from "../../../src/stores/memory.ts";
import { canary } from "./ears.ts";
import { type BrowserRequest, navigation, target } from "./people-browser.ts";
import { clientSecret, type OwnOptions, type PeopleScene, personal, startPeople } from "./people-scene.ts";
import { ears } from "./scene.ts";

const minute = 60_000;

describe("people who sign in: the session's whole life, and nobody else hears of it", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: canary("kid") };
  const ways: [string, OwnOptions][] = [
    ["with a secret in the header", {}],
    ["with a secret in the form", { login: { authMethod: "client_secret_post" } }],
    [
      "with the second of two secrets, the first of old age",
      {
        clientSecret: [
          { secret: `${canary("oldsecret")}-1`, since: "2020-01-01" },
          { secret: clientSecret, since: "2020-01-01" },
        ],
      },
    ],
    ["with a private key", { clientSecret: undefined, login: { privateKey: jwk } }],
    ["by a form that the browser posts", { login: { responseMode: "form_post" } }],
    ["by a pushed request, with tokens that are bound to a key", { login: { par: true, dpop: true } }],
  ];
  const rows = ways.flatMap(([what, options]) =>
    ["cookie", "store"].map((kind) => [what, kind, options] as const),
  );
  test.each(rows)("%s; in a %s", async (what, kind, options) => {
    ears.hide(jwk.d ?? "");
    const scene = await startPeople({
      script: { refusedSecrets: [`${canary("oldsecret")}-1`] },
      options,
      ...(kind === "store" && { deps: { sessionStore: createMemorySessionStore() } }),
    });
    const { provider, clock } = scene;
    const browser = scene.browser();
    await scene.auth.ready();

    expect((await browser.send(target)).location).toMatch(/^\/auth\/v2\/login\?return_to=/);
    const back = await browser.signIn();
    expect(back, what).toMatchObject({ status: 303, location: target });
    expect((await browser.send(target)).status).toBe(200);
    expect((await browser.send(target)).status).toBe(200);

    const session = await browser.send("/auth/v2/session", { own: true });
    expect(session.text).toContain(canary("name"));
    const userinfo = await browser.send("/auth/v2/userinfo", { own: true });
    expect(userinfo.text).toContain(personal.email);
    expect((await browser.send("/admin", { headers: {} })).status).toBe(403);
    expect((await browser.send("/gold")).location).toContain("acr_values=gold");
    expect((await browser.send("/gold", { headers: {} })).status).toBe(401);

    clock.now += 6 * minute;
    expect((await browser.send(target)).status).toBe(200);
    expect(provider.seen.filter(({ form }) => form.get("grant_type") === "refresh_token").length).toBe(
      // The secret that was taken last is tried first.
      1,
    );

    const out = await browser.send("/auth/v2/logout", { method: "POST", form: {} });
    expect(out.location).toContain("/end-session?");
    expect((await browser.send("/me", { headers: {} })).status).toBe(401);
    await scene.end();
    expect(provider.count("/revoke")).toBeGreaterThan(0);
    expect(ears.codes).toContain("login_required");
    expect(ears.codes).toContain("insufficient_user_authentication");
    expect(ears.leaks()).toEqual([]);
  });
});

describe("who is signed in, judged by the application's own code", () => {
  const throwing = (what: unknown): never => {
    throw new Error(`cannot take ${JSON.stringify(what)}`);
  };
  const schema = (validate: (value: unknown) => unknown) =>
    ({ claims: { "~standard": { version: 1, vendor: "own", validate } } }) as unknown as SallyportDeps;
  const issues = (value: unknown) => ({
    issues: [{ message: JSON.stringify(value), path: [canary("path")] }],
  });
  test.each<[string, SallyportDeps, string]>([
    ["a schema that throws", schema(throwing), "invalid_token"],
    ["a schema that rejects", schema(async (value) => throwing(value)), "invalid_token"],
    ["a schema whose issues repeat the claims", schema(issues), "invalid_token"],
    ["isRevoked says yes", { isRevoked: () => true }, "token_revoked"],
    [
      "isRevoked answers with an object",
      { isRevoked: ((all: unknown) => ({ all })) as never },
      "revocation_unavailable",
    ],
  ])("%s", async (_, deps, code) => {
    const scene = await startPeople({ deps });
    const browser = scene.browser();
    await browser.signIn();
    for (const headers of [navigation, {}])
      expect((await browser.send(target, { headers })).status).toBeGreaterThanOrEqual(400);
    await scene.end();
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });

  test("an access token that the identity is to be made of, and that is none for this API", async () => {
    const scene = await startPeople({ options: { login: { identity: "access_token" } } });
    expect((await scene.browser().signIn()).status).toBeGreaterThanOrEqual(400);
    await scene.end();
    expect([...ears.codes]).toContain("invalid_id_token");
    expect(ears.leaks()).toEqual([]);
  });
});

describe("strangers", () => {
  const loose = (extra: Record<string, string> = {}) => ({ accept: "application/json", ...extra });
  const rows: [string, (scene: PeopleScene) => readonly [string, BrowserRequest?][], string][] = [
    ["without a cookie", () => [["/me", { headers: loose() }]], "login_required"],
    [
      "with a cookie of words",
      () => [
        ["/me", { headers: loose(), cookie: `__Host-session=${canary("cookie")}` }],
        [target, { cookie: `__Host-session=${canary("cookie")}; __Host-session.1=${canary("chunk")}` }],
        ["/anyone", { cookie: `__Host-session=${canary("cookie")}` }],
        ["/auth/v2/session", { cookie: `__Host-session=${canary("cookie")}` }],
        ["/auth/v2/userinfo", { cookie: `__Host-session=${canary("cookie")}` }],
        ["/auth/v2/logout", { method: "POST", form: {}, cookie: `__Host-session=${canary("cookie")}` }],
      ],
      "session_ended",
    ],
    [
      "with a callback of their own",
      () => [
        [`/auth/v2/callback?code=${canary("code")}&state=${canary("state")}&iss=${canary("iss")}`],
        [`/auth/v2/callback?error=${canary("error")}&error_description=${canary("description")}`],
        [`/auth/v2/callback?state=a&state=${canary("state")}`, { headers: loose() }],
        [
          `/auth/v2/callback?code=x&state=sjadb1-${"s".repeat(43)}`,
          { cookie: `__Host-sallyport-login-sjadb1-${"s".repeat(12)}=${canary("transaction")}` },
        ],
      ],
      "login_interrupted",
    ],
    [
      "with a callback of their own, and a state as ours are",
      () => [[`/auth/v2/callback?code=${canary("code")}&state=sjadb1-${"s".repeat(43)}`]],
      "login_cookie_missing",
    ],
    [
      "who ask for a sign-in in their own words",
      () => [
        [`/auth/v2/login?iss=https://${canary("iss")}.example`],
        [`/auth/v2/login?issuer=${canary("iss")}&issuer=${canary("iss")}`],
        [`/auth/v2/login?return_to=https://${canary("evil")}.example/`],
        [`/auth/v2/login?target_link_uri=https://${canary("evil")}.example/`],
        [`/auth/v2/login?prompt=${canary("prompt")}&max_age=${canary("age")}&${canary("name")}=1`],
        ["/auth/v2/login", { method: "POST", form: { iss: canary("iss") } }],
      ],
      "login_interrupted",
    ],
    [
      "who post a sign-out from elsewhere",
      () => [
        [
          "/auth/v2/logout",
          {
            method: "POST",
            headers: loose({ origin: `https://${canary("origin")}.example` }),
            form: { return_to: `/${canary("path")}` },
          },
        ],
      ],
      "cross_site_request",
    ],
    [
      "with a logout token of words",
      () => [
        ["/auth/v2/backchannel-logout", { method: "POST", form: { logout_token: canary("logout") } }],
        [
          "/auth/v2/backchannel-logout",
          { method: "POST", form: { logout_token: `${canary("a")}.${canary("b")}.${canary("c")}` } },
        ],
        ["/auth/v2/backchannel-logout", { method: "POST", form: { [canary("field")]: canary("field") } }],
        [`/auth/v2/frontchannel-logout?iss=${canary("iss")}&sid=${canary("sidattheprovider")}`],
      ],
      "invalid_logout_token",
    ],
  ];
  test.each(rows)("%s", async (_, requests, code) => {
    const scene = await startPeople({ deps: { sessionStore: createMemorySessionStore() } });
    const browser = scene.browser();
    for (const [path, request] of requests(scene)) await browser.send(path, request);
    await scene.end();
    expect(ears.codes).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });

  test("on a page that posts in the name of who is signed in", async () => {
    const scene = await startPeople();
    const browser = scene.browser();
    await browser.signIn();
    const from = { origin: `https://${canary("origin")}.example`, "x-csrf-token": canary("csrf") };
    expect((await browser.send("/things", { method: "POST", headers: from })).status).toBe(403);
    expect((await browser.send("/things", { method: "POST", headers: navigation })).status).toBe(200);
    await scene.end();
    expect(ears.codes).toContain("cross_site_request");
    expect(ears.leaks()).toEqual([]);
  });

  test("who have to choose between providers: the links keep what a sign-in may ask for, and no other word", async () => {
    const issuers = ["one", "two"].map((name) => ({
      issuer: `https://${name}.example`,
      audience: "api",
      clientId: canary("client"),
      clientSecret,
    }));
    const without = { issuer: undefined, audience: undefined, clientId: undefined, clientSecret: undefined };
    const scene = await startPeople({ options: { ...without, issuers } });
    const query = `return_to=${encodeURIComponent(target)}&login_hint=${canary("hint")}&state=${canary("state")}`;
    const path = `/auth/v2/login?${query}&scope=${canary("scope")}&${canary("name")}=1`;
    // The page goes to who sent these words.
    const { text } = await scene.browser().send(path, { own: true });
    expect(new Set(text.match(/cnry[a-z]*?zz/g))).toEqual(new Set([canary("target"), canary("hint")]));
    await scene.end();
    expect(ears.leaks()).toEqual([]);
  });

  test("where refusals are thrown, the framework's error handling hears no more than they do", async () => {
    const scene = await startPeople({ options: { refuse: "throw" } });
    const browser = scene.browser();
    const cookie = `__Host-session=${canary("cookie")}`;
    for (const request of [{ headers: {} }, { headers: {}, cookie }])
      expect((await browser.send(target, request)).status).toBe(401);
    await browser.signIn();
    expect((await browser.send("/things", { method: "POST", headers: {} })).status).toBe(403);
    await scene.end();
    for (const code of ["login_required", "session_ended", "cross_site_request"])
      expect(ears.codes).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });
});
