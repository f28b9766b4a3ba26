// The fake issuer of `sallyport/testing`, against the real verifier.
import { describe, expect, test } from "vitest";
import { createDpopKey } from "../../src/client/index.ts";
import {
  AuthError,
  createVerifier,
  decide,
  type IdentityKind,
  type PresetName,
  presets,
  requirement,
} from "../../src/index.ts";
import { createTestClock, fakeIssuer, joinIssuers, testAlgorithms } from "../../src/testing/index.ts";
import { verifyHere } from "../support/at-once.ts";

const names = Object.keys(presets) as PresetName[];

const code = async (answer: Promise<unknown>) =>
  answer.then(
    () => "accepted",
    (error: unknown) => (error instanceof AuthError ? error.code : `not an AuthError: ${String(error)}`),
  );

test("the sample of the design: a reader, a route for admins, an hour later", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const verifier = createVerifier(idp.config, idp.deps);
  const { authorization } = await idp.bearer({ subject: "s1", roles: ["Reader"] });
  const token = authorization.replace(/^Bearer /, "");
  const identity = await verifier.verify(token);
  expect(identity).toMatchObject({ subject: "s1", roles: ["Reader"], kind: "user", audience: ["my-api"] });
  expect(decide(identity, requirement({ roles: ["Admin"] }), idp.clock.now())).toMatchObject({
    allowed: false,
  });
  idp.clock.advance({ hours: 1 });
  expect(await code(verifier.verify(token))).toBe("token_expired");
  expect(await code(verifier.verify(await idp.token()))).toBe("accepted");
});

test("construction makes no key and no request", () => {
  const idp = fakeIssuer({ preset: "entra" });
  createVerifier(idp.config, idp.deps);
  expect(idp.requests).toMatchObject({ discovery: 0, jwks: 0, introspection: 0, other: 0 });
});

test("a token lives 300 seconds, or as long as it is told", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier({ ...idp.config, clockToleranceSeconds: 0 }, idp.deps);
  const [usual, short] = [await idp.token(), await idp.token({ expiresInSeconds: 10 })];
  idp.clock.advance({ seconds: 9 });
  expect(await code(verifier.verify(short))).toBe("accepted");
  idp.clock.advance({ seconds: 1 });
  expect(await code(verifier.verify(short))).toBe("token_expired");
  idp.clock.advance({ seconds: 289 });
  expect(await code(verifier.verify(usual))).toBe("accepted");
  idp.clock.advance({ seconds: 1 });
  expect(await code(verifier.verify(usual))).toBe("token_expired");
  expect(await code(verifier.verify(await idp.token({ expiresInSeconds: -1 })))).toBe("token_expired");
  const long = fakeIssuer({ lifetimeSeconds: 3600, clock: createTestClock(0) });
  expect(long.draft().payload).toMatchObject({ iat: 0, exp: 3600 });
});

const everything = {
  subject: "s1",
  clientId: "c1",
  roles: ["Reader"],
  scopes: ["orders:read", "orders:write"],
  groups: ["staff"],
  permissions: ["pay"],
  username: "ada",
};

const normalised = {
  subject: "s1",
  userId: "s1",
  clientId: "c1",
  roles: ["Reader"],
  scopes: ["orders:read", "orders:write"],
  groups: ["staff"],
  permissions: ["pay"],
  username: "ada",
};

const places: readonly [PresetName, object, object][] = [
  ["rfc9068", everything, normalised],
  ["entra", everything, { ...normalised, userId: "00000000-0000-4000-8000-0000000000f1:s1" }],
  ["okta", everything, normalised],
  ["auth0", everything, normalised],
  ["keycloak", everything, normalised],
  ["authentik", everything, normalised],
  ["cognito", everything, { ...normalised, roles: ["staff", "Reader"], groups: ["staff", "Reader"] }],
  [
    "google-id-token",
    { subject: "s1", clientId: "c1.apps.googleusercontent.com", roles: ["Reader"], groups: ["staff"] },
    {
      ...normalised,
      clientId: "c1.apps.googleusercontent.com",
      scopes: [],
      permissions: [],
      username: undefined,
    },
  ],
  [
    "kubernetes",
    { subject: "system:serviceaccount:shop:worker" },
    { subject: "system:serviceaccount:shop:worker", userId: "uid-of-shop-worker", kind: "workload" },
  ],
  [
    "github-actions",
    { subject: "repo:o/r:pull_request" },
    { userId: "repo:o/r:pull_request", kind: "workload" },
  ],
];

test.each(places)("%s: what a token is told comes out as the identity", async (preset, request, expected) => {
  const idp = fakeIssuer({ preset });
  const identity = await createVerifier(idp.config, idp.deps).verify(await idp.token(request));
  expect(identity).toMatchObject(expected);
  // Two providers' tokens have no id.
  if (preset === "auth0" || preset === "google-id-token") expect(identity.tokenId).toBeUndefined();
  else expect(identity.tokenId).toMatch(/token-1$/);
});

const kinds: readonly [PresetName, readonly IdentityKind[]][] = [
  ["rfc9068", ["user", "service"]],
  ["entra", ["user", "service"]],
  ["okta", ["user", "service"]],
  ["auth0", ["user", "service"]],
  ["google-id-token", ["user", "service"]],
  ["keycloak", ["user", "service"]],
  ["authentik", ["user", "service"]],
  ["cognito", ["user", "service"]],
  ["github-actions", ["workload"]],
  ["kubernetes", ["workload"]],
];

test.each(kinds)("%s: tokens of every kind that it has, and of no other", async (preset, possible) => {
  const idp = fakeIssuer({ preset });
  const verifier = createVerifier(idp.config, idp.deps);
  for (const kind of ["user", "service", "workload"] as const) {
    if (possible.includes(kind)) {
      const identity = await verifier.verify(await idp.token({ kind }));
      expect(identity.kind).toBe(kind);
    } else {
      expect(() => idp.draft({ kind })).toThrow(/are of the kind/);
    }
  }
});

test("an application has one name", () => {
  for (const preset of ["rfc9068", "okta", "cognito", "entra", "google-id-token"] as const) {
    expect(() => fakeIssuer({ preset, kind: "service" }).draft({ subject: "a", clientId: "b" })).toThrow(
      /one value/,
    );
  }
});

test("a person's token from Google names a client of Google's", () => {
  expect(() => fakeIssuer({ preset: "google-id-token" }).draft({ clientId: "web" })).toThrow(
    /`clientId` takes one that ends in \.apps\.googleusercontent\.com/,
  );
});

test("what a preset has no place for is refused, and can be said in claims", async () => {
  expect(() => fakeIssuer({ preset: "github-actions" }).draft({ roles: ["Reader"] })).toThrow(
    /no place for roles; use `claims`/,
  );
  expect(() => fakeIssuer({ preset: "google-id-token" }).draft({ scopes: ["a"] })).toThrow(
    /no place for scopes/,
  );
  expect(() => fakeIssuer({ preset: "kubernetes" }).draft({ subject: "worker" })).toThrow(
    /system:serviceaccount/,
  );
});

test("claims and header members lie over all others, and undefined takes one away", async () => {
  const idp = fakeIssuer();
  const { header, payload } = idp.draft({
    subject: "s1",
    claims: { sub: "s2", jti: undefined, email: "ada@example.com" },
    header: { typ: "application/at+jwt", extra: 1 },
  });
  expect(header).toEqual({ typ: "application/at+jwt", extra: 1 });
  expect(payload).toMatchObject({ sub: "s2", email: "ada@example.com" });
  expect(payload).not.toHaveProperty("jti");
  const verifier = createVerifier(idp.config, idp.deps);
  expect(await code(verifier.verify(await idp.token({ claims: { client_id: undefined } })))).toBe(
    "missing_claim",
  );
  expect(await code(verifier.verify(await idp.token({ header: { typ: "JWT" } })))).toBe("wrong_token_type");
  expect(await code(verifier.verify(await idp.token({ audience: "other-api" })))).toBe("invalid_audience");
});

test("Cognito without a client names the API as its client, and with one as its audience", () => {
  const idp = fakeIssuer({ preset: "cognito", audience: "my-client" });
  expect(idp.draft().payload).toMatchObject({ client_id: "my-client" });
  expect(idp.draft().payload).not.toHaveProperty("aud");
  expect(idp.draft({ clientId: "web" }).payload).toMatchObject({ client_id: "web", aud: "my-client" });
});

test("Entra's first version is spoken where the issuer is the first version's", async () => {
  const issuer = "https://sts.windows.net/00000000-0000-4000-8000-0000000000f2/";
  const idp = fakeIssuer({ preset: "entra", issuer });
  const identity = await createVerifier(idp.config, idp.deps).verify(await idp.token({ clientId: "c1" }));
  expect(identity).toMatchObject({ issuer, clientId: "c1", claims: { ver: "1.0", appid: "c1" } });
});

test.each(testAlgorithms)("%s as the issuer's algorithm", async (algorithm) => {
  const idp = fakeIssuer({ preset: "keycloak", algorithm });
  const verifier = createVerifier(idp.config, idp.deps);
  expect(await code(verifier.verify(await idp.token()))).toBe("accepted");
  expect(verifier.signingKeys()).toEqual([{ issuer: idp.issuer, kid: "key-1", algorithm }]);
});

test("an algorithm that the preset does not have by itself is in the configuration", async () => {
  const idp = fakeIssuer({ algorithm: "ES384" });
  expect(idp.config.algorithms).toEqual(["ES384"]);
  expect(fakeIssuer().config).not.toHaveProperty("algorithms");
  expect(await code(createVerifier(idp.config, idp.deps).verify(await idp.token()))).toBe("accepted");
});

test("rotation: the new key signs, the old ones stay unless they are to go", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier(idp.config, idp.deps);
  const first = await idp.token();
  expect(await code(verifier.verify(first))).toBe("accepted");
  idp.rotateKeys();
  const second = await idp.token();
  expect(await code(verifier.verify(second))).toBe("accepted");
  expect(await code(verifier.verify(first))).toBe("accepted");
  expect((await idp.jwks()).keys.map(({ kid }) => kid)).toEqual(["key-2", "key-1"]);
  idp.clock.advance({ seconds: 30 });
  idp.rotateKeys({ keepOld: false });
  expect(await code(verifier.verify(await idp.token()))).toBe("accepted");
  expect(await code(verifier.verify(first))).toBe("key_not_found");
  expect(await code(verifier.verify(second))).toBe("key_not_found");
  expect((await idp.jwks()).keys.map(({ kid }) => kid)).toEqual(["key-3"]);
});

test("requests are counted, and only this issuer is reached", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier(idp.config, idp.deps);
  for (let index = 0; index < 5; index += 1) await verifier.verify(await idp.token());
  expect(idp.requests).toMatchObject({ discovery: 1, jwks: 1, introspection: 0, other: 0 });
  await expect(idp.deps.fetch("https://other.example/")).rejects.toThrow(TypeError);
  await expect(idp.deps.fetch(new Request("https://other.example/"))).rejects.toThrow(TypeError);
  expect(idp.requests.other).toBe(2);
});

test.each([
  ["down", "discovery_failed"],
  ["wrong-json", "discovery_failed"],
] as const)("%s: tokens get 503 until it answers again", async (how, expected) => {
  const idp = fakeIssuer();
  const verifier = createVerifier(idp.config, idp.deps);
  const token = await idp.token();
  idp.fail(how);
  expect(await code(verifier.verify(token))).toBe(expected);
  idp.fail(null);
  idp.clock.advance({ seconds: 30 });
  expect(await code(verifier.verify(token))).toBe("accepted");
});

test("slow: the verifier gives up after its own time", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier({ ...idp.config, fetchTimeoutSeconds: 1 }, idp.deps);
  idp.fail("slow");
  expect(await code(verifier.verify(await idp.token()))).toBe("discovery_failed");
});

test("slow: a verifier that is closed ends the request", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier(idp.config, idp.deps);
  idp.fail("slow");
  const answer = code(verifier.verify(await idp.token()));
  verifier.close();
  expect(await answer).toBe("closed");
});

test("known keys outlast the issuer's outage, within the stale bound", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier(idp.config, idp.deps);
  await verifier.ready();
  idp.fail("down");
  idp.clock.advance({ hours: 4 });
  expect(await code(verifier.verify(await idp.token()))).toBe("accepted");
  idp.clock.advance({ hours: 1 });
  expect(await code(verifier.verify(await idp.token()))).toBe("discovery_failed");
});

test("jwks() is a key set that a verifier takes as it is", async () => {
  const idp = fakeIssuer({ issuer: "https://idp.example.org/", audience: ["a", "b"] });
  const verifier = createVerifier({ ...idp.config, jwks: await idp.jwks() }, { now: idp.clock.now });
  const identity = await verifyHere(verifier, await idp.token({ audience: "b" }));
  expect(identity).toMatchObject({ issuer: "https://idp.example.org/", audience: ["b"] });
  expect((await verifyHere(verifier, await idp.token())).audience).toEqual(["a", "b"]);
});

test("sign() adds alg and kid to an object, and nothing to exact text", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier(idp.config, idp.deps);
  const { header, payload } = idp.draft();
  expect(await code(verifier.verify(await idp.sign(header, payload)))).toBe("accepted");
  expect(await code(verifier.verify(await idp.sign(JSON.stringify(header), payload)))).toBe(
    "malformed_token",
  );
  expect(await code(verifier.verify(await idp.sign({ ...header, kid: "other" }, payload)))).toBe(
    "key_not_found",
  );
});

test("several issuers are one configuration", async () => {
  const clock = createTestClock("2030-01-01T00:00:00Z");
  const people = fakeIssuer({ preset: "keycloak", clock });
  const jobs = fakeIssuer({ preset: "kubernetes", audience: "jobs-api", clock });
  const { config, deps } = joinIssuers([people, jobs]);
  const verifier = createVerifier(config, deps);
  expect((await verifier.verify(await people.token({ subject: "s1" }))).kind).toBe("user");
  expect((await verifier.verify(await jobs.token())).kind).toBe("workload");
  // The same kid, the other's key.
  const { header, payload } = people.draft();
  expect(await code(verifier.verify(await jobs.sign(header, payload)))).toBe("invalid_signature");
  expect(people.requests).toMatchObject({ discovery: 1, jwks: 1, introspection: 0, other: 0 });
  expect(jobs.requests).toMatchObject({ discovery: 1, jwks: 1, introspection: 0, other: 0 });
  await expect(deps.fetch("https://other.example/")).rejects.toThrow(TypeError);
  expect(() => joinIssuers([])).toThrow("joinIssuers takes at least one fake issuer");
});

test("what no fake issuer can be is refused at once", () => {
  expect(() => fakeIssuer({ preset: "other" as never })).toThrow(/`preset` takes one of rfc9068/);
  expect(() => fakeIssuer({ preset: "constructor" as never })).toThrow(TypeError);
  expect(() => fakeIssuer({ algorithm: "HS256" as never })).toThrow(/`algorithm` takes one of/);
});

test.each(names)("%s: the preset of the configuration is the issuer's", (preset) => {
  const idp = fakeIssuer({ preset });
  expect(idp.preset).toBe(presets[preset]);
  expect(idp.config).toMatchObject({ preset, issuer: idp.issuer, audience: ["my-api"] });
});

test("an opaque token stands for what `token()` would say, until it is revoked or has expired", async () => {
  const idp = fakeIssuer();
  const verifier = createVerifier({ ...idp.config, introspection: idp.introspection }, idp.deps);
  const token = idp.opaqueToken({ ...everything, prefix: "opaque_" });
  expect(token).toMatch(/^opaque_[0-9a-f]{48}$/);
  expect(await verifier.verify(token)).toMatchObject({ ...normalised, kind: "user" });
  expect(idp.opaqueToken()).not.toBe(idp.opaqueToken());
  idp.revoke(token);
  idp.clock.advance({ seconds: 60 });
  expect(await code(verifier.verify(token))).toBe("token_inactive");
  expect(await code(verifier.verify(idp.opaqueToken({ expiresInSeconds: 0 })))).toBe("token_inactive");
  expect(await code(verifier.verify(idp.opaqueToken({ kind: "service" })))).toBe("accepted");
  expect(idp.requests).toMatchObject({ introspection: 4, jwks: 0 });
});

test("a fake issuer answers nobody but its own client, by a header or in the form, signed where that is asked for", async () => {
  const idp = fakeIssuer();
  const start = (introspection: object) =>
    createVerifier({ ...idp.config, introspection: { ...idp.introspection, ...introspection } }, idp.deps);
  expect(await code(start({ clientSecret: "wrong" }).verify(idp.opaqueToken()))).toBe("introspection_failed");
  expect(await code(start({ authMethod: "client_secret_post" }).verify(idp.opaqueToken()))).toBe("accepted");
  expect(await code(start({ signedResponse: true }).verify(idp.opaqueToken()))).toBe("accepted");
  expect(await code(start({ tokens: "all" }).verify(await idp.token()))).toBe("accepted");
  idp.fail("down");
  expect(await code(start({}).verify(idp.opaqueToken()))).toBe("discovery_failed");
});

test("an opaque token that is bound to a key needs its proof as well", async () => {
  const idp = fakeIssuer();
  const publicUrl = "https://api.example";
  const verifier = createVerifier({ ...idp.config, publicUrl, introspection: idp.introspection }, idp.deps);
  const key = await createDpopKey();
  const token = idp.opaqueToken({ claims: { token_type: "DPoP", cnf: { jkt: key.thumbprint } } });
  const request = { method: "GET", url: `${publicUrl}/` };
  for (let times = 0; times < 2; times += 1) {
    const { authorization, dpop: proof } = await idp.dpop({ ...request, key, token });
    expect(authorization).toBe(`DPoP ${token}`);
    expect(await code(verifier.verify(token, { ...request, scheme: "DPoP", proof }))).toBe("accepted");
    expect(await code(verifier.verify(token))).toBe("sender_constrained");
    const other = await idp.dpop({ ...request, token });
    expect(await code(verifier.verify(token, { ...request, scheme: "DPoP", proof: other.dpop }))).toBe(
      "sender_constrained",
    );
  }
  expect(idp.requests.introspection).toBe(1);
});

describe("what is misspelt is found, where a test would pass for the wrong reason", () => {
  const idp = fakeIssuer();
  const loose = idp as unknown as Record<string, (...given: unknown[]) => unknown>;
  const request = { method: "GET", url: "https://api.example.org/orders" };

  test.each([
    [{ audiance: "my-api" }, "fakeIssuer has no option `audiance`; did you mean `audience`?"],
    [{ audience: [] }, "fakeIssuer: `audience` takes a text or a non-empty list of texts"],
    [{ lifetimeSeconds: "300" }, "fakeIssuer: `lifetimeSeconds` takes a number of seconds"],
    ["my-api", "fakeIssuer takes an object with options"],
  ])("fakeIssuer(%j)", (options, sentence) => {
    expect(() => fakeIssuer(options as never)).toThrow(new TypeError(sentence));
  });

  test.each([
    [{ sub: "s1" }, "has no option `sub`; did you mean `subject`?"],
    [{ role: ["Admin"] }, "has no option `role`; did you mean `roles`?"],
    [{ roles: "Admin" }, ": `roles` takes a list of strings"],
    [{ kind: "person" }, ": `kind` takes user, service or workload"],
  ])("%j of a token", async (asked, sentence) => {
    for (const name of ["token", "bearer", "dpop", "opaqueToken", "draft"]) {
      const call = async () => loose[name]?.(name === "dpop" ? { ...request, ...asked } : asked);
      await expect(call()).rejects.toThrow(sentence);
      await expect(call()).rejects.toThrow(new RegExp(`^${name}`));
    }
  });

  test("a second object would be left out", async () => {
    for (const name of ["token", "bearer", "dpop", "opaqueToken", "draft"]) {
      const call = async () => loose[name]?.(name === "dpop" ? request : {}, { roles: ["Admin"] });
      await expect(call()).rejects.toThrow(`${name} takes one object: put everything into it`);
    }
    expect(await Promise.all([{ subject: "s1" }, { subject: "s2" }].map(idp.token))).toHaveLength(2);
  });
});
