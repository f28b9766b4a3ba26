// Native clients without a browser: POST /device, and polling at POST /token, to the letter of RFC 8628.
import { describe, expect, test } from "vitest";
import type { LoginApp } from "../support/login-app.ts";
import { bent, device, startNativeApp, token } from "../support/native-client.ts";

/** What the provider says of a device code. */
function saying(app: LoginApp, error: string | undefined, status = 400): void {
  app.provider.script.token = (_good, form) =>
    form.has("device_code") && error !== undefined ? { status, body: { error } } : undefined;
}

async function begun(app: LoginApp): Promise<string> {
  const { status, body } = await device(app);
  expect(status).toBe(200);
  return body.device_code as string;
}

/** Waits, and polls as the existing command-line client does. */
async function poll(app: LoginApp, handle: string, seconds = 5) {
  app.clock.now += seconds * 1000;
  const { status, body } = await token(app, { "device-code": handle });
  return { status, error: body.error, token: body.access_token };
}

describe("POST /device", () => {
  test("answers an empty request with all that RFC 8628 has, and a handle for the device code", async () => {
    const app = await startNativeApp();
    const { status, headers, body } = await device(app);
    expect({ status, cache: headers["cache-control"] }).toEqual({ status: 200, cache: "no-store" });
    expect(body).toEqual({
      device_code: expect.any(String),
      user_code: "ABCD-EFGH",
      verification_uri: `${app.provider.issuer}/activate`,
      expires_in: 600,
      interval: 5,
    });
    expect(body.device_code).not.toContain("device-1");
  });

  test("answers 503 where the provider has no device endpoint, which sends clients to the browser", async () => {
    const app = await startNativeApp({
      script: { metadata: ({ device_authorization_endpoint: _, ...rest }) => rest },
    });
    const { status, body } = await device(app);
    expect({ status, error: body.error }).toEqual({ status: 503, error: "temporarily_unavailable" });
    expect(app.log.at(-1)?.message).toBe("The provider has no device authorization endpoint");
  });

  test("answers 503 where the provider refuses the request, which was ours", async () => {
    const app = await startNativeApp({
      client: { clientSecret: "s" },
      script: { device: () => ({ status: 400, body: { error: "invalid_scope" } }) },
    });
    const { status, body } = await device(app);
    expect({ status, error: body.error }).toEqual({ status: 503, error: "temporarily_unavailable" });
    expect(app.log.at(-1)?.message).toMatch(/^The sign-in on another device was refused/);
  });

  test("answers 503 where sign-ins by device are not served, and asks nobody", async () => {
    const app = await startNativeApp({}, { device: false });
    const { status, body } = await device(app);
    expect({ status, error: body.error }).toEqual({ status: 503, error: "temporarily_unavailable" });
    expect(app.provider.count("/device")).toBe(0);
  });

  test("answers 503 where the provider is down", async () => {
    const app = await startNativeApp();
    await app.provider.stop();
    expect((await device(app)).status).toBe(503);
  });

  test("asks for what is wanted, and refuses what is not given", async () => {
    const metadata = (good: object) => ({ ...good, scopes_supported: ["openid", "offline_access"] });
    const app = await startNativeApp({ script: { metadata } });
    const asked = async (fields: Record<string, string>) => {
      const { status, body } = await device(app, fields);
      const scope = app.provider.seen.findLast(({ path }) => path === "/device")?.form.get("scope");
      return status === 200 ? scope : body.error;
    };
    expect(await asked({})).toBe("openid email profile offline_access");
    expect(await asked({ offline_access: "false" })).toBe("openid email profile");
    expect(await asked({ scope: "email", offline_access: "false" })).toBe("openid email");
    expect(await asked({ scope: "admin" })).toBe("invalid_scope");
    expect(await asked({ issuer: "https://evil.example" })).toBe("invalid_request");
  });

  test("tells the provider which API the tokens are for, as a browser's sign-in does", async () => {
    const resource = ["https://api.example", "https://other.example"];
    const app = await startNativeApp({ login: { resource, extra: { audience: "my-api" } } });
    await token(app, { "device-code": await begun(app) });
    const form = (path: string) => app.provider.seen.find((one) => one.path === path)?.form;
    expect(form("/device")?.getAll("resource")).toEqual(resource);
    expect(form("/device")?.get("audience")).toBe("my-api");
    expect(form("/token")?.getAll("resource")).toEqual(resource);
  });

  test("a field that is there twice is refused", async () => {
    const app = await startNativeApp();
    const { body } = await device(app, [
      ["scope", "email"],
      ["scope", "email"],
    ]);
    expect(body.error).toBe("invalid_request");
  });
});

describe("polling", () => {
  test.each(["device_code", "device-code"])(
    "spelt %s, with and without grant_type, gives tokens",
    async (field) => {
      const app = await startNativeApp();
      const grantType = "urn:ietf:params:oauth:grant-type:device_code";
      for (const extra of [{}, { grant_type: grantType }] as Record<string, string>[]) {
        const { status, headers, body } = await token(app, { [field]: await begun(app), ...extra });
        expect({ status, cache: headers["cache-control"] }).toEqual({ status: 200, cache: "no-store" });
        expect(body).toMatchObject({ token_type: "Bearer", expires_in: 300, scope: "openid" });
        const renewed = await token(app, { "refresh-token": body.refresh_token as string });
        expect(renewed.status).toBe(200);
      }
    },
  );

  test.each(["authorization_pending", "slow_down", "access_denied", "expired_token"])(
    "hands on %s as it is",
    async (error) => {
      const app = await startNativeApp();
      const handle = await begun(app);
      saying(app, error);
      expect(await poll(app, handle)).toEqual({ status: 400, error, token: undefined });
    },
  );

  test("says expired_token of a code past its time, without asking", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    expect(await poll(app, handle, 600)).toMatchObject({ status: 400, error: "expired_token" });
    expect(app.provider.count("/token")).toBe(0);
  });

  test("goes on through an outage, more slowly", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    saying(app, "server_error", 500);
    expect(await poll(app, handle)).toMatchObject({ status: 400, error: "slow_down" });
    saying(app, undefined);
    expect(await poll(app, handle, 10)).toMatchObject({ status: 200 });
  });

  test("gives nothing for a code that was used", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    expect(await poll(app, handle)).toMatchObject({ status: 200 });
    saying(app, "invalid_grant");
    expect(await poll(app, handle)).toMatchObject({ status: 400, error: "invalid_grant" });
  });

  test.each<[string, (handle: string) => string]>([
    ["the provider's own device code", () => "device-1"],
    ["bent", bent],
    ["endless", (handle) => handle + "A".repeat(60_000)],
  ])("a handle from elsewhere is refused: %s", async (_name, change) => {
    const app = await startNativeApp();
    const handle = await begun(app);
    expect(await poll(app, change(handle))).toMatchObject({ status: 400, error: "invalid_grant" });
    expect(app.provider.count("/token")).toBe(0);
  });

  test("a handle of another provider's is refused", async () => {
    const [app, other] = await Promise.all([startNativeApp(), startNativeApp()]);
    expect(await poll(other, await begun(app))).toMatchObject({ status: 400, error: "invalid_grant" });
    expect(other.provider.count("/token")).toBe(0);
  });

  test("the ID token is judged: it has no nonce, since none was sent", async () => {
    const app = await startNativeApp({
      script: { idToken: { claims: (good) => ({ ...good, nonce: "somebody's" }) } },
    });
    expect(await poll(app, await begun(app))).toMatchObject({ status: 400, error: "invalid_grant" });
  });
});

describe("who polls too fast", () => {
  test("is told to slow down, and the provider hears nothing of it", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    saying(app, "authorization_pending");
    expect(await poll(app, handle)).toMatchObject({ error: "authorization_pending" });
    expect(await poll(app, handle, 1)).toMatchObject({ status: 400, error: "slow_down" });
    expect(app.provider.count("/token")).toBe(1);
  });

  test("may poll a little early: clients' clocks and networks are not even", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    saying(app, "authorization_pending");
    await poll(app, handle);
    expect(await poll(app, handle, 4.5)).toMatchObject({ error: "authorization_pending" });
  });

  test("has to wait five seconds more for good", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    saying(app, "authorization_pending");
    await poll(app, handle);
    await poll(app, handle, 1);
    // The existing client sleeps once more by the interval that it had.
    expect(await poll(app, handle, 5)).toMatchObject({ error: "authorization_pending" });
    expect(await poll(app, handle, 5)).toMatchObject({ error: "slow_down" });
    expect(await poll(app, handle, 10)).toMatchObject({ error: "authorization_pending" });
    expect(await poll(app, handle, 15)).toMatchObject({ error: "authorization_pending" });
    expect(await poll(app, handle, 10)).toMatchObject({ error: "slow_down" });
  });

  test("is slowed down by the provider's word as well", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    saying(app, "slow_down");
    await poll(app, handle);
    saying(app, "authorization_pending");
    expect(await poll(app, handle, 5)).toMatchObject({ error: "authorization_pending" });
    expect(await poll(app, handle, 5)).toMatchObject({ error: "slow_down" });
  });

  test("in two requests at once is heard once", async () => {
    const app = await startNativeApp();
    const handle = await begun(app);
    saying(app, "authorization_pending");
    const answers = await Promise.all([poll(app, handle, 0), poll(app, handle, 0)]);
    expect(answers.map(({ error }) => error).sort()).toEqual(["authorization_pending", "slow_down"]);
  });

  test("does not slow down another device", async () => {
    const app = await startNativeApp();
    const [one, other] = [await begun(app), await begun(app)];
    saying(app, "authorization_pending");
    await poll(app, one, 0);
    expect(await poll(app, other, 0)).toMatchObject({ error: "authorization_pending" });
  });
});
