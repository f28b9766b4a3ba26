import { describe, expect, it } from "vitest";
import { Browser, dpop, pkce, post, redirectUri, signIn, start, verified } from "./support.ts";

describe("pushed authorization requests", () => {
  it("stand for their parameters, once", async () => {
    const idp = await start();
    const { verifier, challenge } = pkce();
    const pushed = await post(`${idp.issuer}/par`, "web", {
      client_id: "web",
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "openid documents:read",
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    expect(pushed).toMatchObject({ status: 201, body: { expires_in: 60 } });
    const url = `${idp.issuer}/authorize?${new URLSearchParams({ client_id: "web", request_uri: String(pushed.body.request_uri) })}`;
    const browser = new Browser();
    const back = await browser.submit(await browser.go(url), { person: "bob" });
    const code = String(new URL(back.url).searchParams.get("code"));
    const exchange = {
      grant_type: "authorization_code",
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    };
    const { body } = await post(`${idp.issuer}/token`, "web", exchange);
    expect((await verified(idp, body.access_token)).claims).toMatchObject({
      sub: "bob",
      scope: "openid documents:read",
    });
    const again = await browser.go(url);
    expect(
      again.status === 400 || new URL(again.url).searchParams.get("error") === "invalid_request_uri",
    ).toBe(true);
  });
});

describe("DPoP", () => {
  it("binds tokens to a key, at the token endpoint, on refresh and at userinfo", async () => {
    const idp = await start();
    const proof = await dpop();
    const { status, body } = await signIn(idp, {
      client: "spa",
      tokenHeaders: { dpop: await proof("POST", `${idp.issuer}/token`) },
    });
    expect({ status, type: body.token_type }).toEqual({ status: 200, type: "DPoP" });
    const token = String(body.access_token);
    expect((await verified(idp, token)).claims.cnf).toEqual({ jkt: expect.any(String) });

    const url = `${idp.issuer}/userinfo`;
    const authorization = `DPoP ${token}`;
    const bound = await fetch(url, { headers: { authorization, dpop: await proof("GET", url, token) } });
    expect(bound.status).toBe(200);
    const thief = await dpop();
    const stolen = await fetch(url, { headers: { authorization, dpop: await thief("GET", url, token) } });
    expect(stolen.status).toBe(401);
    expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);

    const refresh = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    const unproven = await post(`${idp.issuer}/token`, "spa", refresh);
    expect(unproven.body.error).toBe("invalid_grant");
    const dpopHeader = await proof("POST", `${idp.issuer}/token`);
    const renewed = await post(`${idp.issuer}/token`, "spa", refresh, { dpop: dpopHeader });
    expect(renewed.body.token_type).toBe("DPoP");
    const next = { grant_type: "refresh_token", refresh_token: String(renewed.body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "spa", next, { dpop: dpopHeader })).status).toBe(400);
  });

  it("is required of a client that says so", async () => {
    const clients = [
      { id: "bound", type: "machine", name: "Bound", secret: "s", dpopRequired: true },
    ] as const;
    const idp = await start({ clients });
    const form = { grant_type: "client_credentials", client_id: "bound", client_secret: "s" };
    expect((await post(`${idp.issuer}/token`, undefined, form)).body.error).toBe("invalid_grant");
    const proof = await dpop();
    const headers = { dpop: await proof("POST", `${idp.issuer}/token`) };
    expect((await post(`${idp.issuer}/token`, undefined, form, headers)).body.token_type).toBe("DPoP");
  });
});
