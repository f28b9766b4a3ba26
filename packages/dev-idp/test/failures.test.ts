import { describe, expect, it } from "vitest";
import { type FailureMode, startDevIdp } from "../src/index.ts";
import { post, signIn, start, verified } from "./support.ts";

const discovery = "/.well-known/openid-configuration";

describe("fail", () => {
  it("answers 500 everywhere, and is healed by null", async () => {
    const idp = await start();
    idp.fail("500");
    for (const path of [discovery, "/jwks", "/authorize"])
      expect((await fetch(idp.issuer + path)).status).toBe(500);
    expect((await post(`${idp.issuer}/token`, "machine", {})).status).toBe(500);
    idp.fail(null);
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(200);
    expect(idp.requests).toMatchObject({ discovery: 1, jwks: 2, authorization: 1, token: 1 });
  });

  it.each([
    ["jwks", 500, 200],
    ["discovery", 200, 500],
  ] as const)("fails for %s alone", async (path, jwks, other) => {
    const idp = await start();
    idp.fail("500", { path });
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(jwks);
    expect((await fetch(idp.issuer + discovery)).status).toBe(other);
    expect((await post(`${idp.issuer}/token`, "machine", { grant_type: "client_credentials" })).status).toBe(
      200,
    );
  });

  it("sends JSON that is cut off, with a good status and type", async () => {
    const idp = await start();
    idp.fail("wrong-json");
    const response = await fetch(`${idp.issuer}/jwks`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
    await expect(response.json()).rejects.toThrow(SyntaxError);
  });

  it("answers late: after the delay, or as soon as it is healed", async () => {
    const idp = await start();
    idp.fail("slow", { path: "jwks", delaySeconds: 0.2 });
    const before = performance.now();
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(180);

    idp.fail("slow");
    const waiting = fetch(`${idp.issuer}/jwks`);
    const first = await Promise.race([
      waiting,
      new Promise((resolve) => setTimeout(resolve, 150, "still waiting")),
    ]);
    expect(first).toBe("still waiting");
    idp.fail(null);
    expect((await waiting).status).toBe(200);
  });

  it("does not hold up close()", async () => {
    const idp = await startDevIdp({ algorithm: "ES256" });
    idp.fail("slow");
    const waiting = fetch(`${idp.issuer}/jwks`).catch((error: Error) => error);
    await expect.poll(() => idp.requests.jwks).toBe(1);
    await idp.close();
    await waiting;
  });

  it("sets the clock two hours back: tokens are expired when they are made, and the Date header is wrong", async () => {
    const idp = await start();
    idp.fail("clock-off");
    await expect(verified(idp, await idp.token({ person: "alice" }))).rejects.toMatchObject({
      code: "ERR_JWT_EXPIRED",
    });
    const { body } = await post(`${idp.issuer}/token`, "machine", { grant_type: "client_credentials" });
    await expect(verified(idp, body.access_token)).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" });
    expect(
      (await post(`${idp.issuer}/introspect`, "machine", { token: String(body.access_token) })).body.active,
    ).toBe(false);
    const date = Date.parse((await fetch(`${idp.issuer}/jwks`)).headers.get("date") ?? "");
    expect(Math.abs(date + 7_200_000 - Date.now())).toBeLessThan(5000);
    idp.fail(null);
    expect((await verified(idp, await idp.token({ person: "alice" }))).claims.sub).toBe("alice");
  });

  it("sets the clock ahead, for access tokens and ID tokens alike", async () => {
    const idp = await start();
    idp.fail("clock-off", { offsetSeconds: 3600 });
    const { body } = await signIn(idp);
    const nowSeconds = Date.now() / 1000;
    const access = (await verified(idp, body.access_token)).claims;
    const id = (await verified(idp, body.id_token, "web")).claims;
    for (const [name, value, aheadSeconds] of [
      ["iat", access.iat, 3600],
      ["exp", access.exp, 7200],
      ["auth_time", access.auth_time, 3600],
      ["iat", id.iat, 3600],
      ["exp", id.exp, 7200],
    ] as const) {
      expect(Math.abs(Number(value) - nowSeconds - aheadSeconds), name).toBeLessThan(10);
    }
  });

  it.each([
    [
      () => ["broken" as FailureMode],
      "fail() takes one of 500, slow, wrong-json, clock-off, or null to heal",
    ],
    [() => ["500", { path: "token" }], "fail(…, { path }) takes one of jwks, discovery, all"],
    [() => ["slow", { delaySeconds: -1 }], "takes a number of seconds, 0 or more"],
    [() => ["clock-off", { offsetSeconds: 0.5 }], "takes whole seconds"],
  ])("refuses what it does not know by a sentence", async (args, sentence) => {
    const idp = await start();
    expect(() => idp.fail(...(args() as Parameters<typeof idp.fail>))).toThrow(sentence);
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(200);
  });
});

describe("now", () => {
  it("dates access tokens and ID tokens", async () => {
    const start2030 = Date.UTC(2030, 0, 1);
    const idp = await start({ now: () => start2030 });
    const { body } = await signIn(idp);
    for (const token of [body.access_token, body.id_token, await idp.token()]) {
      const claims = JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString());
      expect(Math.abs(claims.iat - start2030 / 1000)).toBeLessThanOrEqual(1);
      expect(claims.exp - claims.iat).toBe(3600);
    }
  });
});

describe("rotateKeys", () => {
  it("signs with the new key at once, and keeps the old one published", async () => {
    const idp = await start();
    const old = await idp.token({ person: "alice" });
    const kid = idp.rotateKeys();
    const fresh = await idp.token({ person: "alice" });
    expect((await verified(idp, fresh)).header.kid).toBe(kid);
    expect((await verified(idp, old)).header.kid).not.toBe(kid);
    const { keys } = (await (await fetch(`${idp.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
    expect(keys).toHaveLength(2);
    expect(keys[0]?.kid).toBe(kid);
  });

  it("drops the old keys when told to, and what they signed is unknown then", async () => {
    const idp = await start();
    const old = await idp.token();
    idp.rotateKeys({ keepOld: false });
    await expect(verified(idp, old)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
    expect((await post(`${idp.issuer}/introspect`, "machine", { token: old })).body).toEqual({
      active: false,
    });
  });

  it("forgets no one: sessions, refresh tokens and remembered access tokens go on", async () => {
    const idp = await start();
    const { body, browser } = await signIn(idp, { scope: "openid" });
    idp.rotateKeys();
    const refresh = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "web", refresh)).status).toBe(200);
    expect(
      (await post(`${idp.issuer}/introspect`, "web", { token: String(body.access_token) })).body.active,
    ).toBe(true);
    const before = idp.requests.signIn;
    await signIn(idp, { browser });
    expect(idp.requests.signIn).toBe(before);
  });
});
