import { describe, expect, it } from "vitest";
import { Browser, post, signIn, start, verified } from "./support.ts";

describe("client credentials", () => {
  it("gives a machine an at+jwt of its own, with all its scopes when it names none", async () => {
    const idp = await start();
    const { status, body } = await post(`${idp.issuer}/token`, "machine", {
      grant_type: "client_credentials",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: "Bearer", scope: "users:read documents:read documents:write" });
    expect(body.refresh_token).toBeUndefined();
    const { claims, header } = await verified(idp, body.access_token);
    expect(header.typ).toBe("at+jwt");
    expect(claims).toMatchObject({ sub: "machine", client_id: "machine", roles: ["Service"], groups: [] });
    expect(claims).not.toHaveProperty("auth_time");
  });

  it("gives the scopes that are asked for, and refuses one that the client may not have", async () => {
    const idp = await start();
    const ask = (scope: string) =>
      post(`${idp.issuer}/token`, "machine", { grant_type: "client_credentials", scope });
    expect((await ask("documents:read")).body.scope).toBe("documents:read");
    expect(await ask("users:write")).toMatchObject({ status: 400, body: { error: "invalid_scope" } });
  });

  it("takes the secret in the body too, and refuses a wrong one", async () => {
    const idp = await start();
    const ask = (secret: string) =>
      post(`${idp.issuer}/token`, undefined, {
        grant_type: "client_credentials",
        client_id: "machine",
        client_secret: secret,
      });
    expect((await ask("machine-secret")).status).toBe(200);
    expect(await ask("guess")).toMatchObject({ status: 401, body: { error: "invalid_client" } });
  });

  it("is not for clients that people sign in with", async () => {
    const idp = await start();
    const { body } = await post(`${idp.issuer}/token`, "web", { grant_type: "client_credentials" });
    expect(body.error_description).toBe("requested grant type is not allowed for this client");
  });
});

describe("resource indicators", () => {
  const otherAudiences = ["reports", "https://files.example.test/api"];
  it.each([
    ["the default audience by name", "urn:sallyport:audience:my-api", "my-api"],
    ["another audience by name", "urn:sallyport:audience:reports", "reports"],
    ["an audience that is a URI", "https://files.example.test/api", "https://files.example.test/api"],
  ])("give a JWT for %s", async (_name, resource, audience) => {
    const idp = await start({ otherAudiences });
    const { body } = await post(`${idp.issuer}/token`, "machine", {
      grant_type: "client_credentials",
      resource,
    });
    expect((await verified(idp, body.access_token, audience)).claims.aud).toBe(audience);
    const person = await signIn(idp, { scope: "openid documents:read", params: { resource } });
    expect((await verified(idp, person.body.access_token, audience)).claims.aud).toBe(audience);
  });

  it.each(["https://unknown.example.test/", "my-api"])("refuse %s with invalid_target", async (resource) => {
    const idp = await start();
    const { body } = await post(`${idp.issuer}/token`, "machine", {
      grant_type: "client_credentials",
      resource,
    });
    expect(body.error).toBe("invalid_target");
  });
});

describe("the device flow", () => {
  const grant = "urn:ietf:params:oauth:grant-type:device_code";

  it("connects a device once a person has confirmed its code", async () => {
    const idp = await start();
    const begin = await post(`${idp.issuer}/device/authorize`, "device", { scope: "openid documents:read" });
    expect(begin.body).toMatchObject({ verification_uri: `${idp.issuer}/device`, expires_in: 600 });
    const poll = { grant_type: grant, device_code: String(begin.body.device_code) };
    expect((await post(`${idp.issuer}/token`, "device", poll)).body.error).toBe("authorization_pending");

    const browser = new Browser();
    const enter = await browser.go(String(begin.body.verification_uri));
    const confirm = await browser.submit(enter, { user_code: String(begin.body.user_code).toLowerCase() });
    expect(confirm.text).toContain("Device without a browser");
    expect(confirm.text).toContain(begin.body.user_code);
    const people = await browser.submit(confirm);
    const done = await browser.submit(people, { person: "bob" });
    expect(done.text).toContain("Your device is connected");

    const { body } = await post(`${idp.issuer}/token`, "device", poll);
    expect((await verified(idp, body.access_token)).claims).toMatchObject({
      sub: "bob",
      client_id: "device",
    });
    expect(body.refresh_token).toEqual(expect.any(String));
  });

  it("says what is wrong with a code, and takes the next one", async () => {
    const idp = await start();
    const browser = new Browser();
    const enter = await browser.go(`${idp.issuer}/device`);
    const wrong = await browser.submit(enter, { user_code: '<b>"AAAA' });
    expect(wrong.text).toContain("That code is not known.");
    expect(wrong.text).toContain('value="&lt;b&gt;&quot;AAAA"');
    const empty = await browser.submit(wrong, { user_code: "" });
    expect(empty.text).toContain("Please enter the code that your device shows.");
  });

  it("tells the device when the person says no", async () => {
    const idp = await start();
    const begin = await post(`${idp.issuer}/device/authorize`, "device", { scope: "openid" });
    const browser = new Browser();
    const confirm = await browser.submit(await browser.go(`${idp.issuer}/device`), {
      user_code: String(begin.body.user_code),
    });
    expect((await browser.submit(confirm, { abort: "yes" })).text).toContain("The device was not connected.");
    const poll = { grant_type: grant, device_code: String(begin.body.device_code) };
    expect((await post(`${idp.issuer}/token`, "device", poll)).body.error).toBe("access_denied");
  });
});

describe("refresh tokens", () => {
  it("rotate, and one that is used again ends the whole family", async () => {
    const idp = await start();
    const first = await signIn(idp, { scope: "openid documents:read" });
    const refresh = (token: unknown) =>
      post(`${idp.issuer}/token`, "web", { grant_type: "refresh_token", refresh_token: String(token) });
    const second = await refresh(first.body.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
    const { claims } = await verified(idp, second.body.access_token);
    expect(claims).toMatchObject({ sub: "alice", scope: "openid documents:read", acr: "pwd" });
    expect(claims.auth_time).toBe((await verified(idp, first.body.access_token)).claims.auth_time);

    expect((await refresh(first.body.refresh_token)).body.error).toBe("invalid_grant");
    expect((await refresh(second.body.refresh_token)).body.error).toBe("invalid_grant");
    const { body } = await post(`${idp.issuer}/introspect`, "web", {
      token: String(second.body.access_token),
    });
    expect(body).toEqual({ active: false });
  });

  it("belong to one client", async () => {
    const idp = await start();
    const { body } = await signIn(idp, { client: "spa" });
    const stolen = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "web", stolen)).body.error).toBe("invalid_grant");
  });
});
