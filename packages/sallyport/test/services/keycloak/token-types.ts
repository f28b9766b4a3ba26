// Which of Keycloak's tokens are access tokens, and whose.
import { describe, expect, test } from "vitest";
import { clientCredentials, endpoint, logIn, peek } from "./callers.ts";
import { secret } from "./realm.ts";
import { type Scene, startApi } from "./scene.ts";

export function tokenTypes(scene: () => Scene): void {
  describe("access tokens", () => {
    test.each([
      ["shop", "JWT"],
      ["shop-at-jwt", "at+jwt"],
    ])("of a person, by the client %s: typ %s", async (client, typ) => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await logIn(issuer, client, "ada");
      expect(peek(access_token, 0).typ).toBe(typ);
      const first = await get("/me", access_token);
      expect(first).toMatchObject({
        status: 200,
        body: { kind: "user", subject: peek(access_token, 1).sub, clientId: client, username: "ada" },
      });
      expect((await get("/me", access_token)).body, "from the cache").toEqual(first.body);
    });

    test.each([
      ["worker", "JWT"],
      ["worker-at-jwt", "at+jwt"],
      // With a refresh token, so with a session, as a person has.
      ["worker-refreshing", "JWT"],
    ])("of a service account, by the client %s: typ %s", async (client, typ) => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token, refresh_token } = await clientCredentials(issuer, client);
      expect(peek(access_token, 0).typ).toBe(typ);
      expect(refresh_token !== undefined).toBe(client === "worker-refreshing");
      expect(await get("/me", access_token)).toMatchObject({
        status: 200,
        body: { kind: "service", clientId: client },
      });
      expect(await get("/people", access_token)).toMatchObject({
        status: 403,
        code: "insufficient_permissions",
      });
    });

    test("that are lightweight have no sub, and the log says what to switch on", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await logIn(issuer, "shop-light", "ada");
      expect(peek(access_token, 1)).not.toHaveProperty("sub");
      expect(await get("/me", access_token)).toMatchObject({
        status: 401,
        code: "missing_claim",
        reason: expect.stringContaining("switch its sub mapper on for lightweight access tokens"),
      });
    });

    test("that are lightweight, with the sub mapper on, are a person's", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await logIn(issuer, "shop-light-sub", "ada");
      expect(peek(access_token, 1)).not.toHaveProperty("realm_access");
      expect(await get("/me", access_token)).toMatchObject({
        status: 200,
        body: { kind: "user", roles: [] },
      });
    });

    test("with typ at+jwt are not yet RFC 9068's: a person's have no client_id", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer, preset: "rfc9068" });
      const { access_token } = await logIn(issuer, "shop-at-jwt", "ada");
      expect(await get("/me", access_token)).toMatchObject({
        status: 401,
        code: "missing_claim",
        reason: expect.stringContaining("client_id"),
      });
    });
  });

  describe("what is no access token", () => {
    test("an ID token, though it names the API, the client and the roles", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { id_token } = await logIn(issuer, "shop", "ada");
      expect(peek(id_token, 0)).toMatchObject({ typ: "JWT" });
      expect(peek(id_token, 1)).toMatchObject({
        aud: expect.arrayContaining(["orders-api"]),
        azp: "shop",
        realm_access: { roles: ["clerk"] },
      });
      expect(await get("/me", id_token)).toMatchObject({ status: 401, code: "wrong_token_type" });
    });

    test("a refresh token, which is signed with the realm's secret", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { refresh_token } = await logIn(issuer, "shop", "ada");
      expect(peek(refresh_token, 0)).toMatchObject({ alg: "HS512", typ: "JWT" });
      expect(await get("/me", refresh_token)).toMatchObject({ status: 401, code: "disallowed_alg" });
    });

    test("a signed answer of userinfo", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer, audience: "shop" });
      const { access_token } = await logIn(issuer, "shop", "ada");
      const answer = await fetch(endpoint(issuer, "userinfo"), {
        headers: { authorization: `Bearer ${access_token}` },
      });
      const userinfo = await answer.text();
      expect(peek(userinfo, 1)).toMatchObject({ aud: "shop" });
      expect(await get("/me", userinfo)).toMatchObject({ status: 401, code: "missing_claim" });
    });

    test("a logout token, even where its client is the audience", async () => {
      const { issuer, logoutTokens } = scene();
      const { get } = await startApi({ issuer, audience: "shop" });
      const { refresh_token } = await logIn(issuer, "shop", "ada");
      const answer = await fetch(endpoint(issuer, "logout"), {
        method: "POST",
        body: new URLSearchParams({ client_id: "shop", client_secret: secret, refresh_token }),
      });
      expect(answer.status).toBe(204);
      await expect.poll(() => logoutTokens.length, { timeout: 10_000 }).toBeGreaterThan(0);
      const token = logoutTokens.at(-1) ?? "";
      expect(peek(token, 1)).toMatchObject({ typ: "Logout", aud: "shop" });
      expect(await get("/me", token)).toMatchObject({ status: 401, code: "wrong_token_type" });
    });
  });
}
