// Tokens that Keycloak binds to a client's key (RFC 9449).
import { describe, expect, test } from "vitest";
import { createDpopFetch, createDpopKey, createDpopProof, type DpopKey } from "../../../src/client/index.ts";
import { freePort } from "../../support/free-port.ts";
import { clientCredentials, logIn, type Proof, peek } from "./callers.ts";
import { type Scene, startApi } from "./scene.ts";

const client = "shop-dpop";

/** What the token endpoint wants beside the code or the secret. */
const proofOf =
  (key: DpopKey): Proof =>
  async (url) => ({ dpop: await createDpopProof(key, { method: "POST", url }) });

export function dpop(scene: () => Scene): void {
  async function start(options: Parameters<typeof startApi>[0] = {}) {
    const { issuer } = scene();
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}/`;
    const api = await startApi({ issuer, publicUrl, ...options }, {}, port);
    return { ...api, issuer, me: `${publicUrl}me` };
  }

  describe("DPoP", () => {
    test.each([
      ["a person", "user", (issuer: string, proof: Proof) => logIn(issuer, client, "ada", proof)],
      [
        "a service account",
        "service",
        (issuer: string, proof: Proof) => clientCredentials(issuer, client, proof),
      ],
    ])("a token of %s is good with a proof of its key", async (_who, kind, ask) => {
      const { issuer, me } = await start();
      const key = await createDpopKey();
      const { access_token: accessToken, token_type } = await ask(issuer, proofOf(key));
      expect(token_type).toBe("DPoP");
      expect(peek(accessToken, 1)).toMatchObject({ typ: "DPoP", cnf: { jkt: key.thumbprint } });
      const call = createDpopFetch({ key, accessToken });
      for (const time of ["first", "from the cache"]) {
        const answer = await call(me);
        expect(answer.status, time).toBe(200);
        expect(await answer.json()).toMatchObject({ kind, clientId: client });
      }
    });

    test("Keycloak gives such a client no token without a proof", async () => {
      await expect(clientCredentials(scene().issuer, client)).rejects.toThrow(/DPoP proof is missing/);
    });

    test("a stolen token is worth nothing: as a bearer, with another key, with a used proof", async () => {
      const { issuer, me, get, events } = await start();
      const key = await createDpopKey();
      const { access_token: accessToken } = await clientCredentials(issuer, client, proofOf(key));
      expect(await get("/me", accessToken)).toMatchObject({ status: 401, code: "sender_constrained" });

      const thief = createDpopFetch({ key: await createDpopKey(), accessToken });
      expect((await thief(me)).status).toBe(401);
      expect(events.at(-1)).toMatchObject({ type: "decision", code: "sender_constrained" });

      const proof = await createDpopProof(key, { method: "GET", url: me, accessToken });
      const send = () => fetch(me, { headers: { authorization: `DPoP ${accessToken}`, dpop: proof } });
      expect((await send()).status).toBe(200);
      expect((await send()).status).toBe(401);
      expect(events.at(-1)).toMatchObject({ type: "decision", code: "invalid_dpop_proof" });
    });

    test("a server that wants its nonces gets them", async () => {
      const { issuer, me } = await start({ dpop: { nonce: true } });
      const key = await createDpopKey();
      const { access_token: accessToken } = await clientCredentials(issuer, client, proofOf(key));
      expect((await createDpopFetch({ key, accessToken })(me)).status).toBe(200);
    });

    test("where bound tokens are required, another client's is refused", async () => {
      const { issuer, get } = await start({ dpop: "required" });
      const { access_token } = await clientCredentials(issuer, "worker");
      expect(await get("/me", access_token)).toMatchObject({ status: 401, code: "sender_constrained" });
    });

    test("an API that knows nothing of DPoP refuses a bound token", async () => {
      const { issuer } = scene();
      const { get } = await startApi({ issuer });
      const { access_token } = await clientCredentials(issuer, client, proofOf(await createDpopKey()));
      expect(await get("/me", access_token)).toMatchObject({ status: 401, code: "sender_constrained" });
    });
  });
}
