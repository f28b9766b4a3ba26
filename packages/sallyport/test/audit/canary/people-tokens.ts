// What a provider signs, and what it says of people: ID tokens, userinfo, logout tokens.
import { describe, expect, test } from "vitest";
import type { AuthErrorCode } from "../../../src/index.ts";
import { createMemorySessionStore } from "../../../src/stores/memory.ts";
import type { Bent, BentJwt, Json } from "../../support/scripted-login-provider.ts";
import { createTestKey } from "../../support/signing.ts";
import { canary } from "./ears.ts";
import { personal, spoken, startPeople, words } from "./people-scene.ts";
import { ears } from "./scene.ts";

describe("a provider's ID token", () => {
  const far = createTestKey(canary("kid"), "RS256");
  const claim = (changes: Json): BentJwt => ({ claims: (good) => ({ ...good, ...changes }) });
  const rows: [string, BentJwt][] = [
    ["of another issuer", claim({ iss: `https://${canary("iss")}.example` })],
    ["for another client", claim({ aud: canary("aud") })],
    ["for others as well", claim({ aud: [canary("client"), canary("aud")] })],
    ["of another party", claim({ azp: canary("azp") })],
    ["of another sign-in", claim({ nonce: canary("nonce") })],
    ["that ends by a word", claim({ exp: canary("exp") })],
    ["that began by a word", claim({ iat: canary("iat") })],
    ["with a subject of two lines", claim({ sub: `${canary("sub")}\nforged` })],
    ["with another access token's hash", claim({ at_hash: canary("hash") })],
    ["that is a logout token", claim({ events: { [canary("event")]: {} } })],
    ["of another type", { header: { typ: canary("typ") } }],
    ["of no algorithm", { header: { alg: "none", kid: canary("kid") } }],
    ["of an algorithm of its own", { header: { alg: canary("alg") } }],
    ["by a key that is elsewhere", { header: { jku: `https://${canary("jku")}.example` } }],
    ["by a key that nobody knows", { key: far }],
    [
      "in broken JSON",
      { raw: () => `${btoa(`{"alg":"${canary("alg")}"`)}.${btoa(canary("b"))}.${canary("c")}` },
    ],
  ];
  test.each(rows)("%s", async (_, idToken) => {
    const scene = await startPeople({ script: { idToken } });
    expect((await scene.browser().signIn()).status).toBe(400);
    await scene.end();
    expect([...ears.codes]).toContain("invalid_id_token");
    expect(ears.leaks()).toEqual([]);
  });
});

describe("a provider's userinfo", () => {
  const rows: [string, Bent, number, AuthErrorCode?][] = [
    ["500 and words", { status: 500, body: canary("body") }, 503],
    ["401 and a challenge of words", { status: 401, headers: spoken, body: words }, 401, "login_required"],
    [
      "403 and a challenge of words",
      { status: 403, headers: spoken, body: words },
      403,
      "insufficient_scope",
    ],
    ["no JSON", { body: `${canary("body")} {` }, 503],
    ["a list", { body: [canary("body")] }, 503],
    ["words of another type", { headers: { "content-type": canary("type") }, body: canary("body") }, 503],
    ["a JWT of words", { headers: { "content-type": "application/jwt" }, body: canary("jwt") }, 503],
    ["somebody else", { body: { ...personal, sub: canary("other") } }, 401, "session_ended"],
  ];
  test.each(rows)("%s", async (_, answer, expected, code = "provider_unavailable") => {
    const scene = await startPeople({ script: { userinfo: () => answer } });
    const browser = scene.browser();
    await browser.signIn();
    expect((await browser.send("/auth/v2/userinfo", { headers: {} })).status).toBe(expected);
    await scene.end();
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });
});

describe("a provider's logout token", () => {
  const rows: [string, Json, BentJwt?][] = [
    ["of another issuer", { iss: `https://${canary("iss")}.example` }],
    ["for another client", { aud: canary("aud") }],
    ["with a nonce", { nonce: canary("nonce") }],
    ["with a sid that is no text", { sid: [canary("sidattheprovider")] }],
    ["with events of words", { events: { [canary("event")]: {} } }],
    ["that began by a word", { iat: canary("iat") }],
    ["of another type", {}, { header: { typ: canary("typ") } }],
    ["of no algorithm", {}, { header: { alg: "none" } }],
  ];
  test.each(rows)("%s", async (_, changes, bent) => {
    const scene = await startPeople({ deps: { sessionStore: createMemorySessionStore() } });
    const token = ears.hide(scene.provider.logoutToken({ jti: canary("jti"), ...changes }, bent));
    const answer = await scene
      .browser()
      .send("/auth/v2/backchannel-logout", { method: "POST", headers: {}, form: { logout_token: token } });
    expect(answer.status).toBe(400);
    await scene.end();
    expect([...ears.codes]).toContain("invalid_logout_token");
    expect(ears.leaks()).toEqual([]);
  });

  test("that is good, twice", async () => {
    const scene = await startPeople({ deps: { sessionStore: createMemorySessionStore() } });
    const browser = scene.browser();
    await browser.signIn();
    const token = ears.hide(
      scene.provider.logoutToken({ jti: canary("jti"), sid: canary("sidattheprovider") }),
    );
    const request = { method: "POST", headers: {}, form: { logout_token: token }, cookie: "" };
    expect((await browser.send("/auth/v2/backchannel-logout", request)).status).toBe(200);
    expect((await browser.send("/me", { headers: {} })).status).toBe(401);
    expect((await browser.send("/auth/v2/backchannel-logout", request)).status).toBe(400);
    await scene.end();
    expect(ears.codes).toContain("session_ended");
    expect(ears.codes).toContain("invalid_logout_token");
    expect(ears.leaks()).toEqual([]);
  });
});
