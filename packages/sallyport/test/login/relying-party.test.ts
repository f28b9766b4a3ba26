// The certification suite's relying-party tests, as scenarios against a scripted provider.
import { describe, expect, test } from "vitest";
import {
  notApplicable,
  type RelyingPartyCase,
  relyingPartyCases,
  second,
  signedUserinfo,
} from "../cases/relying-party.ts";
import {
  type Browser,
  comeBack,
  type LoginApp,
  lastCode,
  onlySession,
  publicUrl,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";
import { describeVectors, vectorJson } from "../support/vectors.ts";

const json = { accept: "application/json", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
const sameOrigin = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };
const renewed = (app: LoginApp) => app.login.renewal.renew(onlySession(app));

async function userinfo(browser: Browser) {
  const answer = await browser.send("/auth/v2/userinfo", { headers: json });
  return { status: answer.status, claims: JSON.parse(answer.text ?? "null") };
}

async function logOut(app: LoginApp, browser: Browser): Promise<URL> {
  const answer = await browser.send("/auth/v2/logout", { method: "POST", headers: sameOrigin, form: {} });
  expect(app.sessions.live.size).toBe(0);
  return new URL(answer.headers.location as string);
}

const frame = (app: LoginApp, browser: Browser) =>
  browser.send(
    `/auth/v2/frontchannel-logout?${new URLSearchParams({ iss: app.provider.issuer, sid: "session-at-provider" })}`,
  );

const backchannel = (app: LoginApp, { changes, bent }: NonNullable<RelyingPartyCase["logoutToken"]> = {}) =>
  app.browser().send("/auth/v2/backchannel-logout", {
    method: "POST",
    headers: {},
    form: { logout_token: app.provider.logoutToken(changes, bent) },
  });

const follow: Readonly<
  Record<
    NonNullable<RelyingPartyCase["after"]>,
    (app: LoginApp, browser: Browser, one: RelyingPartyCase) => Promise<void>
  >
> = {
  async userinfo(app, browser) {
    expect(await userinfo(browser)).toMatchObject({ status: 200, claims: { sub: onlySession(app).subject } });
    expect(app.provider.seen.findLast(({ path }) => path === "/userinfo")?.headers.authorization).toMatch(
      /^Bearer /,
    );
  },
  async userinfo_refused(app, browser) {
    expect((await userinfo(browser)).status).toBe(401);
    expect(app.sessions.live.size).toBe(0);
  },
  async refresh(app) {
    const before = onlySession(app);
    const after = await renewed(app);
    expect(after.tokens.accessToken).not.toBe(before.tokens.accessToken);
    expect(after.subject).toBe(before.subject);
  },
  async refresh_refused(app) {
    await expect(renewed(app)).rejects.toMatchObject({ code: "session_ended" });
  },
  async logout(app, browser) {
    const { idToken } = onlySession(app).tokens;
    const url = await logOut(app, browser);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      id_token_hint: idToken,
      post_logout_redirect_uri: `${publicUrl}/`,
    });
    expect(url.searchParams.get("state")).toBeTruthy();
  },
  async backchannel(app) {
    const answer = await backchannel(app);
    expect([answer.status, answer.headers["cache-control"], app.sessions.live.size]).toEqual([
      200,
      "no-store",
      0,
    ]);
  },
  async backchannel_refused(app, _, { logoutToken }) {
    const answer = await backchannel(app, logoutToken);
    expect([answer.status, lastCode(app), app.sessions.live.size]).toEqual([400, "invalid_logout_token", 1]);
  },
  async frontchannel(app, browser) {
    const answer = await frame(app, browser);
    expect([answer.status, answer.headers["cache-control"], app.sessions.live.size]).toEqual([
      200,
      "no-store",
      0,
    ]);
  },
  async frontchannel_after_logout(app, browser) {
    await logOut(app, browser);
    expect((await frame(app, browser)).status).toBe(200);
  },
  async return_without_effect(app, browser) {
    await logOut(app, browser);
    await signIn(app, browser);
    // People come back with another state, or none: what the address says changes nothing.
    await browser.send("/auth/v2/session?state=another", { headers: json });
    expect(app.sessions.live.size).toBe(1);
  },
  async third_party(app) {
    const browser = app.browser();
    const query = new URLSearchParams({ iss: app.provider.issuer, target_link_uri: `${publicUrl}/a` });
    expect((await signIn(app, browser, `?${query}`)).headers.location).toBe("/a");
  },
  async rotation(app) {
    Object.assign(app.provider.script, { keys: () => [second.jwk], idToken: { key: second } });
    app.clock.now += 60_000;
    expect((await signIn(app, app.browser())).status).toBe(303);
  },
  async basic(app) {
    expect(app.provider.seen.find(({ path }) => path === "/token")?.headers.authorization).toMatch(/^Basic /);
  },
  async bound_resource(app, browser) {
    expect((await userinfo(browser)).status).toBe(200);
    expect(app.provider.count("/par")).toBe(1);
    const asked = app.provider.seen.findLast(({ path }) => path === "/userinfo");
    expect(asked?.headers.authorization).toMatch(/^DPoP /);
    expect(asked?.headers.dpop).toBeDefined();
  },
};

describe("relying party", () => {
  test.each(relyingPartyCases)("$name", async (one) => {
    const { algorithms } = one;
    const app = await startLoginApp({
      script: one.script?.() ?? {},
      ...(one.login && { login: one.login }),
      ...(algorithms && { verifier: { algorithms } }),
    });
    const browser = app.browser();
    const started = await browser.send("/auth/v2/login");
    const answer = started.headers.location
      ? await comeBack(app, browser, started.headers.location)
      : started;
    if (one.expect !== "session") {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect([lastCode(app), app.sessions.live.size]).toEqual([one.expect, 0]);
      return;
    }
    expect([answer.status, answer.headers.location]).toEqual([303, "/"]);
    expect((await browser.send("/auth/v2/session", { headers: json })).status).toBe(200);
    if (one.after) await follow[one.after](app, browser, one);
  });

  test(signedUserinfo, async () => {
    const app = await startLoginApp();
    app.provider.script.userinfo = (good) => ({
      headers: { "content-type": "application/jwt" },
      body: app.provider.jwt({ ...good, iss: app.provider.issuer, aud: "web" }),
    });
    const browser = app.browser();
    await signIn(app, browser);
    expect(await userinfo(browser)).toMatchObject({ status: 200, claims: { sub: "person-1" } });
  });
});

interface Listed {
  readonly testName: string;
}

describeVectors("the suite's list", 1, (ran) => {
  ran();
  test("each of its names is a scenario, or has a reason not to be", () => {
    const { oidcc_rp, fapi2_sp_final_client } = vectorJson<
      Record<"oidcc_rp" | "fapi2_sp_final_client", readonly Listed[]>
    >("oidf-conformance/rp-tests.json");
    const listed = [...oidcc_rp, ...fapi2_sp_final_client].map(({ testName }) => testName).sort();
    const known = [
      ...relyingPartyCases.map(({ name }) => name),
      signedUserinfo,
      ...Object.keys(notApplicable),
    ].sort();
    expect(known).toEqual(listed);
    expect(listed).toHaveLength(89);
  });
});
