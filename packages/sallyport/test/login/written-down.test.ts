// What is written down of sign-ins, renewals and logouts: one event each, the same counted, and nothing for what is none of them.
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/errors.ts";
import type { SessionEvent } from "../../src/events.ts";
import { sessionNames } from "../audit/events.ts";
import {
  type Browser,
  crossSitePost,
  type LoginApp,
  type LoginAppOptions,
  onlySession,
  pathOf,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";
import {
  bent,
  caught,
  device,
  query,
  signInNatively,
  startNativeApp,
  token,
} from "../support/native-client.ts";

type Expected = Partial<SessionEvent> & Pick<SessionEvent, "name">;

interface Scene {
  readonly name: string;
  readonly options?: LoginAppOptions;
  /** After this nothing that was written before counts. */
  readonly before?: (app: LoginApp, browser: Browser) => Promise<unknown>;
  readonly act: (app: LoginApp, browser: Browser) => Promise<unknown>;
  readonly written: readonly Expected[];
}

const person = { subject: "person-1" };
const nobody = { issuer: undefined, clientId: undefined };
const refused = (code: SessionEvent["code"]) => ({ outcome: "refused", code }) as const;
const failed = (code: SessionEvent["code"]) => ({ outcome: "failed", code }) as const;

const signedIn = (app: LoginApp, browser: Browser) => signIn(app, browser);
const post = (app: LoginApp, logoutToken: string) =>
  app.browser().send("/auth/v2/backchannel-logout", {
    method: "POST",
    headers: {},
    form: { logout_token: logoutToken },
  });
const renewed = (app: LoginApp) => app.login.renewal.renew(onlySession(app)).catch(() => {});
const grants = ["native_code", "native_device", "native_refresh"] as const;

/** The way of one native sign-in. */
async function natively(app: LoginApp, name: (typeof grants)[number]) {
  if (name === "native_device") {
    const { body } = await device(app);
    app.clock.now += 5000;
    return token(app, { device_code: body.device_code as string });
  }
  const code = caught(await signInNatively(app));
  if (name === "native_code") return token(app, code);
  const { body } = await token(app, code);
  app.events.length = 0;
  app.told.length = 0;
  return token(app, { refresh_token: body.refresh_token as string });
}

const scenes: readonly Scene[] = [
  { name: "a sign-in", act: signedIn, written: [{ name: "login", ...person }] },
  {
    name: "a sign-in that the provider refuses",
    options: { script: { authorize: ([, ...rest]) => [["error", "access_denied"], ...rest] } },
    act: signedIn,
    written: [{ name: "login", ...refused("login_refused") }],
  },
  {
    name: "a sign-in whose ID token is another's: who it says it is of is nobody",
    options: { script: { idToken: { claims: (good) => ({ ...good, aud: "another" }) } } },
    act: signedIn,
    written: [{ name: "login", ...refused("invalid_id_token") }],
  },
  {
    name: "a sign-in with a secret that is wrong",
    options: { script: { refusedSecrets: ["web-secret-web-secret-web-secret-1"] } },
    act: signedIn,
    written: [{ name: "login", ...failed("provider_refused_client") }],
  },
  {
    name: "a sign-in that can't begin, since the provider is down",
    act: async (app, browser) => {
      await app.provider.stop();
      await browser.send("/auth/v2/login");
    },
    written: [{ name: "login", ...failed("provider_unavailable") }],
  },
  {
    name: "a sign-in at a provider that is none",
    act: (_, browser) => browser.send("/auth/v2/login?issuer=https://evil.example"),
    written: [{ name: "login", ...nobody, ...refused("login_interrupted") }],
  },
  {
    name: "a callback that nobody waits for",
    act: (_, browser) => browser.send("/auth/v2/callback?code=x&state=y"),
    written: [{ name: "login", ...nobody, ...refused("login_interrupted") }],
  },
  {
    name: "a sign-in whose session the store does not take: who it was is known by then",
    act: async (app, browser) => {
      app.provider.script.token = () => void app.sessions.fail(new Error("no"));
      await signIn(app, browser);
    },
    written: [{ name: "login", ...person, ...failed("provider_unavailable") }],
  },
  {
    name: "a logout that comes during a sign-in",
    act: async (app, browser) => {
      const { location } = await app.provider.visit(await browser.open());
      await app.login.endAll({ issuer: app.provider.issuer, subject: "person-1" });
      await browser.send(pathOf(location ?? ""));
    },
    written: [
      { name: "end_all", clientId: undefined, ...person, ended: 0, requestId: undefined },
      { name: "login", ...person, ...refused("session_ended") },
    ],
  },
  {
    name: "the back button on the callback is no sign-in",
    before: signedIn,
    act: (_, browser) => browser.send("/auth/v2/callback?code=x&state=y"),
    written: [],
  },
  {
    name: "a renewal",
    before: signedIn,
    act: renewed,
    written: [{ name: "renewal", ...person, requestId: undefined }],
  },
  {
    name: "F05: a renewal that the provider refuses for good",
    before: signedIn,
    act: (app) => {
      app.provider.script.token = () => ({ status: 400, body: { error: "invalid_grant" } });
      return renewed(app);
    },
    written: [{ name: "renewal", ...person, ...refused("session_ended"), requestId: undefined }],
  },
  {
    name: "a renewal that the provider can't answer",
    before: signedIn,
    act: (app) => {
      app.provider.script.token = () => ({ status: 500, body: "oops" });
      return renewed(app);
    },
    written: [{ name: "renewal", ...person, ...failed("refresh_failed"), requestId: undefined }],
  },
  {
    name: "a logout",
    before: signedIn,
    act: (_, browser) => browser.send("/auth/v2/logout", { method: "POST", headers: ownPost, form: {} }),
    written: [{ name: "logout", ...person, ended: 1 }],
  },
  {
    name: "a logout of nobody",
    act: (_, browser) => browser.send("/auth/v2/logout", { method: "POST", headers: ownPost, form: {} }),
    written: [],
  },
  {
    name: "O01: a logout from another site",
    before: signedIn,
    act: (_, browser) =>
      browser.send("/auth/v2/logout", { method: "POST", headers: crossSitePost, form: {} }),
    written: [{ name: "logout", ...nobody, ...refused("cross_site_request") }],
  },
  {
    name: "O17: a back-channel logout of two sessions",
    before: async (app) => {
      await signIn(app, app.browser());
      await signIn(app, app.browser());
    },
    act: (app) => post(app, app.provider.logoutToken({ sid: undefined })),
    written: [{ name: "backchannel_logout", ...person, ended: 2 }],
  },
  {
    name: "O18: a back-channel logout of nobody's session",
    act: (app) => post(app, app.provider.logoutToken()),
    written: [{ name: "backchannel_logout", ...person, ended: 0 }],
  },
  {
    name: "a logout token by session alone: who it was is the session's to say",
    before: signedIn,
    act: (app) => post(app, app.provider.logoutToken({ sub: undefined })),
    written: [{ name: "backchannel_logout", ...person, ended: 1 }],
  },
  {
    name: "a logout token that nobody has signed: its words are not believed",
    before: signedIn,
    act: (app) => post(app, app.provider.logoutToken({}, { header: { alg: "none" } })),
    written: [{ name: "backchannel_logout", ...nobody, ...refused("invalid_logout_token") }],
  },
  {
    name: "a front-channel logout, by the provider's name for the session",
    before: signedIn,
    act: (app) => {
      const asked = new URLSearchParams({ iss: app.provider.issuer, sid: "session-at-provider" });
      return app.browser().send(`/auth/v2/frontchannel-logout?${asked}`);
    },
    written: [{ name: "frontchannel_logout", ...person, ended: 1 }],
  },
  {
    name: "O22: a front-channel logout that names no session",
    before: signedIn,
    act: (app) => app.browser().send(`/auth/v2/frontchannel-logout?iss=${app.provider.issuer}&sid=another`),
    written: [],
  },
  {
    name: "S15: all of a person's sessions, ended by the application",
    before: signedIn,
    act: (app) => app.login.endAll({ issuer: app.provider.issuer, subject: "person-1" }),
    written: [{ name: "end_all", ...person, ended: 1, requestId: undefined }],
  },
  {
    name: "all of a person's sessions, where the store fails",
    before: signedIn,
    act: async (app) => {
      app.sessions.fail(new AuthError("session_store_unavailable", "The store of sessions failed"));
      const ending = app.login.endAll({ issuer: app.provider.issuer, subject: "person-1" });
      await expect(ending).rejects.toMatchObject({ code: "session_store_unavailable" });
    },
    written: [
      {
        name: "end_all",
        clientId: undefined,
        ...person,
        ...failed("session_store_unavailable"),
        requestId: undefined,
      },
    ],
  },
  {
    name: "L32: a provider whose userinfo is of another person",
    before: signedIn,
    act: (app, browser) => {
      app.provider.script.userinfo = (good) => ({ body: { ...good, sub: "another" } });
      return browser.send("/auth/v2/userinfo");
    },
    written: [{ name: "userinfo", ...person, ...refused("session_ended"), ended: 1 }],
  },
  {
    name: "a look at the session, and at userinfo while the provider is down",
    before: signedIn,
    act: async (app, browser) => {
      await browser.send("/auth/v2/session");
      app.provider.script.userinfo = () => ({ status: 500 });
      await browser.send("/auth/v2/userinfo");
    },
    written: [],
  },
];
const ownPost = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };

const nativeScenes: readonly Scene[] = [
  ...grants.map((name): Scene => {
    return { name, act: (app) => natively(app, name), written: [{ name, ...person }] };
  }),
  {
    name: "a native sign-in that the provider refuses: the client hears it, and so does the trail",
    act: async (app) => {
      app.provider.script.authorize = ([, ...rest]) => [["error", "access_denied"], ...rest];
      await signInNatively(app);
    },
    written: [{ name: "login", ...refused("login_refused") }],
  },
  {
    name: "a code with another verifier than its own",
    act: async (app) => {
      const code = caught(await signInNatively(app));
      await token(app, { ...code, code_verifier: bent(code.code_verifier ?? "") });
    },
    written: [{ name: "native_code", ...refused("login_refused") }],
  },
  {
    name: "F02: a refresh token that was changed",
    act: (app) => token(app, { refresh_token: "x".repeat(200) }),
    written: [{ name: "native_refresh", ...nobody, ...refused("login_refused") }],
  },
  {
    name: "a device that waits, and is then told no",
    act: async (app) => {
      const { body } = await device(app);
      for (const error of ["authorization_pending", "slow_down", "access_denied"]) {
        app.provider.script.token = () => ({ status: 400, body: { error } });
        app.clock.now += 60_000;
        await token(app, { device_code: body.device_code as string });
      }
    },
    written: [{ name: "native_device", ...refused("login_refused") }],
  },
  {
    name: "what is none of the grants",
    act: (app) => token(app, { grant_type: "password", username: "a", password: "b" }),
    written: [],
  },
];

async function play({ before, act }: Scene, app: LoginApp): Promise<readonly SessionEvent[]> {
  const browser = app.browser();
  await before?.(app, browser);
  if (before) app.events.length = app.told.length = 0;
  await act(app, browser);
  return app.events.filter((event) => event.type === "session");
}

function whole(app: LoginApp, expected: Expected): SessionEvent {
  return {
    type: "session",
    time: app.clock.now,
    outcome: "ok",
    code: undefined,
    reason: expected.code === undefined ? undefined : expect.any(String),
    issuer: app.provider.issuer,
    subject: undefined,
    clientId: app.provider.clientId,
    ended: undefined,
    requestId: "req-1",
    ...expected,
  };
}

describe.each([
  ["of browsers", scenes, startLoginApp],
  ["of native clients", nativeScenes, (options?: LoginAppOptions) => startNativeApp(options)],
] as const)("what is written down %s", (_, table, start) => {
  test.each(table)("$name", async (scene) => {
    const app = await start(scene.options);
    const events = await play(scene, app);
    expect(events).toStrictEqual(scene.written.map((one) => whole(app, one)));
    expect(app.told).toStrictEqual(
      events.map(({ name, outcome, code, issuer }) => ({ name, outcome, code, issuer })),
    );
  });
});

test("a native client that asks too often is no outage", async () => {
  const app = await startNativeApp({}, { requestsPerMinute: 1 });
  await natively(app, "native_code");
  expect((await natively(app, "native_code")).status).toBe(429);
  expect(app.events).toMatchObject([
    { name: "native_code", outcome: "ok" },
    { name: "native_code", ...refused("login_interrupted") },
  ]);
});

test("each kind of event is one of these", () => {
  const written = [...scenes, ...nativeScenes].flatMap((scene) => scene.written.map(({ name }) => name));
  expect([...new Set(written)].toSorted()).toEqual(sessionNames.toSorted());
});

test("a session's and a browser's own secrets are in no event: the cookie, the tokens, the provider's name for the session", async () => {
  const app = await startNativeApp();
  const browser = app.browser();
  await signIn(app, browser);
  const { tokens, sid } = onlySession(app);
  const cookies = [...browser.jar.values()];
  await renewed(app);
  await post(app, app.provider.logoutToken());
  const { body } = await token(app, caught(await signInNatively(app)));
  await browser.open(query());
  expect(app.events.length).toBeGreaterThan(3);
  const text = JSON.stringify([app.events, app.told]);
  const secrets = [tokens.accessToken, tokens.refreshToken, tokens.idToken, sid, ...cookies];
  for (const secret of [...secrets, body.access_token, body.refresh_token]) {
    expect(secret).toEqual(expect.any(String));
    expect(text).not.toContain(secret);
  }
});
