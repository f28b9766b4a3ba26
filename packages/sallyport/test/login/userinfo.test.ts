// `login.userinfo`: what the ID token leaves out is asked for at each sign-in and renewal, of nobody else.
import { describe, expect, test } from "vitest";
import { onlySession, signIn, startLoginApp } from "../support/login-app.ts";

const start = (userinfo: (good: Record<string, unknown>) => { body?: unknown; status?: number }) =>
  startLoginApp({ login: { userinfo: true }, script: { userinfo } });

describe("login.userinfo", () => {
  test("adds what the ID token leaves out, and changes nothing that it says (L34)", async () => {
    const app = await start((good) => ({
      body: {
        ...good,
        name: "Somebody Else",
        groups: ["staff"],
        iss: "https://evil.example",
        aud: "other",
        exp: 1,
        auth_time: 1,
        acr: "gold",
      },
    }));
    await signIn(app, app.browser());
    const content = onlySession(app);
    const identity = app.login.identity(content);
    expect(app.provider.count("/userinfo")).toBe(1);
    expect(identity).toMatchObject({ issuer: app.provider.issuer, subject: "person-1", groups: ["staff"] });
    expect([identity.name, identity.acr]).toEqual([content.claims.name, content.claims.acr]);
    expect([identity.audience, identity.expiresAt]).toEqual([[content.clientId], content.claims.exp]);
    expect(identity.authTime).not.toBe(1);
  });

  test("L32: of somebody else, or of nobody, it ends the sign-in", async () => {
    for (const sub of ["person-2", undefined]) {
      const app = await start((good) => ({ body: { ...good, sub } }));
      await signIn(app, app.browser()).catch(() => {});
      expect(app.sessions.live.size).toBe(0);
      expect(app.log.map(({ code }) => code)).toContain("invalid_id_token");
    }
  });

  test("a provider that does not answer lets nobody in", async () => {
    const app = await start(() => ({ status: 500, body: {} }));
    await signIn(app, app.browser()).catch(() => {});
    expect(app.sessions.live.size).toBe(0);
    expect(app.log.map(({ code }) => code)).toContain("provider_unavailable");
  });

  test("is asked again at a renewal: what it takes back is gone, what fails leaves the old, another person ends it", async () => {
    let said: (good: Record<string, unknown>) => { body?: unknown; status?: number } = (good) => ({
      body: { ...good, groups: ["staff"] },
    });
    const app = await start((good) => said(good));
    await signIn(app, app.browser());
    app.clock.now += 240_000;
    const { renewal, identity } = app.login;
    said = () => ({ status: 503, body: {} });
    const kept = await renewal.renew(onlySession(app));
    expect(identity(kept).groups).toEqual(["staff"]);
    said = (good) => ({ body: { ...good, groups: undefined } });
    const gone = await renewal.renew(kept);
    expect(identity(gone).groups).toEqual([]);
    said = (good) => ({ body: { ...good, sub: "person-2" } });
    await expect(renewal.renew(gone)).rejects.toMatchObject({ code: "session_ended" });
  });
});
