import { describe, expect, it } from "vitest";
import { post, signIn, start, verified } from "./support.ts";

describe("introspection", () => {
  it("tells a resource server about a JWT, a machine's as well as a person's, and about a refresh token", async () => {
    const idp = await start();
    const { body } = await signIn(idp, { scope: "openid documents:read" });
    const ask = (token: unknown) => post(`${idp.issuer}/introspect`, "machine", { token: String(token) });
    const { claims } = await verified(idp, body.access_token);
    expect((await ask(body.access_token)).body).toMatchObject({
      active: true,
      sub: "alice",
      client_id: "web",
      scope: "openid documents:read",
      roles: ["Admin"],
      aud: "my-api",
      iss: idp.issuer,
      jti: claims.jti,
      exp: claims.exp,
      token_type: "Bearer",
    });
    expect((await ask(await idp.token())).body).toMatchObject({ active: true, client_id: "machine" });
    expect((await ask(body.refresh_token)).body).toMatchObject({ active: true, client_id: "web" });
  });

  it.each([
    ["an unknown token", () => "nonsense"],
    ["a JWT that someone else signed", async () => (await start()).token({ person: "alice" })],
    [
      "a JWT that was changed",
      async (token: string) =>
        token.replace(/\.[^.]+\./, (claims) => `${claims.slice(0, 9)}X${claims.slice(10)}`),
    ],
    ["a JWT with its disguise", (token: string) => `jwt:${token}x`],
  ])("calls %s inactive", async (_name, make) => {
    const idp = await start();
    const token = await make(await idp.token({ person: "alice" }));
    const { status, body } = await post(`${idp.issuer}/introspect`, "machine", { token });
    expect({ status, body }).toEqual({ status: 200, body: { active: false } });
  });

  it("needs credentials, and tells a public client of its own tokens only", async () => {
    const idp = await start();
    const token = await idp.token({ person: "alice" });
    expect((await post(`${idp.issuer}/introspect`, undefined, { token })).status).toBe(400);
    expect((await post(`${idp.issuer}/introspect`, "spa", { token })).body).toEqual({ active: false });
    const own = await idp.token({ person: "alice", client: "spa" });
    expect((await post(`${idp.issuer}/introspect`, "spa", { token: own })).body.active).toBe(true);
  });

  it("refuses a body that is longer than any form", async () => {
    const idp = await start();
    expect(
      (await fetch(`${idp.issuer}/introspect`, { method: "POST", body: "x".repeat(70_000) })).status,
    ).toBe(413);
  });
});

describe("revocation", () => {
  it("makes a JWT inactive, and with it the rest of what the person granted", async () => {
    const idp = await start();
    const { body } = await signIn(idp);
    const token = String(body.access_token);
    expect((await post(`${idp.issuer}/revoke`, "web", { token })).status).toBe(200);
    expect((await post(`${idp.issuer}/introspect`, "web", { token })).body).toEqual({ active: false });
    const response = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(401);
    const refresh = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "web", refresh)).body.error).toBe("invalid_grant");
  });

  it("makes a refresh token useless, and a machine's token inactive", async () => {
    const idp = await start();
    const { body } = await signIn(idp);
    await post(`${idp.issuer}/revoke`, "web", { token: String(body.refresh_token) });
    const refresh = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "web", refresh)).body.error).toBe("invalid_grant");
    const token = await idp.token();
    await post(`${idp.issuer}/revoke`, "machine", { token });
    expect((await post(`${idp.issuer}/introspect`, "machine", { token })).body).toEqual({ active: false });
  });

  it("is for the client that the token was issued to", async () => {
    const idp = await start();
    const token = await idp.token({ person: "alice" });
    expect(await post(`${idp.issuer}/revoke`, "machine", { token })).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
    expect((await post(`${idp.issuer}/revoke`, "spa", { token })).status).toBe(200);
    expect((await post(`${idp.issuer}/introspect`, "web", { token })).body.active).toBe(true);
  });
});
