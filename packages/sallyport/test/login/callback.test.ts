// What comes back to the callback, and what of it is taken: everything else is dropped before the token endpoint hears of it.
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/index.ts";
import {
  comeBack,
  crossSitePost,
  lastCode,
  onlySession,
  pathOf,
  publicUrl,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";
import type { ProviderScript } from "../support/scripted-login-provider.ts";

type Pairs = [string, string][];
const changed =
  (name: string, value: (good: string) => string): ProviderScript["authorize"] =>
  (good) =>
    good.map(([one, text]) => [one, one === name ? value(text) : text]) as Pairs;
const dropped =
  (name: string): ProviderScript["authorize"] =>
  (good) =>
    good.filter(([one]) => one !== name);
const added =
  (...pairs: Pairs): ProviderScript["authorize"] =>
  (good) => [...good, ...pairs];
const twice =
  (name: string, value?: string): ProviderScript["authorize"] =>
  (good) => [...good, [name, value ?? (good.find(([one]) => one === name)?.[1] as string)]];

const rows: readonly {
  readonly name: string;
  readonly authorize: ProviderScript["authorize"];
  readonly code?: string;
  readonly script?: ProviderScript;
}[] = [
  { name: "L01: state is missing", authorize: dropped("state") },
  { name: "L01: state is empty", authorize: changed("state", () => "") },
  {
    name: "L01: state is another's",
    authorize: changed("state", (good) => good.replace(/.$/, (one) => (one === "A" ? "B" : "A"))),
  },
  {
    name: "L02: state is a beginning of the right one",
    authorize: changed("state", (good) => good.slice(0, -1)),
  },
  { name: "L02: state begins with the right one", authorize: changed("state", (good) => `${good}A`) },
  { name: "L02: state is there twice", authorize: twice("state") },
  { name: "L02: state is there twice, the second another's", authorize: twice("state", "other") },
  {
    name: "L02: state in brackets",
    authorize: (good) => good.map(([name, text]) => [name === "state" ? "state[]" : name, text]),
  },
  { name: "L13: iss is missing though the metadata promises it", authorize: dropped("iss") },
  { name: "L13: iss is empty", authorize: changed("iss", () => "") },
  {
    name: "L14: iss is another's, and the metadata says nothing of it",
    authorize: changed("iss", () => "https://evil.example"),
    script: { metadata: ({ authorization_response_iss_parameter_supported: _, ...rest }) => rest },
  },
  { name: "L15: iss has a slash more", authorize: changed("iss", (good) => `${good}/`) },
  { name: "L15: iss is written in capitals", authorize: changed("iss", (good) => good.toUpperCase()) },
  { name: "L15: iss has an encoded slash", authorize: changed("iss", (good) => `${good}%2F`) },
  {
    name: "L15: iss has its port written otherwise",
    authorize: changed("iss", (good) => good.replace(/:(\d+)$/, ":0$1")),
  },
  {
    name: "L16: an error with another's iss",
    authorize: (good) => [
      ["error", "access_denied"],
      ["state", good[1]?.[1] as string],
      ["iss", "https://evil.example"],
    ],
  },
  { name: "L17: an error beside the code", authorize: added(["error", "access_denied"]) },
  { name: "L17: an ID token beside the code", authorize: added(["id_token", "a.b.c"]) },
  { name: "L17: an access token beside the code", authorize: added(["access_token", "a"]) },
  { name: "L17: a JWT in place of parameters", authorize: added(["response", "a.b.c"]) },
  { name: "L17: no code, which was in a fragment", authorize: dropped("code") },
  { name: "L19: code is there twice", authorize: twice("code") },
  { name: "L19: code is there twice, the second another's", authorize: twice("code", "other") },
  { name: "L19: iss is there twice", authorize: twice("iss") },
  {
    name: "L19: error_description is there twice",
    authorize: added(["error_description", "a"], ["error_description", "b"]),
  },
];

describe("a callback is dropped before any token request", () => {
  test.each(rows)("$name", async ({ authorize, script }) => {
    const app = await startLoginApp({ script: { ...script, ...(authorize && { authorize }) } });
    const browser = app.browser();
    const answer = await signIn(app, browser);
    expect(answer.status).toBe(400);
    expect(lastCode(app)).toBe("login_interrupted");
    expect(app.provider.count("/token")).toBe(0);
    expect(app.sessions.live.size).toBe(0);
    expect(answer.text).not.toMatch(/evil/);
  });

  test("L16: an error of the provider is told in our words, never in its own", async () => {
    const app = await startLoginApp({
      script: {
        authorize: (good) => [
          ["error", "access_denied"],
          ["error_description", "<script>alert(1)</script> visit evil.example"],
          ["error_uri", "https://evil.example"],
          ...good.slice(1),
        ],
      },
    });
    const browser = app.browser();
    const answer = await signIn(app, browser);
    expect([answer.status, lastCode(app)]).toEqual([400, "login_refused"]);
    expect(answer.text).toContain("The provider did not sign you in");
    expect(answer.text).not.toMatch(/evil|alert/);
    expect(JSON.stringify(app.log)).not.toMatch(/evil|alert/);
    expect(app.log.at(-1)?.message).toContain("access_denied");
    expect([...browser.jar.keys()]).toEqual([]);
  });

  test("L16: an error code that nobody registered is not repeated in the log", async () => {
    const app = await startLoginApp({
      script: { authorize: (good) => [["error", "evil-words"], ...good.slice(1)] },
    });
    await signIn(app, app.browser());
    expect(lastCode(app)).toBe("login_refused");
    expect(JSON.stringify(app.log)).not.toContain("evil-words");
  });
});

describe("a callback that is good in another form", () => {
  test("L14: without iss, where the metadata does not promise one", async () => {
    const app = await startLoginApp({
      script: {
        metadata: ({ authorization_response_iss_parameter_supported: _, ...rest }) => rest,
        authorize: (good) => good.filter(([name]) => name !== "iss"),
      },
    });
    expect((await signIn(app, app.browser())).status).toBe(303);
  });

  test("L13: where it is promised, what is missing is said", async () => {
    const app = await startLoginApp({
      script: { authorize: (good) => good.filter(([name]) => name !== "iss") },
    });
    await signIn(app, app.browser());
    expect(app.log.at(-1)?.message).toContain("has no iss, though its metadata promises one");
  });

  test("an empty parameter counts as left out", async () => {
    const app = await startLoginApp({ script: { authorize: added(["error", ""]) ?? ((good) => good) } });
    expect((await signIn(app, app.browser())).status).toBe(303);
  });

  test("L02: one with two states uses up no sign-in", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open());
    const state = new URL(location).searchParams.get("state");
    expect((await browser.send(`${pathOf(location)}&state=${state}`)).status).toBe(400);
    expect((await browser.send(pathOf(location))).status).toBe(303);
  });
});

test("who fetches is answered by JSON, and a page by a page, whatever it accepts", async () => {
  const app = await startLoginApp();
  const ask = async (headers: Record<string, string>) =>
    (await app.browser().send("/auth/v2/callback", { headers })).headers["content-type"];
  expect(await ask({ accept: "text/html", "sec-fetch-mode": "cors" })).toContain("application/json");
  expect(await ask({ accept: "*/*", "sec-fetch-mode": "navigate" })).toContain("text/html");
  expect(await ask({ accept: "text/html" })).toContain("text/html");
});

describe("a transaction", () => {
  test("L01: of another browser is none", async () => {
    const app = await startLoginApp();
    const { location = "" } = await app.provider.visit(await app.browser().open());
    const answer = await app.browser().send(pathOf(location));
    expect([answer.status, lastCode(app), app.provider.count("/token")]).toEqual([
      400,
      "login_cookie_missing",
      0,
    ]);
  });

  test("L04: an attacker's code in the victim's browser signs nobody in", async () => {
    const app = await startLoginApp();
    const attacker = await app.provider.visit(await app.browser().open());
    const victim = app.browser();
    // The victim has a sign-in of their own on its way: it is not the attacker's.
    await victim.open();
    const answer = await victim.send(pathOf(attacker.location ?? ""));
    expect([answer.status, app.provider.count("/token"), app.sessions.live.size]).toEqual([400, 0, 0]);
  });

  test("L03: is good for ten minutes", async () => {
    for (const [seconds, status] of [
      [599, 303],
      [600, 400],
    ] as const) {
      const app = await startLoginApp();
      const browser = app.browser();
      const url = await browser.open();
      app.clock.now += seconds * 1000;
      expect((await comeBack(app, browser, url)).status).toBe(status);
    }
  });

  test("L03: is gone after its first use, a failed one as well", async () => {
    const app = await startLoginApp({ script: { token: () => ({ status: 500, body: {} }) } });
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open());
    expect(browser.jar.size).toBe(1);
    expect((await browser.send(pathOf(location))).status).toBe(503);
    expect(browser.jar.size).toBe(0);
    delete app.provider.script.token;
    expect((await browser.send(pathOf(location))).status).toBe(400);
    expect(app.provider.count("/token")).toBe(1);
  });

  test("L11: is used once, by whoever kept its cookie; the session of the first use stays", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open());
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    expect((await browser.send(pathOf(location))).status).toBe(303);
    const again = await app.browser().send(pathOf(location), { cookie });
    expect([again.status, app.provider.count("/token"), app.sessions.live.size]).toEqual([400, 1, 1]);
  });

  test("L11: fifty callbacks at once make one token request", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open());
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => app.browser().send(pathOf(location), { cookie })),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(app.provider.count("/token")).toBe(1);
  });

  test("L37: does not open once a letter of it is changed, or under another name", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open("?return_to=%2Fa"));
    const other = app.browser();
    await other.open("?return_to=%2Fb");
    const [[name = "", value = ""] = []] = [...browser.jar];
    const [[, foreign = ""] = []] = [...other.jar];
    for (const bad of [`${value.slice(0, -2)}AA`, foreign, "", `${value}.`, "undefined"]) {
      const answer = await app.browser().send(pathOf(location), { cookie: `${name}=${bad}` });
      expect(answer.status).toBe(400);
    }
    expect(app.provider.count("/token")).toBe(0);
  });

  test("S06: with two cookies of its name is none", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const { location = "" } = await app.provider.visit(await browser.open());
    const [[name, value] = []] = [...browser.jar];
    const answer = await app
      .browser()
      .send(pathOf(location), { cookie: `${name}=${value}; ${name}=${value}` });
    expect([answer.status, app.provider.count("/token")]).toEqual([400, 0]);
  });

  test("L10: a code of another sign-in is refused by the provider, for its verifier", async () => {
    const app = await startLoginApp();
    const attacker = await app.provider.visit(await app.browser().open());
    const stolen = new URL(attacker.location ?? "").searchParams.get("code") as string;
    Object.assign(app.provider.script, { authorize: changed("code", () => stolen) });
    const answer = await signIn(app, app.browser());
    expect([answer.status, lastCode(app), app.sessions.live.size]).toEqual([400, "login_refused", 0]);
    expect(app.log.at(-1)?.message).toContain("invalid_grant");
  });

  test("L09: S256 is sent, and state and nonce are checked, where the metadata says nothing of PKCE", async () => {
    const app = await startLoginApp({
      script: { metadata: ({ code_challenge_methods_supported: _, ...rest }) => rest },
    });
    const browser = app.browser();
    const url = await browser.open();
    expect(new URL(url).searchParams.get("code_challenge_method")).toBe("S256");
    expect((await comeBack(app, browser, url)).status).toBe(303);
    app.provider.script.idToken = { claims: ({ nonce: _, ...rest }) => rest };
    expect((await signIn(app, app.browser())).status).toBe(400);
  });

  test("L17: comes back in the way that was asked for, and in no other", async () => {
    const app = await startLoginApp({ login: { responseMode: "form_post" } });
    const browser = app.browser();
    const { form } = await app.provider.visit(await browser.open());
    const answer = await browser.send(`/auth/v2/callback?${form}`);
    expect([answer.status, app.provider.count("/token")]).toEqual([400, 0]);
    const other = app.browser();
    const { form: second } = await app.provider.visit(await other.open());
    const both = await other.send(`/auth/v2/callback?${second}`, {
      method: "POST",
      form: second as URLSearchParams,
      headers: crossSitePost,
    });
    expect([both.status, app.provider.count("/token")]).toEqual([400, 0]);
  });

  test("a logout during the sign-in wins", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const url = await browser.open();
    app.clock.now += 1000;
    await app.sessions.endAll({ issuer: app.provider.issuer, subject: "person-1" });
    const answer = await comeBack(app, browser, url);
    expect([answer.status, lastCode(app), app.sessions.live.size]).toEqual([401, "session_ended", 0]);
  });

  test("S01: a session that is there already ends, and the new one has another id", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    await signIn(app, browser);
    const [before] = app.sessions.live.keys();
    await signIn(app, browser);
    expect([...app.sessions.live.keys()]).not.toContain(before);
    expect(onlySession(app).subject).toBe("person-1");
  });

  test("F10: of a provider that is configured no more ends, and its code goes nowhere", async () => {
    const before = await startLoginApp();
    const after = await startLoginApp();
    const browser = before.browser();
    const { location = "" } = await before.provider.visit(await browser.open());
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await after.browser().send(pathOf(location), { cookie });
    expect([answer.status, lastCode(after)]).toEqual([400, "login_interrupted"]);
    expect(after.log.at(-1)?.message).toContain("configured no more");
    expect([before.provider.count("/token"), after.provider.count("/token")]).toEqual([0, 0]);
  });

  test("tokens that no session could be made of are given back", async () => {
    const app = await startLoginApp();
    app.sessions.start = () =>
      Promise.reject(new AuthError("session_store_unavailable", "The store is down"));
    const answer = await signIn(app, app.browser());
    expect([answer.status, lastCode(app)]).toEqual([503, "session_store_unavailable"]);
    await expect.poll(() => app.provider.count("/revoke")).toBe(1);
  });

  test("L44: with a large session beside them there is room for fewer, and the header stays within a server's limit", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    browser.jar.set("__Host-session", "s".repeat(10_500));
    let url = "";
    for (let index = 0; index < 20; index += 1) {
      app.clock.now += 1000;
      url = await browser.open(`?return_to=%2F${"a".repeat(900)}`);
    }
    const header = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    expect(header.length).toBeLessThan(14_000);
    browser.jar.set("__Host-session", "s".repeat(16_000));
    url = await browser.open("?return_to=%2Flast");
    expect((await comeBack(app, browser, url)).headers.location).toBe("/last");
  });

  test("L44: a callback without a code spends nothing: whoever begins sign-ins fills no memory", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const state = new URL(await browser.open()).searchParams.get("state") ?? "";
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    app.sessions.fail(new Error("asked for no reason"));
    const query = new URLSearchParams({ state, error: "access_denied", iss: app.provider.issuer });
    for (let time = 0; time < 2; time += 1) {
      expect((await browser.send(`/auth/v2/callback?${query}`, { cookie })).status).toBe(400);
      expect(lastCode(app)).toBe("login_refused");
    }
  });

  test("L44: no cookie but those of sign-ins is removed, whatever its name begins with", async () => {
    const app = await startLoginApp();
    const names = Array.from({ length: 20 }, (_, index) => `__Host-sallyport-login-${index}-other`);
    const browser = app.browser();
    await browser.send("/auth/v2/login", { cookie: names.map((name) => `${name}=1`).join("; ") });
    expect(browser.setCookies).toHaveLength(1);
  });

  test("L47: with a store that is down, nobody is signed in", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    const url = await browser.open();
    app.sessions.fail(new Error("the store is down"));
    const answer = await comeBack(app, browser, url);
    expect(answer.status).toBe(503);
    expect(app.sessions.live.size).toBe(0);
  });
});

describe("addresses", () => {
  test("L40: the redirect URI is made of the public URL, whatever Host and forwarded headers say", async () => {
    const app = await startLoginApp();
    const answer = await app.browser().send("/auth/v2/login", {
      headers: {
        host: "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "http",
        forwarded: "host=evil.example",
      },
    });
    const url = new URL(answer.headers.location as string);
    expect(url.searchParams.get("redirect_uri")).toBe(`${publicUrl}/auth/v2/callback`);
  });

  test("L41: every answer of the callback is without a referrer, and not kept", async () => {
    const app = await startLoginApp();
    const good = await signIn(app, app.browser());
    const bad = await app.browser().send("/auth/v2/callback?code=a&state=b");
    for (const { headers } of [good, bad]) {
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["cache-control"]).toBe("no-store");
    }
    expect(bad.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(bad.text).not.toMatch(/<script|src=|href="http/);
  });

  test("L44: two hundred sign-ins that are begun leave few cookies, and the last can still be finished", async () => {
    const app = await startLoginApp();
    const browser = app.browser();
    let url = "";
    for (let index = 0; index < 200; index += 1) {
      app.clock.now += 1000;
      url = await browser.open(`?return_to=%2F${"a".repeat(index % 2 ? 900 : 10)}`);
    }
    const header = [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    expect(browser.jar.size).toBeLessThanOrEqual(8);
    expect(header.length).toBeLessThan(8192);
    expect((await comeBack(app, browser, url)).status).toBe(303);
  });

  test.each([
    ["query", {}],
    ["form post", { responseMode: "form_post" }],
  ] as const)(
    "L38: a browser that is sent round and round by %s is stopped, with a page that says so",
    async (_, login) => {
      const app = await startLoginApp({ login });
      const browser = app.browser();
      let rounds = 0;
      for (; rounds < 50; rounds += 1) {
        const answer = await browser.send("/auth/v2/login?return_to=%2Fa");
        if (answer.status !== 303) {
          expect([answer.status, lastCode(app)]).toEqual([400, "login_interrupted"]);
          break;
        }
        await comeBack(app, browser, answer.headers.location as string);
      }
      expect(rounds).toBe(8);
      app.clock.now += 61_000;
      expect((await browser.send("/auth/v2/login")).status).toBe(303);
    },
  );
});
