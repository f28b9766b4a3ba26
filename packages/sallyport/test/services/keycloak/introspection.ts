// Keycloak is asked about its tokens, and tells of those that end before their time.
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { clientCredentials, endpoint, logIn, peek } from "./callers.ts";
import { api, secret } from "./realm.ts";
import { type Scene, startApi } from "./scene.ts";

export function introspection(scene: () => Scene): void {
  const asked = { clientId: api, clientSecret: secret, tokens: "all" } as const;

  test('`tokens: "all"`: people and services are the same as by their JWTs\' signatures', async () => {
    const { issuer } = scene();
    const bySignature = await startApi({ issuer });
    const byWord = await startApi({ issuer, introspection: asked });
    await byWord.auth.ready();
    for (const token of [
      (await logIn(issuer, "shop", "ada")).access_token,
      (await clientCredentials(issuer, "worker")).access_token,
    ]) {
      const answer = await byWord.get("/me", token);
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toEqual((await bySignature.get("/me", token)).body);
    }
    expect(byWord.auth.health()).toMatchObject({
      ok: true,
      issuers: [{ state: "unused", introspection: { state: "answering" } }],
    });
  });

  test("a token ends with the session of its person, and a refresh token never is one", async () => {
    const { issuer } = scene();
    let ahead = 0;
    const { get } = await startApi(
      { issuer, introspection: { ...asked, cacheSeconds: 5, staleSeconds: 0 } },
      { now: () => Date.now() + ahead },
    );
    const { access_token: token, refresh_token: refresh } = await logIn(issuer, "shop", "ada");
    expect(await get("/me", token)).toMatchObject({ status: 200 });
    // Keycloak calls it active to the client alone that it was issued to.
    expect(await get("/me", refresh)).toMatchObject({ status: 401, code: "token_inactive" });
    const out = await fetch(endpoint(issuer, "logout"), {
      method: "POST",
      body: new URLSearchParams({ client_id: "shop", client_secret: secret, refresh_token: refresh }),
    });
    expect(out.status).toBe(204);
    ahead = 5_000;
    expect(await get("/me", token)).toMatchObject({ status: 401, code: "token_inactive" });
  });

  test("of another API's token, and for wrong credentials", async () => {
    const { issuer } = scene();
    const { get } = await startApi({ issuer, introspection: asked });
    const elsewhere = (await logIn(issuer, "shop-elsewhere", "ada")).access_token;
    expect(await get("/me", elsewhere)).toMatchObject({ status: 401 });
    const wrong = await startApi({ issuer, introspection: { ...asked, clientSecret: "not-it" } });
    const token = (await clientCredentials(issuer, "worker")).access_token;
    expect(await wrong.get("/me", token)).toMatchObject({ status: 503, code: "introspection_failed" });
    expect(wrong.events).toContainEqual(expect.objectContaining({ name: "introspection_refused_us" }));
  });

  test("a lightweight token, which has neither sub nor roles, is whole again", async () => {
    const { issuer } = scene();
    const { get } = await startApi({ issuer, introspection: asked });
    const { access_token } = await logIn(issuer, "shop-light", "ada");
    expect(peek(access_token, 1)).not.toHaveProperty("sub");
    expect(await get("/refund", access_token)).toMatchObject({ status: 200 });
    expect(await get("/me", access_token)).toMatchObject({ body: { kind: "user", username: "ada" } });
  });

  test("what Keycloak calls active and is no access token is refused all the same", async () => {
    const { issuer } = scene();
    const { get } = await startApi({ issuer, introspection: asked });
    const { id_token, refresh_token } = await logIn(issuer, "shop", "ada");
    const answer = await fetch(endpoint(issuer, "token/introspect"), {
      method: "POST",
      body: new URLSearchParams({ client_id: api, client_secret: secret, token: id_token }),
    });
    expect(await answer.json()).toMatchObject({ active: true, token_type: "ID" });
    expect(await get("/me", id_token)).toMatchObject({ status: 401, code: "wrong_token_type" });
    expect(await get("/me", refresh_token)).toMatchObject({ status: 401, code: "token_inactive" });
  });

  test("nothing but an opaque token is asked about, unless it is said", async () => {
    const { issuer } = scene();
    const { get } = await startApi({ issuer, introspection: { ...asked, tokens: "opaque" } });
    const { access_token } = await logIn(issuer, "shop", "ada");
    expect(await get("/me", access_token)).toMatchObject({ status: 200 });
    expect(await get("/me", "an-opaque-token-that-nobody-made")).toMatchObject({
      status: 401,
      code: "token_inactive",
    });
  });

  test("the API proves who it is with a key of its own (private_key_jwt)", async () => {
    const { issuer, keycloak } = scene();
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const naming = { kid: "invoices-1", alg: "ES256", use: "sig" };
    const [client] = await keycloak.admin<{ id: string; attributes: object }[]>(
      "GET",
      "realms/orders/clients?clientId=invoices-api",
    );
    if (!client) throw new Error("there is no client invoices-api");
    await keycloak.admin("PUT", `realms/orders/clients/${client.id}`, {
      ...client,
      clientAuthenticatorType: "client-jwt",
      attributes: {
        ...client.attributes,
        "use.jwks.string": "true",
        "jwks.string": JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), ...naming }] }),
        "token.endpoint.auth.signing.alg": "ES256",
      },
    });
    const { get } = await startApi({
      issuer,
      audience: "invoices-api",
      introspection: {
        clientId: "invoices-api",
        privateKey: { ...privateKey.export({ format: "jwk" }), ...naming },
        tokens: "all",
      },
    });
    const { access_token } = await logIn(issuer, "shop-elsewhere", "ada");
    expect(await get("/me", access_token)).toMatchObject({ status: 200, body: { username: "ada" } });
  });
}
