// Keycloak is asked about its tokens, and tells of those that end before their time.
import { expect, test } from "vitest";
import { clientCredentials, endpoint, logIn } from "./callers.ts";
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
}
