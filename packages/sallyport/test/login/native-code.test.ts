// Native clients by code: what a command-line client catches, what it gets for it, and what nobody else gets.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { AuthError } from "../../src/errors.ts";
import { createLogin } from "../../src/login/index.ts";
import { splitOptions } from "../../src/people-options.ts";
import { createVerifier } from "../../src/verify/index.ts";
import {
  comeBack,
  lastCode,
  onlySession,
  pathOf,
  publicUrl,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";
import {
  bent,
  callback,
  caught,
  query,
  signInNatively,
  startNativeApp,
  token,
} from "../support/native-client.ts";
import { plainSealer, plainSessions } from "../support/plain-sessions.ts";

/** Answers every request as it answered the first. */
async function startLaxProvider() {
  const lax = { url: "", target: "" };
  let first: string | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization = "", "content-type": type = "" } = request.headers;
    const init = {
      method: "POST",
      headers: { authorization, "content-type": type },
      body: Buffer.concat(chunks),
    };
    first ??= await (await fetch(lax.target, init)).text();
    response.setHeader("content-type", "application/json").end(first);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  lax.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  return lax;
}

const s256 = (text: string) => createHash("sha256").update(text).digest("base64url");
const verifier = "a-verifier-of-the-native-clients-own-that-is-long-enough";

describe("a native client that signs in by code", () => {
  test("gets tokens with every lifetime, and never the provider's refresh token", async () => {
    const app = await startNativeApp();
    const url = await signInNatively(app);
    expect(`${url.origin}${url.pathname}`).toBe(callback);
    const { status, headers, body, cookies } = await token(app, caught(url));
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["content-type"]).toMatch(/^application\/json/);
    expect(cookies).toEqual([]);
    const now = Math.floor(app.clock.now / 1000);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^access-/),
      token_type: "Bearer",
      expires: now + 300,
      expires_in: 300,
      refresh_token: expect.any(String),
      refresh_expires: now + 604_800,
      refresh_expires_in: 604_800,
      scope: "openid email profile",
    });
    expect(body.refresh_token).not.toMatch(/^refresh-/);
  });

  test("starts no session, and sets no cookie beyond that of its sign-in", async () => {
    const app = await startNativeApp();
    const browser = app.browser();
    await token(app, caught(await signInNatively(app, {}, browser)));
    expect(app.sessions.live.size).toBe(0);
    expect(browser.jar.size).toBe(0);
  });

  test("is seen by the provider as this application: its callback, a challenge of our own, and no state of the client's", async () => {
    const app = await startNativeApp();
    const asked = new URL(
      await app
        .browser()
        .open(query({ state: "mine", code_challenge: s256(verifier), code_challenge_method: "S256" })),
    );
    expect(asked.searchParams.get("redirect_uri")).toBe("https://app.example/auth/v2/callback");
    expect(asked.searchParams.get("code_challenge")).not.toBe(s256(verifier));
    expect(asked.searchParams.get("state")).not.toContain("mine");
    expect(asked.searchParams.get("prompt")).toBe("consent");
    expect(asked.href).not.toContain("localhost");
  });

  // RFC 8252 §8.6: a provider that knows nothing of `select_account` would ask nothing.
  test.each([
    ["none", "consent"],
    ["consent", "consent"],
    ["login", "login consent"],
    ["select_account", "select_account consent"],
  ])("is asked for consent whether it wants it or not (%s)", async (wish, prompt) => {
    const app = await startNativeApp();
    const asked = new URL(
      await app.browser().open(`?redirect_uri=${encodeURIComponent(callback)}&prompt=${wish}`),
    );
    expect(asked.searchParams.get("prompt")).toBe(prompt);
  });

  test("catches neither the provider's code nor the PKCE verifier", async () => {
    const app = await startNativeApp();
    const url = await signInNatively(app);
    const answer = await token(app, caught(url));
    const [exchange] = app.provider.seen.filter(({ path }) => path === "/token");
    for (const secret of ["code", "code_verifier"] as const) {
      const value = exchange?.form.get(secret) as string;
      expect(value).not.toBeNull();
      expect(url.href).not.toContain(value);
      expect(JSON.stringify(answer.body)).not.toContain(value);
    }
  });

  test("gets its own state back, in front of the handle", async () => {
    const app = await startNativeApp();
    const url = await signInNatively(app, { state: "its|own" });
    expect(url.searchParams.get("state")).toMatch(/^its\|own\|[A-Za-z0-9_-]{43}$/);
    expect((await token(app, caught(url))).status).toBe(200);
  });

  test("with a verifier of its own, gets its state back as it was, and needs that verifier", async () => {
    const app = await startNativeApp();
    const asked = { state: "its-own", code_challenge: s256(verifier), code_challenge_method: "S256" };
    const url = await signInNatively(app, asked);
    expect(url.searchParams.get("state")).toBe("its-own");
    const form = caught(url);
    const other = await token(app, { ...form, code_verifier: `${verifier}x` });
    expect(other.body.error).toBe("invalid_grant");
    expect((await token(app, { ...form, code_verifier: verifier })).status).toBe(200);
  });

  test("without a word of state and with a verifier, gets no state", async () => {
    const app = await startNativeApp();
    const url = await signInNatively(app, { code_challenge: s256(verifier), code_challenge_method: "S256" });
    expect([...url.searchParams.keys()]).toEqual(["code"]);
  });

  test("hears of the provider's refusal, and of nothing else that the provider says", async () => {
    const refused: [string, string][] = [
      ["error", "access_denied"],
      ["error_description", "words"],
    ];
    const app = await startNativeApp({
      script: { authorize: (good) => [...refused, ...good.filter(([name]) => name !== "code")] },
    });
    const url = await signInNatively(app, { state: "mine" });
    expect([...url.searchParams]).toEqual([
      ["error", "access_denied"],
      ["state", "mine"],
    ]);
  });

  test("hears access_denied where the provider's word is no registered one", async () => {
    const app = await startNativeApp({
      script: {
        authorize: (good) => [["error", "<b>words</b>"], ...good.filter(([name]) => name !== "code")],
      },
    });
    expect([...(await signInNatively(app)).searchParams]).toEqual([["error", "access_denied"]]);
  });

  test("needs no refresh token, and is told that there is none", async () => {
    const app = await startNativeApp({
      script: { token: ({ refresh_token: _, expires_in: __, ...body }) => ({ body }) },
    });
    const { body } = await token(app, caught(await signInNatively(app)));
    const now = Math.floor(app.clock.now / 1000);
    expect(body).not.toHaveProperty("refresh_token");
    expect(body).toMatchObject({
      refresh_expires: now,
      refresh_expires_in: 0,
      expires: now + 60,
      expires_in: 60,
    });
  });

  test("asks for offline_access only where the provider has it", async () => {
    const without = await startNativeApp();
    expect(new URL(await without.browser().open(query())).searchParams.get("scope")).toBe(
      "openid email profile",
    );
    const metadata = (good: object) => ({ ...good, scopes_supported: ["openid", "offline_access"] });
    const having = await startNativeApp({ script: { metadata } });
    const asked = new URL(await having.browser().open(query()));
    expect(asked.searchParams.get("scope")).toBe("openid email profile offline_access");
    const plain = new URL(await having.browser().open(query({ offline_access: "" })));
    expect(plain.searchParams.get("scope")).toBe("openid email profile");
  });

  test("asks for less where it wants less, and is refused where it wants more", async () => {
    const app = await startNativeApp({}, { scopes: ["data:read", "data:write"] });
    const all = new URL(await app.browser().open(query()));
    expect(all.searchParams.get("scope")).toBe("openid data:read data:write");
    const less = new URL(await app.browser().open(query({ scope: "data:read" })));
    expect(less.searchParams.get("scope")).toBe("openid data:read");
    const more = await app.browser().send(`/auth/v2/login${query({ scope: "data:read admin" })}`);
    expect(more.status).toBe(400);
    expect(lastCode(app)).toBe("login_interrupted");
  });
});

describe("where native clients are served", () => {
  test("everybody else signs in as ever", async () => {
    const app = await startNativeApp();
    expect((await signIn(app, app.browser(), "?return_to=%2Fa")).headers.location).toBe("/a");
    expect(onlySession(app).subject).toBe("person-1");
  });

  test("a verifier is one by its form as well, whatever the challenge", async () => {
    const app = await startNativeApp();
    const own = { state: "mine", code_challenge: s256("short"), code_challenge_method: "S256" };
    const form = caught(await signInNatively(app, own));
    const { body } = await token(app, { ...form, code_verifier: "short" });
    expect([body.error, app.log.at(-1)?.message]).toEqual([
      "invalid_grant",
      "The code_verifier is not that of the code",
    ]);
    expect(app.provider.count("/token")).toBe(0);
  });

  test("F10: a code of a client that is configured no more goes nowhere", async () => {
    const form = caught(await signInNatively(await startNativeApp()));
    const after = await startNativeApp();
    expect((await token(after, form)).body.error).toBe("invalid_grant");
    expect(after.log.at(-1)?.message).toBe("The code is of a client that is configured no more");
    expect(after.provider.count("/token")).toBe(0);
  });
});

describe("without nativeClients", () => {
  test("a redirect_uri is nobody's: it is a sign-in of the application's own", async () => {
    const app = await startLoginApp();
    const answer = await signIn(app, app.browser(), query());
    expect([answer.status, answer.headers.location]).toEqual([303, "/"]);
  });

  test("a native sign-in that was on its way when they were taken out ends on a page", async () => {
    const app = await startNativeApp();
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open(query()));
    const now = () => app.clock.now;
    const options = { issuer: app.provider.issuer, insecureAllowLoopback: true };
    const [provider] = createVerifier(options, { now }, undefined, { clients: [true] }).providers();
    if (!provider) throw new TypeError("The verifier has a provider");
    const after = createLogin(
      { clients: [{ provider, clientId: "web", clientSecret: "s" }], publicUrl },
      { sessions: plainSessions(now), sealer: plainSealer(now), now },
    );
    const answer = await after.endpoints
      .find(({ name }) => name === "callback")
      ?.handle({
        method: "GET",
        target: pathOf(location),
        header: () => undefined,
        cookie: [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; "),
        form: async () => undefined,
        requestId: undefined,
      });
    expect([answer?.status, answer?.headers.location]).toEqual([400, undefined]);
  });

  test("there is no /token and no /device", async () => {
    const { login } = await startLoginApp();
    const names = login.endpoints.map(({ name }) => name);
    expect(names).not.toContain("token");
    expect(names).not.toContain("device");
  });

  test("redirect_uri is nothing that leads anywhere", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const answer = await comeBack(app, browser, await browser.open(query()));
    expect(answer.headers.location).toBe("/");
    expect(app.sessions.live.size).toBe(1);
  });
});

describe("what is not the sign-in's own is refused before the provider hears of it", () => {
  const rows: readonly {
    readonly name: string;
    readonly change: (
      good: Record<string, string>,
      other: Record<string, string>,
    ) => [string, string][] | Record<string, string>;
    readonly error: string;
  }[] = [
    {
      name: "L10: the handle of another sign-in",
      change: (good, other) => ({ ...good, code_verifier: other.code_verifier as string }),
      error: "invalid_grant",
    },
    {
      name: "L10: the code of another sign-in",
      change: (good, other) => ({ ...good, code: other.code as string }),
      error: "invalid_grant",
    },
    {
      name: "the code in place of the handle",
      change: (good) => ({ ...good, code_verifier: (good.code as string).slice(0, 43) }),
      error: "invalid_grant",
    },
    { name: "no handle", change: ({ code_verifier: _, ...rest }) => rest, error: "invalid_request" },
    { name: "an empty handle", change: (good) => ({ ...good, code_verifier: "" }), error: "invalid_request" },
    {
      name: "a bent handle",
      change: (good) => ({ ...good, code_verifier: bent(good.code_verifier as string) }),
      error: "invalid_grant",
    },
    {
      name: "a bent code",
      change: (good) => ({ ...good, code: bent(good.code as string) }),
      error: "invalid_grant",
    },
    {
      name: "a code of somebody else's making",
      change: (good) => ({ ...good, code: "code-1" }),
      error: "invalid_grant",
    },
    {
      name: "a code that is endless",
      change: (good) => ({ ...good, code: "A".repeat(60_000) }),
      error: "invalid_grant",
    },
    {
      name: "another redirect_uri",
      change: (good) => ({ ...good, redirect_uri: "http://localhost:53101/callback" }),
      error: "invalid_grant",
    },
    {
      name: "a redirect_uri that only means the same",
      change: (good) => ({ ...good, redirect_uri: "http://127.0.0.1:53100/callback" }),
      error: "invalid_grant",
    },
    { name: "no redirect_uri", change: ({ redirect_uri: _, ...rest }) => rest, error: "invalid_request" },
    {
      name: "the code twice",
      change: (good) => [...Object.entries(good), ["code", good.code as string]],
      error: "invalid_request",
    },
    {
      name: "the handle twice",
      change: (good) => [...Object.entries(good), ["code_verifier", good.code_verifier as string]],
      error: "invalid_request",
    },
    {
      name: "grant_type twice",
      change: (good) => [...Object.entries(good), ["grant_type", "authorization_code"]],
      error: "invalid_request",
    },
    {
      name: "a grant_type of another kind",
      change: (good) => ({ ...good, grant_type: "refresh_token" }),
      error: "invalid_request",
    },
    {
      name: "a grant_type of none",
      change: (good) => ({ ...good, grant_type: "password" }),
      error: "unsupported_grant_type",
    },
    {
      name: "a refresh token beside the code",
      change: (good) => ({ ...good, "refresh-token": "x" }),
      error: "invalid_request",
    },
    {
      name: "the code as a refresh token",
      change: (good) => ({ refresh_token: good.code as string }),
      error: "invalid_grant",
    },
    {
      name: "the code as a device code",
      change: (good) => ({ "device-code": good.code as string }),
      error: "invalid_grant",
    },
    { name: "nothing at all", change: () => ({}), error: "invalid_request" },
  ];
  test.each(rows)("$name", async ({ change, error }) => {
    const app = await startNativeApp();
    const good = caught(await signInNatively(app));
    const other = caught(await signInNatively(app));
    const { status, headers, body } = await token(app, change(good, other));
    expect({ status, error: body.error }).toEqual({ status: 400, error });
    expect(headers["cache-control"]).toBe("no-store");
    expect(app.provider.count("/token")).toBe(0);
    // The sign-in itself is as good as before: nobody can spoil it who has not got all of it.
    expect((await token(app, good)).status).toBe(200);
  });

  test("a body that is no form", async () => {
    const app = await startNativeApp();
    const answer = await app.browser().send("/auth/v2/token", { method: "POST", headers: {} });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text as string).error).toBe("invalid_request");
  });

  test("grant_type may be left out", async () => {
    const app = await startNativeApp();
    const { grant_type: _, ...rest } = caught(await signInNatively(app));
    expect((await token(app, rest)).status).toBe(200);
  });

  test("L11: a code that was used: the provider hears of it too, which takes back what the first was given", async () => {
    const app = await startNativeApp();
    const form = caught(await signInNatively(app));
    expect((await token(app, form)).status).toBe(200);
    const again = await token(app, form);
    expect(again.body.error).toBe("invalid_grant");
    expect(app.provider.count("/token")).toBe(2);
  });

  test("L11: a code that was used, at a provider that takes it again: its tokens are given back", async () => {
    const lax = await startLaxProvider();
    const app = await startNativeApp({
      script: { metadata: (good) => ({ ...good, token_endpoint: lax.url }) },
    });
    lax.target = `${app.provider.issuer}/token`;
    const form = caught(await signInNatively(app));
    expect((await token(app, form)).status).toBe(200);
    const again = await token(app, form);
    expect(again.body.error).toBe("invalid_grant");
    expect(again.body).not.toHaveProperty("access_token");
    await expect.poll(() => app.provider.count("/revoke")).toBe(1);
  });

  test("a code whose session store can't be asked is neither good nor spent", async () => {
    const app = await startNativeApp();
    const form = caught(await signInNatively(app));
    const down = new AuthError("session_store_unavailable", "The store is down");
    app.sessions.fail(down);
    const { status, body } = await token(app, form);
    expect({ status, error: body.error }).toEqual({ status: 503, error: "temporarily_unavailable" });
    expect(app.provider.count("/token")).toBe(0);
    app.sessions.fail(undefined);
    expect((await token(app, form)).status).toBe(200);
  });

  test("a code past its time", async () => {
    const app = await startNativeApp({}, { codeSeconds: 30 });
    const form = caught(await signInNatively(app));
    app.clock.now += 30_000;
    expect((await token(app, form)).body.error).toBe("invalid_grant");
    expect(app.provider.count("/token")).toBe(0);
  });

  test("the same in two requests at once gives tokens once", async () => {
    const app = await startNativeApp();
    const form = caught(await signInNatively(app));
    const answers = await Promise.all([token(app, form), token(app, form), token(app, form)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe("the callback of a native sign-in", () => {
  test("L04: serves nobody without the browser that began it", async () => {
    const app = await startNativeApp();
    const { location } = await app.provider.visit(await app.browser().open(query()));
    const answer = await app.browser().send(pathOf(location as string));
    expect(answer.status).toBe(400);
    expect(answer.headers).not.toHaveProperty("location");
    expect(lastCode(app)).toBe("login_cookie_missing");
  });

  test("L01: sends nobody on twice", async () => {
    const app = await startNativeApp();
    const browser = app.browser();
    const { location } = await app.provider.visit(await browser.open(query()));
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const target = pathOf(location as string);
    expect((await browser.send(target, { cookie })).status).toBe(303);
    const again = await browser.send(target, { cookie });
    expect(again.status).toBe(400);
    expect(again.headers).not.toHaveProperty("location");
  });

  test("L13: sends nobody on whose answer names another issuer", async () => {
    const app = await startNativeApp({
      script: {
        authorize: (good) =>
          good.map(([name, value]) => [name, name === "iss" ? "https://evil.example" : value]),
      },
    });
    const browser = app.browser();
    const answer = await comeBack(app, browser, await browser.open(query()));
    expect(answer.status).toBe(400);
    expect(answer.headers).not.toHaveProperty("location");
  });

  test("L41: lets no referrer and no cache see where it leads", async () => {
    const app = await startNativeApp();
    const browser = app.browser();
    const { headers, text } = await comeBack(app, browser, await browser.open(query()));
    expect(headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    expect(text).toBeUndefined();
  });
});

describe("the ID token of a native sign-in is judged like any other", () => {
  test.each([
    ["L07: another nonce", { claims: (good: object) => ({ ...good, nonce: "other" }) }],
    ["L23: another aud", { claims: (good: object) => ({ ...good, aud: "other" }) }],
    ["L23: another iss", { claims: (good: object) => ({ ...good, iss: "https://evil.example" }) }],
    ["L27: another at_hash", { claims: (good: object) => ({ ...good, at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }) }],
    ["unsigned", { header: { alg: "none" } }],
  ])("%s", async (_name, idToken) => {
    const app = await startNativeApp({ script: { idToken } });
    const { status, body } = await token(app, caught(await signInNatively(app)));
    expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_grant" });
    expect(lastCode(app)).toBe("invalid_id_token");
  });
});

test("nativeClients can't go with tokens that are bound to a key of the session's", async () => {
  await expect(startNativeApp({ login: { dpop: true } })).rejects.toThrow(
    "sallyport: `nativeClients` can't go with `login.dpop`: native clients get tokens that are bound to no key",
  );
});

test("nativeClients needs people who sign in, and comes to who serves them", () => {
  const common = { issuer: "https://idp.example", audience: "my-api", nativeClients: { codeSeconds: 30 } };
  expect(() => splitOptions(common)).toThrow(
    "sallyport: `nativeClients` needs `clientId`: this application's client at the provider",
  );
  const session = { secret: "a-secret-of-no-use" };
  expect(splitOptions({ ...common, clientId: "web", session }).nativeClients).toEqual({ codeSeconds: 30 });
});
