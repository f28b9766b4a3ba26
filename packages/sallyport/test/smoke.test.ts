import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, test } from "vitest";
import { createVerifier } from "../src/index.ts";
test("smoke", async () => {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" };
  const v = createVerifier({ issuer: "https://i.example", audience: "a", jwks: { keys: [jwk] } });
  const t = await new SignJWT({ client_id: "c", scope: "a b" }).setProtectedHeader({ alg: "RS256", kid: "k", typ: "at+jwt" }).setIssuer("https://i.example").setAudience("a").setSubject("s").setJti("j").setIssuedAt().setExpirationTime("5m").sign(privateKey);
  const id = v.verifySync(t);
  expect(id.scopes).toEqual(["a", "b"]);
  expect(v.verifySync(t)).toBe(id);
});
