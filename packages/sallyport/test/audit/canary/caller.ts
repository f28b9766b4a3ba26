// What a caller sends: the token in every part, headers, query and cookie.
import { describe, expect, test } from "vitest";
import type { AuthErrorCode, DpopOptions, VerifierOptions } from "../../../src/index.ts";
import { clientKeys, publicUrl } from "../../cases/dpop.ts";
import type { TokenParts } from "../../support/kit.ts";
import { bareJwk, type ProofParts, proofOf, thumbprintOf } from "../../support/proof.ts";
import { base64url, createTestKey } from "../../support/signing.ts";
import { canary, finish, listen, request } from "./ears.ts";
import { bearer, ears, kit, now, options, token } from "./scene.ts";

describe("a caller's token", () => {
  const far = createTestKey(canary("kid"), "ES256");
  const rows: [string, TokenParts | (() => string), string][] = [
    ["is no JWS", () => canary("opaque"), "malformed_token"],
    ["has five segments", () => `${canary("one")}.${canary("two")}.a.b.c`, "malformed_token"],
    [
      "has segments that are no base64url",
      () => `${canary("one")}!.${canary("two")}.${canary("three")}`,
      "invalid_request",
    ],
    ["has a header that is no JSON", { rawHeader: `{"alg":"${canary("alg")}"` }, "malformed_token"],
    ["has a payload that is no JSON", { rawPayload: `{"sub":"${canary("sub")}"` }, "malformed_token"],
    [
      "repeats a member",
      { rawPayload: `{"sub":"${canary("sub")}","sub":"${canary("sub2")}"}` },
      "malformed_token",
    ],
    ["has an alg of its own", { header: { alg: canary("alg") } }, "disallowed_alg"],
    ["has alg none", { header: { alg: "none", kid: canary("kid") } }, "disallowed_alg"],
    ["has a typ of its own", { header: { typ: canary("typ") } }, "wrong_token_type"],
    ["is an ID token", { header: { typ: "JWT" }, claims: { nonce: canary("nonce") } }, "wrong_token_type"],
    ["has a typ that is no text", { header: { typ: [canary("typ")] } }, "malformed_token"],
    ["has a kid that is no text", { header: { kid: { kid: canary("kid") } } }, "malformed_token"],
    ["has a kid nobody knows", { header: { kid: canary("kid") } }, "key_not_found"],
    ["has a kid of control characters", { header: { kid: `\n\u2028${canary("kid")}` } }, "key_not_found"],
    ["is signed by a key nobody knows", { key: far, header: { typ: "at+jwt" } }, "key_not_found"],
    ...["jku", "x5u", "jwk", "x5c", "crit", "zip", "cty", "enc"].map((name): [string, TokenParts, string] => [
      `has the header ${name}`,
      { header: { [name]: canary(name) } },
      "forbidden_header",
    ]),
    [
      "has headers of its own and a bad signature",
      {
        header: { [canary("headername")]: canary("headervalue") },
        key: { ...kit.keys.attacker, kid: kit.keys.rs.kid },
      },
      "invalid_signature",
    ],
    [
      "has a signature of words",
      { sign: () => base64url(canary("signature").repeat(20)) },
      "invalid_signature",
    ],
    ["has another iss", { claims: { iss: `https://${canary("iss")}.example` } }, "invalid_issuer"],
    ["has an iss that is no text", { claims: { iss: { iss: canary("iss") } } }, "invalid_issuer"],
    ["has no iss", { claims: { iss: undefined } }, "missing_claim"],
    ["has another aud", { claims: { aud: canary("aud") } }, "invalid_audience"],
    ["has an aud that is no text", { claims: { aud: [{ aud: canary("aud") }] } }, "invalid_audience"],
    ["has expired", { claims: { exp: kit.nowSeconds - 100 } }, "token_expired"],
    ["has an exp of words", { claims: { exp: canary("exp") } }, "invalid_claim"],
    ["is not valid yet", { claims: { nbf: kit.nowSeconds + 100 } }, "token_not_yet_valid"],
    ["has no jti", { claims: { jti: undefined } }, "missing_claim"],
    ["has a sub that is too long", { claims: { sub: canary("sub").repeat(50) } }, "invalid_claim"],
    ["has a sub with a line ending", { claims: { sub: `${canary("sub")}\nforged` } }, "invalid_claim"],
    ["has a client_id that is no text", { claims: { client_id: [canary("client")] } }, "invalid_claim"],
    ["names two clients", { claims: { azp: canary("azp") } }, "invalid_claim"],
    ["has an actor without sub", { claims: { act: { iss: canary("actoriss") } } }, "invalid_claim"],
    ["is bound to a key in no known form", { claims: { cnf: { jkt: canary("jkt") } } }, "sender_constrained"],
  ];
  test.each(rows)("that %s", async (_, parts, code) => {
    const text = typeof parts === "function" ? ears.hide(parts()) : token(parts);
    const core = await listen(options, ears, { now });
    await request(core, ears, bearer(text));
    await core.verifier.verify(text).catch((error: unknown) => ears.hear("verify()", error));
    try {
      core.verifier.verifySync(text);
    } catch (error) {
      ears.hear("verifySync()", error);
    }
    await finish(core, ears);
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });

  test.each<[string, ProofParts, DpopOptions, AuthErrorCode]>([
    ["has no nonce", {}, { nonce: true }, "use_dpop_nonce"],
    ["has another nonce", { claims: { nonce: canary("nonce") } }, { nonce: true }, "use_dpop_nonce"],
    ["is for another URL", { claims: { htu: `https://${canary("htu")}.example` } }, {}, "invalid_dpop_proof"],
    ["has a jti of words", { claims: { jti: canary("jti").repeat(50) } }, {}, "invalid_dpop_proof"],
    [
      "shows its private key",
      { header: { jwk: { ...clientKeys.es.jwk, d: canary("d") } } },
      {},
      "invalid_dpop_proof",
    ],
    [
      "is of another key",
      { header: { jwk: bareJwk(clientKeys.other) }, signer: clientKeys.other },
      {},
      "sender_constrained",
    ],
    ["cannot be remembered", { claims: { jti: canary("jti") } }, {}, "replay_store_unavailable"],
  ])("with a DPoP proof that %s", async (_, parts, dpop, code) => {
    const client = clientKeys.es;
    const text = token({ claims: { cnf: { jkt: thumbprintOf(client) } } });
    const place = { client, token: text, method: "GET", url: `${publicUrl}/`, nowSeconds: kit.nowSeconds };
    const proof = ears.hide(proofOf(place, parts));
    const core = await listen({ ...options, publicUrl, dpop }, ears, {
      now,
      ...(code === "replay_store_unavailable" && {
        replayStore: { add: (key: string) => Promise.reject(new Error(`${key} ${canary("store")}`)) },
      }),
    });
    const presented = { scheme: "DPoP" as const, method: "GET", url: "/", proof };
    await request(core, ears, { ...presented, authorization: `DPoP ${text}` });
    await core.verifier.verify(text, presented).catch((error: unknown) => ears.hear("verify()", error));
    await finish(core, ears);
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });

  test("that is refused twice under `optional`, and waved through as nobody", async () => {
    const core = await listen(options, ears, { now });
    const guard = core.guard(undefined, { optional: true, onInvalid: "anonymous" });
    await guard({
      ...bearer(token({ claims: { aud: canary("aud") } })),
      method: "GET",
      scheme: "Bearer",
      header: () => undefined,
      url: "/",
      route: "/",
      requestId: undefined,
    });
    await finish(core, ears);
    expect(ears.events).toMatchObject([
      { name: "audience_confusion" },
      { outcome: "anonymous", code: "invalid_audience" },
    ]);
    expect(ears.leaks()).toEqual([]);
  });

  test.each<[string, VerifierOptions, TokenParts, string]>([
    ["is too old", { maxTokenAgeSeconds: 10 }, {}, "token_too_old"],
    ["lacks a scope that all must have", { requiredScopes: ["s:all"] }, {}, "insufficient_scope"],
    [
      "lacks a permission that all must have",
      { requiredPermissions: ["p:all"] },
      {},
      "insufficient_permissions",
    ],
    ["lacks a claim that all must have", { requiredClaims: ["missing"] }, {}, "missing_claim"],
    [
      "has no kid among several keys",
      { jwks: { keys: [kit.keys.rs.jwk, { ...kit.keys.other.jwk, kid: "rs-2" }] } },
      { header: { kid: undefined } },
      "missing_kid",
    ],
  ])("that %s", async (_, extra, parts, code) => {
    const core = await listen({ ...options, ...extra }, ears, { now });
    await request(core, ears, bearer(token(parts)));
    await finish(core, ears);
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });
});

test("a caller's headers, query and cookie", async () => {
  const core = await listen(options, ears, { now });
  const good = token();
  const url = `/things/${canary("path")}?access_token=${canary("query")}&${canary("queryname")}=1#${canary("fragment")}`;
  for (const authorization of [
    undefined,
    "",
    canary("scheme"),
    `Basic ${canary("basic")}`,
    `Bearer  ${canary("twospaces")}`,
    `Bearer\t${canary("tab")}`,
    `Bearer ${canary("a")} ${canary("b")}`,
    `bearer ${canary("lower")},${canary("comma")}`,
    [`Bearer ${good}`, `Bearer ${canary("second")}`],
    `Bearer ${good}`,
  ]) {
    await request(core, ears, { authorization, url });
  }
  await finish(core, ears);
  expect(ears.codes).toContain("missing_token");
  expect(ears.codes).toContain("invalid_request");
  expect(ears.leaks()).toEqual([]);
});
