// People sign in at a real Keycloak (`npm run test:services -- keycloak`), with a browser that fills in its forms.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { createPlainBrowser, type PlainBrowser } from "../support/plain-browser.ts";
import { type Keycloak, startKeycloak } from "./keycloak/server.ts";
import { type Me, recentSeconds, startApplication } from "./keycloak-login/application.ts";
import { accessTokenSeconds, loginRealm } from "./keycloak-login/realm.ts";

const home = process.env.SALLYPORT_KEYCLOAK_HOME;
const alice = { username: "alice", password: "alice-password" };
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe.skipIf(!home)("people at Keycloak", () => {
  let keycloak: Keycloak;
  let port: number;
  const issuerOf = (realm: string) => `${keycloak.url}/realms/${realm}`;

  beforeAll(async () => {
    port = await freePort();
    keycloak = await startKeycloak(home ?? "");
    const app = `http://127.0.0.1:${port}`;
    await keycloak.admin("POST", "realms", loginRealm("people", app));
    await keycloak.admin("POST", "realms", loginRealm("levels", app, { levels: true }));
  }, 200_000);
  afterAll(() => keycloak?.stop());

  const start = (realm = "people", clientId = "web") => startApplication(issuerOf(realm), { port, clientId });

  /** From a page of the application, by way of Keycloak's form, back to that page. */
  async function signIn(browser: PlainBrowser, url: string) {
    const form = await browser.go(url);
    expect(form.url).toContain(keycloak.url);
    return browser.submit(form, alice);
  }
  const meOf = (text: string) => JSON.parse(text) as Me;

  async function aliceAt(realm: string) {
    const [user] = await keycloak.admin<{ id: string }[]>("GET", `realms/${realm}/users?username=alice`);
    return { user, path: `realms/${realm}/users/${user?.id}` };
  }
  /** All of alice's sessions at Keycloak, ended by its administrator. */
  async function endAtKeycloak(realm: string) {
    await keycloak.admin("POST", `${(await aliceAt(realm)).path}/logout`);
  }
  async function setEnabled(enabled: boolean) {
    const { user, path } = await aliceAt("people");
    await keycloak.admin("PUT", path, { ...user, enabled });
  }

  test("alice goes to a page, signs in, and is there; the tokens stay on the server", async () => {
    const { publicUrl } = await start();
    const browser = createPlainBrowser();
    const page = await signIn(browser, `${publicUrl}/me?tab=2`);
    expect(page).toMatchObject({ url: `${publicUrl}/me?tab=2`, status: 200 });
    expect(meOf(page.text)).toMatchObject({ name: "Alice Sample" });
    const session = await browser.load(`${publicUrl}/auth/v2/session`);
    expect(JSON.parse(session.text)).toMatchObject({
      email: "alice@example.com",
      issuer: issuerOf("people"),
    });
    expect(session.text).not.toMatch(/eyJ/);
    const userinfo = await browser.load(`${publicUrl}/auth/v2/userinfo`);
    expect(JSON.parse(userinfo.text)).toMatchObject({ preferred_username: "alice" });
  });

  test("two tabs: both sign-ins succeed, whichever comes back first", async () => {
    const { publicUrl } = await start();
    const browser = createPlainBrowser();
    const first = await browser.go(`${publicUrl}/me?tab=1`);
    const second = await browser.go(`${publicUrl}/me?tab=2`);
    expect((await browser.submit(second, alice)).url).toBe(`${publicUrl}/me?tab=2`);
    // Keycloak knows alice by now: what its first form still says is not asked.
    const back = await browser.go(first.url);
    expect(back).toMatchObject({ url: `${publicUrl}/me?tab=1`, status: 200 });
  });

  test("tokens are renewed behind the scenes, once for twenty requests, and nobody is asked to sign in", async () => {
    const { publicUrl, renewals } = await start();
    const browser = createPlainBrowser();
    const before = meOf((await signIn(browser, `${publicUrl}/me`)).text);
    for (let round = 1; round <= 2; round += 1) {
      await pause(accessTokenSeconds + 0.5);
      const many = await Promise.all(Array.from({ length: 20 }, () => browser.load(`${publicUrl}/me`)));
      expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200]));
      expect(renewals()).toBe(round);
    }
    const after = meOf((await browser.load(`${publicUrl}/me`)).text);
    expect(after.subject).toBe(before.subject);
    expect(after.session.refreshedAt).toBeGreaterThan(before.session.refreshedAt);
    expect(after.session.accessTokenExpiresAt).toBeGreaterThan(Date.now());
  });

  test("Keycloak tells of a logout at the back channel, and the session here ends with it", async () => {
    const { publicUrl, log, auth, renewals } = await start();
    const [here, there] = [createPlainBrowser(), createPlainBrowser()];
    const { subject } = meOf((await signIn(here, `${publicUrl}/me`)).text);
    await signIn(there, `${publicUrl}/me`);
    const live = async () => (await auth.sessions.list({ issuer: issuerOf("people"), subject })).length;
    expect(await live()).toBe(2);
    await endAtKeycloak("people");
    // No request of theirs: a renewal would find out as well.
    await expect.poll(live, { timeout: 20_000 }).toBe(0);
    for (const browser of [here, there]) expect((await browser.load(`${publicUrl}/me`)).status).toBe(401);
    expect(renewals()).toBe(0);
    expect(log.map(({ event }) => event)).not.toContain("backchannel_logout_failed");
  });

  test("who is not told of a logout finds out at the next renewal, and the session ends", async () => {
    const { publicUrl, log } = await start("people", "web-untold");
    const browser = createPlainBrowser();
    await signIn(browser, `${publicUrl}/me`);
    await endAtKeycloak("people");
    await pause(accessTokenSeconds + 0.5);
    expect((await browser.load(`${publicUrl}/me`)).status).toBe(401);
    expect(log).toContainEqual(
      expect.objectContaining({ event: "session_not_renewed", code: "session_ended" }),
    );
    expect((await browser.go(`${publicUrl}/me`)).url).toContain(keycloak.url);
  });

  test("S21: a person whom an administrator has disabled is out with the next renewal, and can't sign in again", async () => {
    const { publicUrl } = await start();
    const browser = createPlainBrowser();
    await signIn(browser, `${publicUrl}/me`);
    await setEnabled(false);
    try {
      await pause(accessTokenSeconds + 0.5);
      expect((await browser.load(`${publicUrl}/me`)).status).toBe(401);
      expect((await signIn(createPlainBrowser(), `${publicUrl}/me`)).url).toContain(keycloak.url);
    } finally {
      await setEnabled(true);
    }
  });

  test("signing out ends the session here and at Keycloak, and comes back", async () => {
    const { publicUrl } = await start();
    const browser = createPlainBrowser();
    await signIn(browser, `${publicUrl}/me`);
    const out = await browser.post(`${publicUrl}/auth/v2/logout`);
    expect(out).toMatchObject({ status: 200, text: "home" });
    expect(out.url).toMatch(new RegExp(`^${publicUrl}/(\\?state=|$)`));
    expect(browser.visited).toContain(`${issuerOf("people")}/protocol/openid-connect/logout`);
    expect((await browser.load(`${publicUrl}/me`)).status).toBe(401);
    // Its form again: nobody is signed in there either.
    expect((await browser.go(`${publicUrl}/me`)).text).toContain('name="password"');
  });

  test("a page that wants a recent sign-in sends the browser through Keycloak again, and a script the challenge", async () => {
    const { publicUrl } = await start();
    const browser = createPlainBrowser();
    expect(await signIn(browser, `${publicUrl}/recent`)).toMatchObject({ status: 200, text: "recent" });
    await pause(recentSeconds + 1);
    const refused = await browser.load(`${publicUrl}/recent`);
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.text)).toMatchObject({ error: "insufficient_user_authentication" });
    const again = await browser.go(`${publicUrl}/recent`);
    expect(again.text).toContain('name="password"');
    const back = await browser.submit(again, { password: alice.password });
    expect(back).toMatchObject({ url: `${publicUrl}/recent`, text: "recent" });
  });

  test("a page that wants a stronger sign-in gets one of that level", async () => {
    const { publicUrl } = await start("levels");
    const browser = createPlainBrowser();
    expect(meOf((await signIn(browser, `${publicUrl}/me`)).text)).toMatchObject({ acr: "silver" });
    const step = await browser.go(`${publicUrl}/gold`);
    expect(step.text).toContain('name="password"');
    const back = await browser.submit(step, { password: alice.password });
    expect(back).toMatchObject({ url: `${publicUrl}/gold`, text: "gold" });
    expect(meOf((await browser.load(`${publicUrl}/me`)).text)).toMatchObject({ acr: "gold" });
  });

  test("a command signs alice in on another device", async () => {
    const { deviceLogin } = await start("people", "command");
    const login = await deviceLogin();
    await pause(login.intervalSeconds);
    expect(await login.poll()).toMatchObject({ status: "pending" });
    const browser = createPlainBrowser();
    const form = await browser.go(login.verificationUriComplete ?? "");
    const consent = await browser.submit(form, alice);
    await browser.submit(consent, { accept: "Yes" });
    await pause(login.intervalSeconds);
    const done = await login.poll();
    expect(done).toMatchObject({
      status: "done",
      content: { issuer: issuerOf("people"), clientId: "command" },
    });
  });

  test("a command is told where the person says no", async () => {
    const { deviceLogin } = await start("people", "command");
    const login = await deviceLogin();
    const browser = createPlainBrowser();
    const consent = await browser.submit(await browser.go(login.verificationUriComplete ?? ""), alice);
    await browser.submit(consent, { cancel: "No" });
    await pause(login.intervalSeconds);
    expect(await login.poll()).toEqual({ status: "denied" });
  });
});
