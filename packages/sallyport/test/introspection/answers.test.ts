// What a provider says of a token: whom it is taken for, and every answer that lets nobody in.

import { describe, expect, test } from "vitest";
import type { IntrospectionOptions, VerifierOptions } from "../../src/index.ts";
import { createKit } from "../support/kit.ts";
import { audience, endpoint, errorOf, honest, issuer, opaque, setUp, startSeconds } from "./kit.ts";

const without = (...names: (keyof typeof honest)[]) =>
  Object.fromEntries(Object.entries(honest).filter(([name]) => !names.includes(name as never)));
const json = (text: string, init?: ResponseInit) => () => new Response(text, init);

test("an active token is a caller, with what the provider says of it", async () => {
  const { verifier, state } = setUp();
  const identity = await verifier.verify(opaque);
  expect(identity).toMatchObject({
    kind: "user",
    issuer,
    subject: honest.sub,
    userId: honest.sub,
    clientId: honest.client_id,
    audience: [audience],
    scopes: ["orders:read", "profile"],
    expiresAt: honest.exp,
    tokenId: "t-1",
    username: "ada",
  });
  const { active: _, ...claims } = honest;
  expect(identity.claims).toEqual(claims);
  expect(Object.isFrozen(identity.claims)).toBe(true);
  expect(state.asked.map(({ url }) => url)).toEqual([endpoint]);
});

interface Row {
  readonly answer: unknown;
  readonly outcome: object;
  readonly own?: Partial<IntrospectionOptions>;
  readonly options?: VerifierOptions;
}

const taken: Record<string, Row> = {
  "without iss it is the provider's own": { answer: without("iss"), outcome: { issuer } },
  "one of several audiences": {
    answer: { ...honest, aud: ["https://other.example", audience] },
    outcome: { audience: ["https://other.example", audience] },
  },
  "a client's own token without sub is the client": {
    answer: without("sub"),
    outcome: { kind: "service", subject: honest.client_id, clientId: honest.client_id },
  },
  "a client's own token with itself as sub": {
    answer: { ...honest, sub: honest.client_id },
    outcome: { kind: "service", subject: honest.client_id },
  },
  "who comes by way of no client is not proven to be a person": {
    answer: without("client_id"),
    outcome: { kind: "service", subject: honest.sub, clientId: undefined },
  },
  "azp names the client where client_id does not": {
    answer: { ...without("client_id"), azp: "web" },
    outcome: { kind: "user", clientId: "web" },
  },
  "token_type in other letters": { answer: { ...honest, token_type: "bEARER" }, outcome: { kind: "user" } },
  "token_use of an access token (Hydra)": {
    answer: { ...honest, token_use: "access_token" },
    outcome: { kind: "user" },
  },
  "without iat": { answer: without("iat"), outcome: { subject: honest.sub } },
  "expired within the tolerance": {
    answer: { ...honest, exp: startSeconds - 4 },
    outcome: { expiresAt: startSeconds - 4 },
  },
  "no aud, where that is allowed": {
    answer: without("aud"),
    own: { insecureAllowMissingAudience: true },
    outcome: { audience: [] },
  },
  "an empty aud (Hydra), where none is allowed": {
    answer: { ...honest, aud: [] },
    own: { insecureAllowMissingAudience: true },
    outcome: { audience: [] },
  },
  "no token_type, where that is allowed": {
    answer: without("token_type"),
    own: { insecureAllowMissingTokenType: true },
    outcome: { subject: honest.sub },
  },
  "Keycloak's claims, by its preset": {
    answer: {
      ...honest,
      typ: "Bearer",
      azp: "s6BhdRkqt3",
      sid: "session",
      realm_access: { roles: ["Admin"] },
    },
    options: { preset: "keycloak" },
    outcome: { kind: "user", roles: ["Admin"] },
  },
  "Okta's, whose answers have other names than its tokens": {
    answer: { ...honest, uid: "u1" },
    options: { issuer: "https://example.okta.com/oauth2/default" },
    own: {},
    outcome: { kind: "user", userId: "u1", scopes: ["orders:read", "profile"], clientId: honest.client_id },
  },
  "scopes by the claim that the configuration names": {
    answer: { ...honest, perms: ["a", "b"] },
    options: { scopeClaim: "perms" },
    outcome: { scopes: ["a", "b"] },
  },
};

test.each(Object.entries(taken))("taken: %s", async (_name, { answer, own, options, outcome }) => {
  const { verifier, state } = setUp(own, options);
  state.answer = () =>
    options?.issuer === undefined ? answer : { ...(answer as object), iss: options.issuer };
  expect(await verifier.verify(opaque)).toMatchObject(outcome);
});

const refused: Record<string, { answer: unknown; code: string } & Omit<Row, "outcome">> = {
  inactive: { answer: { active: false }, code: "token_inactive" },
  "inactive, whatever else is said": { answer: { ...honest, active: false }, code: "token_inactive" },
  "another issuer": { answer: { ...honest, iss: "https://other.example" }, code: "invalid_issuer" },
  "an iss that is no text": { answer: { ...honest, iss: [issuer] }, code: "invalid_issuer" },
  "C44 a token for another resource server": {
    answer: { ...honest, aud: "https://other.example" },
    code: "invalid_audience",
  },
  "C44 a token for nobody in particular": { answer: without("aud"), code: "invalid_audience" },
  "C44 an empty aud": { answer: { ...honest, aud: [] }, code: "invalid_audience" },
  "C44 a token for the client that asked": { answer: { ...honest, aud: "api" }, code: "invalid_audience" },
  "C44 another aud, where none is allowed": {
    answer: { ...honest, aud: "https://other.example" },
    own: { insecureAllowMissingAudience: true },
    code: "invalid_audience",
  },
  "an aud that is no text": { answer: { ...honest, aud: [7] }, code: "invalid_audience" },
  "no exp": { answer: without("exp"), code: "missing_claim" },
  expired: { answer: { ...honest, exp: startSeconds - 5 }, code: "token_expired" },
  "exp as a text": { answer: { ...honest, exp: "1795266000" }, code: "invalid_claim" },
  "not valid yet": { answer: { ...honest, nbf: startSeconds + 6 }, code: "token_not_yet_valid" },
  "issued in the future": { answer: { ...honest, iat: startSeconds + 6 }, code: "token_not_yet_valid" },
  "too old": {
    answer: { ...honest, iat: startSeconds - 100 },
    options: { maxTokenAgeSeconds: 60 },
    code: "token_too_old",
  },
  "of unknown age, where age counts": {
    answer: without("iat"),
    options: { maxTokenAgeSeconds: 60 },
    code: "missing_claim",
  },
  "neither sub nor client_id": { answer: without("sub", "client_id"), code: "missing_claim" },
  "a sub that is no text": { answer: { ...honest, sub: 7 }, code: "invalid_claim" },
  "a client_id that is no text": { answer: { ...honest, client_id: 7 }, code: "invalid_claim" },
  "two clients": { answer: { ...honest, azp: "another" }, code: "invalid_claim" },
  "no token_type": { answer: without("token_type"), code: "wrong_token_type" },
  "a refresh token": { answer: { ...honest, token_type: "refresh_token" }, code: "wrong_token_type" },
  "a token_type that is no text": {
    answer: { ...honest, token_type: ["Bearer"] },
    code: "wrong_token_type",
  },
  "another token_type, where none is allowed": {
    answer: { ...honest, token_type: "N_A" },
    own: { insecureAllowMissingTokenType: true },
    code: "wrong_token_type",
  },
  "a refresh token by its token_use (Hydra)": {
    answer: { ...honest, token_use: "refresh_token" },
    code: "wrong_token_type",
  },
  "a refresh token by Keycloak's typ": {
    answer: { ...honest, typ: "Refresh" },
    options: { preset: "keycloak" },
    code: "wrong_token_type",
  },
  "an ID token by its marks": {
    answer: { ...honest, at_hash: "x" },
    options: { preset: "keycloak" },
    code: "wrong_token_type",
  },
  "a claim that the configuration requires": {
    answer: honest,
    options: { requiredClaims: ["email"] },
    code: "missing_claim",
  },
  "a scope that the configuration requires": {
    answer: honest,
    options: { requiredScopes: ["orders:write"] },
    code: "insufficient_scope",
  },
  "a DPoP token that is bound to no key": {
    answer: { ...honest, token_type: "DPoP" },
    code: "sender_constrained",
  },
  "bound in a way that nobody knows": {
    answer: { ...honest, cnf: { kid: "x" } },
    code: "sender_constrained",
  },
  "bound to a key, and no proof of it": {
    answer: { ...honest, cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } },
    code: "sender_constrained",
  },
};

test.each(Object.entries(refused))("refused: %s", async (_name, { answer, own, options, code }) => {
  const { verifier, state } = setUp(own, options);
  state.answer = () => answer;
  const error = await errorOf(verifier.verify(opaque));
  expect(error.code).toBe(code);
  expect(`${error.message} ${error.cause}`).not.toContain(opaque);
});

describe("no answer, and so 503", () => {
  const rows: Record<string, { answer: () => unknown; says: RegExp }> = {
    'C43 active: "true"': {
      answer: () => ({ ...honest, active: "true" }),
      says: /no active that is true or false/,
    },
    "C43 active: 1": { answer: () => ({ ...honest, active: 1 }), says: /no active/ },
    "C43 active missing": {
      answer: () => ({ ...honest, active: undefined }),
      says: /no active/,
    },
    "C43 active: null": { answer: () => ({ ...honest, active: null }), says: /no active/ },
    "C43 a list": { answer: () => [honest], says: /not one strict JSON object/ },
    "C43 active twice": {
      answer: json('{"active":false,"active":true}'),
      says: /not one strict JSON object/,
    },
    __proto__: { answer: json('{"__proto__":{"active":true}}'), says: /not one strict JSON object/ },
    "true alone": { answer: json("true"), says: /not one strict JSON object/ },
    "a page for people": { answer: json("<!doctype html>"), says: /not one strict JSON object/ },
    nothing: { answer: json(""), says: /not one strict JSON object/ },
    "deeper than the limit": {
      answer: json(`{"active":true,"x":${"[".repeat(40)}${"]".repeat(40)}}`),
      says: /not one strict JSON object/,
    },
    "longer than the limit": {
      answer: json(JSON.stringify({ ...honest, x: "x".repeat(65_536) })),
      says: /larger than 65536 bytes/,
    },
    "bytes that are no UTF-8": {
      answer: () => new Response(new Uint8Array([0x7b, 0xff, 0x7d])),
      says: /not UTF-8/,
    },
    "another status that is a success": {
      answer: () => Response.json(honest, { status: 201 }),
      says: /answer was 201/,
    },
    "a redirect": {
      answer: () => new Response(null, { status: 307, headers: { location: "https://other.example" } }),
      says: /answer was 307/,
    },
    "a redirect that was followed all the same": {
      answer: () => Object.defineProperty(Response.json(honest), "redirected", { value: true }),
      says: /answer was 200, not 200/,
    },
    "an error of the provider": { answer: () => new Response("x", { status: 500 }), says: /answer was 500/ },
    "a signed answer that nobody asked for": {
      answer: json("a.b.c", { headers: { "content-type": "application/token-introspection+jwt" } }),
      says: /not one strict JSON object/,
    },
  };
  test.each(Object.entries(rows))("%s", async (_name, { answer, says }) => {
    const { verifier, state } = setUp();
    state.answer = answer;
    const error = await errorOf(verifier.verify(opaque));
    expect([error.code, error.status]).toEqual(["introspection_failed", 503]);
    expect(error.message).toMatch(says);
    expect(error.retryAfterSeconds).toBe(1);
  });

  test("a document limit below the answers' own counts", async () => {
    const { verifier } = setUp({}, { limits: { documentBytes: 100 } });
    expect((await errorOf(verifier.verify(opaque))).message).toMatch(/larger than 100 bytes/);
  });
});

test("the application's schema has its say on what the provider says", async () => {
  const schema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: async (value: unknown) =>
        (value as { username?: string }).username === "ada" ? { value } : { issues: [{ message: "no" }] },
    },
  } as const;
  const { verifier, state } = setUp({}, {}, { claims: schema as never });
  expect((await verifier.verify(opaque)).username).toBe("ada");
  state.answer = () => ({ ...honest, username: "bob" });
  expect((await errorOf(verifier.verify("another-token"))).code).toBe("invalid_token");
});

test("a token that was meant for another API, or is of another kind, is told of", async () => {
  const { state, names, outcome } = setUp();
  state.answer = () => ({ ...honest, aud: "https://other.example" });
  await outcome();
  expect(names()).toEqual(["audience_confusion"]);
});

test("`isRevoked` is asked at each use, first or not", async () => {
  let revoked = false;
  const { outcome, state } = setUp({}, {}, { isRevoked: () => revoked });
  expect(await outcome()).toBe("accept");
  revoked = true;
  expect(await outcome()).toBe("token_revoked");
  revoked = false;
  expect(await outcome()).toBe("accept");
  expect(state.asked).toHaveLength(1);
});

test("a token of which only the provider knows needs a promise, until it is known", async () => {
  const { verifier } = setUp();
  expect(() => verifier.verifySync(opaque)).toThrow(expect.objectContaining({ code: "sync_unavailable" }));
  await verifier.verify(opaque);
  expect(verifier.verifySync(opaque).subject).toBe(honest.sub);
});

const ownKey = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
const otherKey = "1ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

test.each<[string, unknown, object, RegExp | "accept"]>([
  ["is bound, whatever the answer leaves out", { jkt: ownKey }, {}, /came without its proof|DPoP is off/],
  [
    "is bound as the answer says",
    { jkt: ownKey },
    { cnf: { jkt: ownKey } },
    /came without its proof|DPoP is off/,
  ],
  ["names another key than the answer", { jkt: otherKey }, { cnf: { jkt: ownKey } }, /different keys/],
  [
    "is bound to a certificate, and the answer to a key",
    { "x5t#S256": ownKey },
    { cnf: { jkt: ownKey } },
    /different keys/,
  ],
  ["is bound in a way nobody knows", { kid: "x" }, {}, /not known/],
  ["is bound to nothing, nor is the answer", undefined, {}, "accept"],
])("a JWT that %s", async (_name, cnf, says, expected) => {
  const kit = createKit();
  const token = kit.token({ claims: { iss: issuer, cnf, jti: undefined } });
  const set = setUp();
  set.state.answer = () => ({ ...honest, ...says });
  const outcome = await set.verifier.verify(token).then(
    () => "accept",
    (error: Error) => error.message,
  );
  if (expected === "accept") expect(outcome).toBe("accept");
  else expect(outcome).toMatch(expected);
});
