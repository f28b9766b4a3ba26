// Whose tokens the API takes, and what their roles let them do.
import { describe, expect, test } from "vitest";
import { clientCredentials, logIn, peek } from "./callers.ts";
import { api } from "./realm.ts";
import { type Scene, startApi } from "./scene.ts";

export function audiencesAndRoles(scene: () => Scene): void {
  describe("audience and issuer", () => {
    test("a token for another API is refused", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await logIn(issuer, "shop-elsewhere", "ada");
      expect(peek(access_token, 1).aud).toBe("invoices-api");
      expect(await get("/me", access_token)).toMatchObject({ status: 401, code: "invalid_audience" });
    });

    test("a token for no API is refused, and the log says what Keycloak needs", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await logIn(issuer, "shop-nowhere", "ada");
      expect(peek(access_token, 1)).not.toHaveProperty("aud");
      expect(await get("/me", access_token)).toMatchObject({
        status: 401,
        code: "missing_claim",
        reason: expect.stringContaining("audience mapper"),
      });
    });

    test("without a mapper, Keycloak names each API in which the caller has a role", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const ada = await logIn(issuer, "shop-unmapped", "ada");
      expect(peek(ada.access_token, 1).aud).toEqual(expect.arrayContaining([api, "invoices-api"]));
      expect(await get("/me", ada.access_token)).toMatchObject({ status: 200 });
      const ben = await logIn(issuer, "shop-unmapped", "ben");
      expect(await get("/me", ben.access_token)).toMatchObject({ status: 401, code: "missing_claim" });
    });

    test("a token of another realm of the same server is refused", async () => {
      const { issuer, otherIssuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await clientCredentials(otherIssuer, "worker");
      expect(peek(access_token, 1)).toMatchObject({ iss: otherIssuer, aud: api });
      expect(await get("/me", access_token)).toMatchObject({ status: 401, code: "invalid_issuer" });
    });

    test("where both realms are trusted, each caller has its realm's issuer", async () => {
      const { issuer, otherIssuer } = scene();
      const { get } = await startApi({
        issuers: [{ issuer }, { issuer: otherIssuer }],
      });
      for (const each of [issuer, otherIssuer]) {
        const { access_token } = await clientCredentials(each, "worker");
        expect(await get("/me", access_token)).toMatchObject({ status: 200, body: { issuer: each } });
      }
    });

    test("a token lives as long as Keycloak says, and no longer", async () => {
      const { issuer } = scene();
      let ahead = 0;
      const { get } = await startApi({ issuer }, { now: () => Date.now() + ahead });
      const { access_token } = await clientCredentials(issuer, "worker");
      expect(await get("/me", access_token)).toMatchObject({ status: 200 });
      ahead = 86_410_000;
      expect(await get("/me", access_token)).toMatchObject({ status: 401, code: "token_expired" });
    });
  });

  describe("roles", () => {
    test("are the realm's and this API's, not another API's", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await logIn(issuer, "shop", "ada");
      expect(peek(access_token, 1).resource_access).toHaveProperty("invoices-api");
      const { body } = await get("/me", access_token);
      expect((body as { roles: string[] }).roles.toSorted()).toEqual(["clerk", "refund"]);
    });

    test.each([
      ["ada", 200, 200],
      ["ben", 200, 403],
    ])("of %s: orders %i, refund %i", async (person, orders, refund) => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await logIn(issuer, "shop", person);
      expect((await get("/orders", access_token)).status).toBe(orders);
      expect((await get("/refund", access_token)).status).toBe(refund);
    });

    test("of a service account are those that it was given", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await clientCredentials(issuer, "worker");
      expect(await get("/refund", access_token)).toMatchObject({ status: 200 });
      const other = await clientCredentials(issuer, "worker-at-jwt");
      expect(await get("/refund", other.access_token)).toMatchObject({
        status: 403,
        code: "insufficient_permissions",
      });
    });

    test("are those of the audience: an API of another name reads other roles from the same token", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer, audience: "invoices-api" });
      const { access_token } = await logIn(issuer, "shop", "ada");
      expect(await get("/me", access_token)).toMatchObject({
        status: 200,
        body: { roles: ["clerk", "void"] },
      });
    });
  });
}
