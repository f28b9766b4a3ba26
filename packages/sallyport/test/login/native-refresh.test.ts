// Native clients that renew: by a handle of ours, at the provider that the handle is of, for as long as was decided.
import { describe, expect, test } from "vitest";
import { createSealer } from "../../src/session/index.ts";
import { createRevocationList } from "../../src/verify/index.ts";
import { lastCode } from "../support/login-app.ts";
import { bent, startNativeApp, token, tokensOf } from "../support/native-client.ts";
import { plainSealer } from "../support/plain-sessions.ts";

const refreshOf = ({ refresh_token: handle }: Record<string, unknown>) => handle as string;

describe("a native client that renews", () => {
  test.each(["refresh_token", "refresh-token"])(
    "spells it %s, with and without grant_type",
    async (field) => {
      const app = await startNativeApp();
      const first = await tokensOf(app);
      const second = await token(app, { [field]: refreshOf(first) });
      expect(second.status).toBe(200);
      expect(second.headers["cache-control"]).toBe("no-store");
      expect(second.body).toMatchObject({
        token_type: "Bearer",
        expires_in: 300,
        refresh_expires_in: 604_800,
        scope: "openid email profile",
      });
      expect(second.body.access_token).not.toBe(first.access_token);
      const third = await token(app, { [field]: refreshOf(second.body), grant_type: "refresh_token" });
      expect(third.status).toBe(200);
    },
  );

  test("F02: follows the provider's rotation: a handle that was used is good no more", async () => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    expect((await token(app, { refresh_token: refreshOf(first) })).status).toBe(200);
    const again = await token(app, { refresh_token: refreshOf(first) });
    expect({ status: again.status, error: again.body.error }).toEqual({
      status: 400,
      error: "invalid_grant",
    });
  });

  test("of somebody whose access was revoked gets nothing, and the provider hears of it", async () => {
    const revoked = createRevocationList();
    const app = await startNativeApp({ isRevoked: revoked.isRevoked });
    const first = await tokensOf(app);
    const second = await token(app, { refresh_token: refreshOf(first) });
    expect(second.status).toBe(200);
    revoked.revoke({ issuer: app.provider.issuer, subject: "person-2" });
    const third = await token(app, { refresh_token: refreshOf(second.body) });
    expect(third.status).toBe(200);
    revoked.revoke({ issuer: app.provider.issuer, subject: "person-1" });
    const fourth = await token(app, { refresh_token: refreshOf(third.body) });
    expect([fourth.status, fourth.body.error]).toEqual([400, "invalid_grant"]);
    expect(fourth.body).not.toHaveProperty("access_token");
    await expect.poll(() => app.provider.count("/revoke")).toBe(1);
  });

  test("is known to isRevoked by all that its ID token said", async () => {
    const heard: unknown[] = [];
    const app = await startNativeApp({
      isRevoked: (identity) => {
        heard.push(identity.name);
        return false;
      },
    });
    expect((await token(app, { refresh_token: refreshOf(await tokensOf(app)) })).status).toBe(200);
    expect(heard).toEqual(["Ada Example"]);
  });

  test("waits where nobody can say whether it was revoked, and is good once somebody can", async () => {
    let down = true;
    const isRevoked = () => (down ? Promise.reject(new Error("The database is down")) : false);
    const app = await startNativeApp({ isRevoked });
    const first = await tokensOf(app);
    const asked = app.provider.count("/token");
    const refused = await token(app, { refresh_token: refreshOf(first) });
    expect([refused.status, refused.body.error]).toEqual([503, "temporarily_unavailable"]);
    expect(app.provider.count("/token")).toBe(asked);
    down = false;
    expect((await token(app, { refresh_token: refreshOf(first) })).status).toBe(200);
  });

  test("F08: goes on with the same refresh token where the provider gives no other, under a handle of its own", async () => {
    const app = await startNativeApp({ script: { rotate: false } });
    const first = await tokensOf(app);
    const second = await token(app, { refresh_token: refreshOf(first) });
    expect(second.body.refresh_token).toEqual(expect.any(String));
    expect((await token(app, { refresh_token: refreshOf(second.body) })).status).toBe(200);
    const sent = app.provider.seen.flatMap(({ form }) => form.getAll("refresh_token"));
    expect(new Set(sent).size).toBe(1);
  });

  test("F09: never gets more than it had", async () => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    app.provider.script.token = (good) => ({ body: { ...good, scope: `${good.scope} admin` } });
    const second = await token(app, { refresh_token: refreshOf(first) });
    expect(second.body.scope).toBe("openid email profile");
  });

  test("is refused a scope that it has not got, and may name those that it has", async () => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    const more = await token(app, { refresh_token: refreshOf(first), scope: "openid admin" });
    expect({ status: more.status, error: more.body.error }).toEqual({ status: 400, error: "invalid_scope" });
    const less = await token(app, { refresh_token: refreshOf(first), scope: "openid" });
    expect(less.status).toBe(200);
  });

  test("has an end, however often it renews", async () => {
    const app = await startNativeApp({}, { refreshSeconds: 1000, absoluteSeconds: 1500 });
    const first = await tokensOf(app);
    expect(first.refresh_expires_in).toBe(1000);
    app.clock.now += 900_000;
    const second = await token(app, { refresh_token: refreshOf(first) });
    expect(second.body.refresh_expires_in).toBe(600);
    app.clock.now += 600_000;
    const third = await token(app, { refresh_token: refreshOf(second.body) });
    expect(third.body.error).toBe("invalid_grant");
  });

  test("whose end comes while the provider answers gets no other refresh token", async () => {
    const app = await startNativeApp({}, { refreshSeconds: 1000, absoluteSeconds: 1000 });
    const first = await tokensOf(app);
    app.clock.now += 999_000;
    app.provider.script.token = (good) => {
      app.clock.now += 2000;
      return { body: good };
    };
    const last = await token(app, { refresh_token: refreshOf(first) });
    expect(last.status).toBe(200);
    expect(last.body).not.toHaveProperty("refresh_token");
    expect(last.body.refresh_expires_in).toBe(0);
  });

  test("that has not renewed for too long has to sign in again", async () => {
    const app = await startNativeApp({}, { refreshSeconds: 1000 });
    const first = await tokensOf(app);
    app.clock.now += 1_000_000;
    expect((await token(app, { refresh_token: refreshOf(first) })).body.error).toBe("invalid_grant");
  });

  test("keeps its handle while the provider is down", async () => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    app.provider.script.token = () => ({ status: 500, body: "down" });
    const down = await token(app, { refresh_token: refreshOf(first) });
    expect({ status: down.status, error: down.body.error }).toEqual({
      status: 503,
      error: "temporarily_unavailable",
    });
    expect(Number(down.headers["retry-after"])).toBeGreaterThan(0);
  });
});

describe("a handle from elsewhere is refused before the provider hears of it", () => {
  test.each<[string, (handle: string) => string]>([
    ["the provider's own refresh token", () => "refresh-3"],
    ["a JWT", () => "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."],
    ["bent", bent],
    ["cut off", (handle) => handle.slice(0, -1)],
    ["with more behind it", (handle) => `${handle}A`],
    ["endless", (handle) => handle + "A".repeat(60_000)],
  ])("%s", async (_name, change) => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    const before = app.provider.count("/token");
    const { status, body } = await token(app, { "refresh-token": change(refreshOf(first)) });
    expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_grant" });
    expect(app.provider.count("/token")).toBe(before);
  });

  test("F10: of the same application with another client", async () => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    const other = await startNativeApp({ client: { clientId: "other" } });
    const { body } = await token(other, { refresh_token: refreshOf(first) });
    expect(body.error).toBe("invalid_grant");
    expect(other.provider.count("/token")).toBe(0);
  });

  test("F10: of the same application at another provider", async () => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    const other = await startNativeApp();
    const { body } = await token(other, { refresh_token: refreshOf(first) });
    expect(body.error).toBe("invalid_grant");
    expect(other.provider.count("/token")).toBe(0);
  });

  test("sealed under another secret, or for something else", async () => {
    const secrets = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
    const [ours, others] = secrets.map((secret) => createSealer([secret]));
    const until = Date.now() + 60_000;
    const handle = (await ours?.seal("native refresh", "", { id: "1" }, until)) as string;
    expect(await ours?.open("native refresh", "", handle)).toEqual({ id: "1" });
    expect(await ours?.open("native code", "", handle)).toBeUndefined();
    expect(await ours?.open("login", "", handle)).toBeUndefined();
    expect(await others?.open("native refresh", "", handle)).toBeUndefined();
  });

  test.each([
    [
      "twice",
      [
        ["refresh_token", "a"],
        ["refresh_token", "a"],
      ],
    ],
    [
      "in both spellings",
      [
        ["refresh_token", "a"],
        ["refresh-token", "a"],
      ],
    ],
    [
      "beside a device code",
      [
        ["refresh_token", "a"],
        ["device-code", "a"],
      ],
    ],
    [
      "as a code's grant",
      [
        ["refresh_token", "a"],
        ["grant_type", "authorization_code"],
      ],
    ],
  ] as [string, [string, string][]][])("%s", async (_name, fields) => {
    const app = await startNativeApp();
    const { status, body } = await token(app, fields);
    expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_request" });
  });
});

describe("the ID token of a renewal is judged by that of the sign-in", () => {
  test.each([
    ["F07: another sub", (good: object) => ({ ...good, sub: "person-2" })],
    ["F07: another iss", (good: object) => ({ ...good, iss: "https://evil.example" })],
    ["F07: another aud", (good: object) => ({ ...good, aud: "other" })],
    ["F07: another auth_time", (good: object) => ({ ...good, auth_time: 1 })],
    ["F07: another nonce", (good: object) => ({ ...good, nonce: "other" })],
  ])("%s", async (_name, claims) => {
    const app = await startNativeApp();
    const first = await tokensOf(app);
    app.provider.script.idToken = { claims };
    const { status, body } = await token(app, { refresh_token: refreshOf(first) });
    expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_grant" });
    expect(body).not.toHaveProperty("access_token");
    expect(app.provider.count("/revoke")).toBe(1);
    expect(lastCode(app)).toBe("session_ended");
  });
});

test("F11: a handle has no access token in it, and no ID token that anybody else would take", async () => {
  const app = await startNativeApp();
  const first = await tokensOf(app);
  const opened = await plainSealer(() => app.clock.now).open("native refresh", "", refreshOf(first));
  const text = JSON.stringify(opened);
  expect(text).toContain("refresh-3");
  expect(text).not.toContain(first.access_token);
  expect(text).not.toMatch(/ey[\w-]+\.ey[\w-]+/);
  expect(text).not.toContain("Ada Example");
});

test("F11: no handle and no token is in the log", async () => {
  const app = await startNativeApp();
  const first = await tokensOf(app);
  await token(app, { refresh_token: bent(refreshOf(first)) });
  await token(app, { refresh_token: refreshOf(first) });
  await token(app, { refresh_token: refreshOf(first) });
  const log = JSON.stringify(app.log);
  expect(app.log.length).toBeGreaterThan(1);
  for (const secret of [first.access_token, refreshOf(first), bent(refreshOf(first)), "refresh-3"]) {
    expect(log).not.toContain(secret);
  }
});
