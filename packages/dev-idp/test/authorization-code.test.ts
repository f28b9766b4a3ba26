import { describe, expect, it } from "vitest";
import { authorizeUrl, Browser, pkce, post, redirectUri, signIn, start, verified } from "./support.ts";

describe("authorization code with PKCE", () => {
  it("signs a person in with one click and gives a JWT access token, an ID token and a refresh token", async () => {
    const idp = await start();
    const { status, body, callback } = await signIn(idp, { scope: "openid profile email users:write" });
    expect(status).toBe(200);
    expect(callback.get("state")).toBe("st");
    expect(callback.get("iss")).toBe(idp.issuer);
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 3600, refresh_token: expect.any(String) });

    const access = await verified(idp, body.access_token);
    expect(access.header).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) });
    expect(access.claims).toMatchObject({
      sub: "alice",
      client_id: "web",
      scope: "openid profile email users:write",
      jti: expect.any(String),
      roles: ["Admin"],
      groups: ["staff", "admins"],
      permissions: ["users:read", "users:write", "documents:read", "documents:write"],
      name: "Alice Admin",
      acr: "pwd",
      amr: ["pwd"],
    });
    expect(Number(access.claims.exp) - Number(access.claims.iat)).toBe(3600);
    expect(Math.abs(Number(access.claims.auth_time) - Date.now() / 1000)).toBeLessThan(10);

    const id = await verified(idp, body.id_token, "web");
    expect(id.header.typ).not.toBe("at+jwt");
    expect(id.claims).toMatchObject({
      sub: "alice",
      nonce: "no",
      email: "alice@example.test",
      roles: ["Admin"],
    });
  });

  it("gives the same claims at userinfo, for the same access token", async () => {
    const idp = await start();
    const { body } = await signIn(idp, { person: "bob", scope: "openid profile email" });
    const response = await fetch(`${idp.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(await response.json()).toEqual({
      sub: "bob",
      name: "Bob Editor",
      preferred_username: "bob",
      email: "bob@example.test",
      email_verified: true,
      roles: ["Editor"],
      groups: ["staff", "editors"],
      permissions: ["documents:read", "documents:write"],
    });
  });

  it("refuses userinfo to a token without the openid scope", async () => {
    const idp = await start();
    const { body } = await signIn(idp, { scope: "documents:read", params: { nonce: "" } });
    const response = await fetch(`${idp.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(response.status).toBe(403);
  });

  it("grants an API scope only to a person who has that permission", async () => {
    const idp = await start();
    const { body } = await signIn(idp, {
      person: "carol",
      scope: "openid documents:read documents:write users:write",
    });
    const { claims } = await verified(idp, body.access_token);
    expect(claims.scope).toBe("openid documents:read");
    expect(body.scope).toBe("openid documents:read");
  });

  it("asks for nothing the second time, and grants further scopes then", async () => {
    const idp = await start();
    const { browser } = await signIn(idp);
    const page = await browser.go(authorizeUrl(idp, { scope: "openid documents:read" }, pkce().challenge));
    expect(new URL(page.url).searchParams.get("code")).toEqual(expect.any(String));
    expect(idp.requests.signIn).toBe(2);
  });

  it("takes a username and a password, and says when they are wrong", async () => {
    const idp = await start();
    const browser = new Browser();
    const page = await browser.go(authorizeUrl(idp, {}, pkce().challenge));
    const wrong = await browser.submit(page, { username: "alice", password: "no" });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain("The username or the password is wrong.");
    const unknown = await browser.submit(wrong, { username: "nobody", password: "" });
    expect(unknown.status).toBe(401);
    const right = await browser.submit(unknown, { username: "alice", password: "alice" });
    expect(right.url).toMatch(/^http:\/\/127\.0\.0\.1:3999\/cb\?code=/);
  });

  it("goes back with access_denied on Cancel", async () => {
    const idp = await start();
    const browser = new Browser();
    const page = await browser.go(authorizeUrl(idp, {}, pkce().challenge));
    const back = new URL((await browser.submit(page, { cancel: "yes" })).url).searchParams;
    expect(Object.fromEntries(back)).toMatchObject({ error: "access_denied", state: "st", iss: idp.issuer });
  });

  it("gives the acr that was asked for", async () => {
    const idp = await start();
    const { body } = await signIn(idp, { params: { acr_values: "mfa" } });
    expect((await verified(idp, body.access_token)).claims).toMatchObject({
      acr: "mfa",
      amr: ["pwd", "otp", "mfa"],
    });
    expect((await verified(idp, body.id_token, "web")).claims).toMatchObject({ acr: "mfa" });
  });

  it("asks again for a stronger sign-in than the session's, and for a sign-in that is too old", async () => {
    const idp = await start();
    const { browser } = await signIn(idp);
    const stronger = await signIn(idp, { browser, params: { acr_values: "mfa" } });
    expect((await verified(idp, stronger.body.access_token)).claims.acr).toBe("mfa");
    expect(idp.requests.signIn).toBe(4);
    await signIn(idp, { browser, params: { acr_values: "mfa" } });
    await signIn(idp, { browser, params: { acr_values: "unheard-of" } });
    expect(idp.requests.signIn).toBe(4);
    await signIn(idp, { browser, params: { max_age: "0" } });
    expect(idp.requests.signIn).toBe(6);
  });

  it("lets another person take over with prompt=login", async () => {
    const idp = await start();
    const { browser } = await signIn(idp);
    const page = await browser.go(authorizeUrl(idp, { params: { prompt: "login" } }, pkce().challenge));
    // The provider ends alice's session by a form that a browser submits by itself.
    const between = await browser.submit(page, { person: "bob" });
    const back = await browser.submit(between);
    expect(new URL(back.url).searchParams.get("code")).toEqual(expect.any(String));
    const { body } = await signIn(idp, { browser, person: "nobody is asked" });
    expect((await verified(idp, body.access_token)).claims.sub).toBe("bob");
  });

  it("takes prompt=consent without asking, for a first-party client", async () => {
    const idp = await start();
    const { body } = await signIn(idp, { scope: "openid offline_access", params: { prompt: "consent" } });
    expect(body.scope).toBe("openid offline_access");
  });

  it("answers prompt=none with login_required where no one is signed in", async () => {
    const idp = await start();
    const page = await new Browser().go(authorizeUrl(idp, { params: { prompt: "none" } }, pkce().challenge));
    expect(new URL(page.url).searchParams.get("error")).toBe("login_required");
  });

  it.each([
    ["without a challenge", { code_challenge: "", code_challenge_method: "" }],
    ["with the plain method", { code_challenge_method: "plain" }],
  ])("refuses a request %s, for a confidential client too", async (_name, params) => {
    const idp = await start();
    const page = await new Browser().go(authorizeUrl(idp, { params }, pkce().challenge));
    expect(new URL(page.url).searchParams.get("error")).toBe("invalid_request");
  });

  it("refuses a wrong verifier, and a code used twice, which ends what it gave", async () => {
    const idp = await start();
    const { exchange, body } = await signIn(idp);
    const again = await post(`${idp.issuer}/token`, "web", exchange);
    expect(again).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    const refresh = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "web", refresh)).body.error).toBe("invalid_grant");

    const browser = new Browser();
    const page = await browser.submit(await browser.go(authorizeUrl(idp, {}, pkce().challenge)), {
      person: "bob",
    });
    const code = String(new URL(page.url).searchParams.get("code"));
    const other = {
      grant_type: "authorization_code",
      code,
      code_verifier: pkce().verifier,
      redirect_uri: redirectUri,
    };
    expect((await post(`${idp.issuer}/token`, "web", other)).body.error).toBe("invalid_grant");
  });

  it("lets a native client return to its path on any loopback port, and to no other path", async () => {
    const idp = await start();
    const native = { client: "native", redirectUri: "http://127.0.0.1:51789/callback" };
    expect((await signIn(idp, native)).status).toBe(200);
    const elsewhere = { client: "native", redirectUri: "http://127.0.0.1:51789/elsewhere" };
    const page = await new Browser().go(authorizeUrl(idp, elsewhere, pkce().challenge));
    expect(page.status).toBe(400);
    expect(page.text).toContain("redirect_uri");
  });

  it.each([
    "https://evil.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://localhost@evil.example/cb",
    "http://user@localhost:3000/cb",
    "http://localhost:3000/cb#fragment",
    "javascript:alert(1)",
  ])("never returns to %s", async (uri) => {
    const idp = await start();
    const page = await new Browser().go(authorizeUrl(idp, { redirectUri: uri }, pkce().challenge));
    expect(page.status).toBe(400);
    expect(page.url).toContain(idp.issuer);
  });
});
