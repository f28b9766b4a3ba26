// Options of introspection: whatever is wrong is refused at construction, by one sentence that names the option.
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { inCallersWords } from "../../src/config/index.ts";
import { configFromEnvironment, createVerifier, type VerifierOptions } from "../../src/index.ts";
import { introspectionTable } from "../../src/verify/introspection/options.ts";
import { audience, client, endpoint, issuer } from "./kit.ts";

const canary = "canary-7f3a";
const jwkOf = (pair: { privateKey: { export(options: { format: "jwk" }): object } }) =>
  pair.privateKey.export({ format: "jwk" }) as Record<string, unknown>;
const ec = jwkOf(generateKeyPairSync("ec", { namedCurve: "P-256" }));
const small = jwkOf(generateKeyPairSync("rsa", { modulusLength: 1024 }));
const { d: _, ...publicHalf } = ec;

const make =
  (introspection: object, options: object = {}) =>
  () =>
    createVerifier({ issuer, audience, introspection, ...options } as VerifierOptions);

/** What each option takes, and some of what it does not. */
const values: Record<keyof typeof introspectionTable, { good: unknown[]; bad: unknown[]; beside?: object }> =
  {
    endpoint: { good: [endpoint], bad: ["", 7, canary, {}] },
    clientId: { good: ["api"], bad: ["", " ", 7, []] },
    clientSecret: { good: ["s", "a:b c%"], bad: ["", " ", 7, {}] },
    privateKey: { good: [ec], bad: ["", canary, [], 7], beside: { clientSecret: undefined } },
    authMethod: {
      good: ["client_secret_basic", "client_secret_post"],
      bad: ["", "none", "client_secret_jwt", 7, canary],
    },
    assertionAudience: {
      good: ["issuer", "endpoint"],
      bad: ["", canary, 7],
      beside: { clientSecret: undefined, privateKey: ec },
    },
    tokens: { good: ["opaque", "all"], bad: ["", "jwt", true, canary] },
    prefix: { good: ["ory_at_", "A-._~+/"], bad: ["", "a=", "a b", "é", "x".repeat(65), 7, ["a"]] },
    cacheSeconds: { good: [0, 3600], bad: [-1, 3601, 0.5, "60", true] },
    negativeCacheSeconds: { good: [0, 300], bad: [-1, 301, 0.5, "10"] },
    staleSeconds: { good: [0, 3600], bad: [-1, 3601, 0.5, "10"] },
    signedResponse: { good: [true, false], bad: ["true", 1] },
    maxInFlight: { good: [1, 10_000], bad: [0, 10_001, 1.5, "100"] },
    insecureAllowMissingAudience: { good: [true, false], bad: ["true", 1] },
    insecureAllowMissingTokenType: { good: [true, false], bad: ["true", 1] },
  };

test.each(Object.entries(values))("%s takes what its sentence says", (name, { good, bad, beside }) => {
  for (const value of [...good, undefined]) {
    if (value === undefined && /^client|^privateKey$/.test(name)) continue;
    expect(make({ ...client, ...beside, [name]: value })).not.toThrow();
  }
  for (const value of [...bad, null, Number.NaN]) {
    const construct = make({ ...client, ...beside, [name]: value });
    expect(construct, JSON.stringify(value)).toThrow(TypeError);
    expect(construct).toThrow(`createVerifier: \`introspection\`: \`${name}\` takes `);
    expect(construct).not.toThrow(canary);
  }
});

test("every option is in this table", () => {
  expect(Object.keys(values).sort()).toEqual(Object.keys(introspectionTable).sort());
});

const wrong: [string, object, object, string | RegExp][] = [
  [
    "an unknown option",
    { ...client, cacheSecond: 1 },
    {},
    /`introspection` has no option `cacheSecond`; did you mean `cacheSeconds`/,
  ],
  ["no client", { clientSecret: canary }, {}, "`introspection`: `clientId` is missing"],
  ["nothing that proves the client", { clientId: "api" }, {}, "`clientSecret` or `privateKey` is missing"],
  [
    "a secret and a key",
    { ...client, privateKey: ec },
    {},
    "`clientSecret` and `privateKey` exclude each other",
  ],
  [
    "a key with a secret's method",
    { clientId: "api", privateKey: ec, authMethod: "client_secret_post" },
    {},
    "`privateKey` goes with the `authMethod` private_key_jwt only",
  ],
  [
    "a secret with a key's method",
    { ...client, authMethod: "private_key_jwt" },
    {},
    "`authMethod` private_key_jwt needs `privateKey`",
  ],
  [
    "a secret with an assertion's audience",
    { ...client, assertionAudience: "issuer" },
    {},
    "`assertionAudience` goes with `privateKey` only",
  ],
  ["a public key", { clientId: "api", privateKey: publicHalf }, {}, "this one is the public half"],
  [
    "an empty private half",
    { clientId: "api", privateKey: { ...ec, d: "" } },
    {},
    "this one is the public half",
  ],
  [
    "a short RSA key",
    { clientId: "api", privateKey: small },
    {},
    "`privateKey` takes a key to sign with, and this one is none",
  ],
  [
    "a symmetric key",
    { clientId: "api", privateKey: { kty: "oct", k: canary } },
    {},
    "its kty is not RSA, EC or OKP",
  ],
  ["a key to encrypt with", { clientId: "api", privateKey: { ...ec, use: "enc" } }, {}, "its use is not sig"],
  [
    "a key that may not sign",
    { clientId: "api", privateKey: { ...ec, key_ops: ["verify"] } },
    {},
    "key_ops, if there, include sign",
  ],
  [
    "key_ops that are no list",
    { clientId: "api", privateKey: { ...ec, key_ops: "sign" } },
    {},
    "key_ops, if there, include sign",
  ],
  [
    "an algorithm of another key",
    { clientId: "api", privateKey: { ...ec, alg: "ES384" } },
    {},
    "it fits none of the algorithms",
  ],
  ["http", { ...client, endpoint: "http://a.example/introspect" }, {}, "`endpoint` takes an https URL"],
  [
    "http on loopback without leave",
    { ...client, endpoint: "http://127.0.0.1/introspect" },
    {},
    "`endpoint` is http on loopback",
  ],
  [
    "http elsewhere with leave",
    { ...client, endpoint: "http://10.0.0.1/i" },
    { insecureAllowLoopback: true },
    "`endpoint` takes an https URL",
  ],
  [
    "a user in the URL",
    { ...client, endpoint: "https://u:p@a.example/i" },
    {},
    "`endpoint` takes a URL without a user or password",
  ],
  [
    "no endpoint where no discovery is made",
    { ...client },
    { jwksUri: `${issuer}/keys` },
    "`endpoint` is missing: with `jwksUri` no discovery is made",
  ],
  [
    "no endpoint beside a secret",
    { ...client },
    { secret: "9f1c0e6b2a7d4485b3e1760c5d8fa294e07b6c13", algorithms: ["HS256"] },
    "`endpoint` is missing: with `secret`",
  ],
  [
    "keys for nothing",
    { ...client, endpoint, tokens: "all" },
    { jwksUri: `${issuer}/keys` },
    "`tokens` is all, so nothing is verified with `jwksUri`",
  ],
  [
    "Entra ID",
    { ...client },
    { issuer: undefined, tenantId: "11111111-2222-3333-4444-555555555555" },
    "`introspection` does not go with the preset entra",
  ],
  [
    "GitHub Actions",
    { ...client },
    { issuer: undefined, preset: "github-actions" },
    "`introspection` does not go with the preset github-actions",
  ],
  [
    "as a default of several issuers",
    { ...client },
    { issuer: undefined, issuers: [{ issuer }] },
    "`introspection` and `issuers` exclude each other",
  ],
];
test.each(wrong)("refused: %s", (_name, introspection, options, sentence) => {
  expect(make(introspection, options)).toThrow(TypeError);
  expect(make(introspection, options)).toThrow(sentence);
  expect(make(introspection, options)).not.toThrow(canary);
});

test("keys that are needed may stand beside it", () => {
  expect(make({ ...client, endpoint }, { jwksUri: `${issuer}/keys` })).not.toThrow();
  expect(
    make({ ...client, endpoint, tokens: "all", signedResponse: true }, { jwksUri: `${issuer}/keys` }),
  ).not.toThrow();
  expect(make({ ...client, endpoint: "http://127.0.0.1/i" }, { insecureAllowLoopback: true })).not.toThrow();
});

const two = (left: object, right: object) => () =>
  createVerifier({
    audience,
    issuers: [
      { issuer: "https://a.example", introspection: { ...client, ...left } },
      { issuer: "https://b.example", introspection: { ...client, ...right } },
      { issuer: "https://c.example" },
    ],
  });

test("of two issuers that are asked, a token must say to which it belongs", () => {
  expect(two({}, {})).toThrow("only where all but one say by `prefix` what their tokens begin with");
  expect(two({ prefix: "a_" }, { prefix: "a_" })).toThrow("only where no `prefix` begins with another's");
  expect(two({ prefix: "a_" }, { prefix: "a_b_" })).toThrow("only where no `prefix` begins with another's");
  expect(two({ prefix: "a_b_" }, { prefix: "a_" })).toThrow("only where no `prefix` begins with another's");
  expect(two({ prefix: "a_" }, { prefix: "b_" })).not.toThrow();
  expect(two({ prefix: "a_" }, {})).not.toThrow();
  expect(two({}, { prefix: "a_" })).not.toThrow();
});

test("from the environment, the secret from a file", () => {
  const options = configFromEnvironment(
    {
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: audience,
      OAUTH2_INTROSPECTION_CLIENT_ID: "api",
      OAUTH2_INTROSPECTION_CLIENT_SECRET_FILE: "/run/secret",
      OAUTH2_INTROSPECTION_ENDPOINT: endpoint,
      OAUTH2_INTROSPECTION_TOKENS: "all",
    },
    { readFile: () => `${canary}\n` },
  );
  expect(options).toEqual({
    issuer,
    audience: [audience],
    introspection: { clientId: "api", clientSecret: canary, endpoint, tokens: "all" },
  });
  expect(() => createVerifier(options)).not.toThrow();
});

test("from the environment, a key as JSON; what is none is refused without repeating it", () => {
  const env = { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OAUTH2_INTROSPECTION_CLIENT_ID: "api" };
  const read = (key: string) => () =>
    configFromEnvironment({ ...env, OAUTH2_INTROSPECTION_PRIVATE_KEY: key });
  expect(read(JSON.stringify(ec))().introspection).toEqual({ clientId: "api", privateKey: ec });
  expect(read(canary)).toThrow("OAUTH2_INTROSPECTION_PRIVATE_KEY takes the client's private key as a JWK");
  expect(read(canary)).not.toThrow(canary);
  expect(configFromEnvironment({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience })).not.toHaveProperty(
    "introspection",
  );
});

test("what is wrong is said by the variable that would set it, where all came from the environment", () => {
  const env = { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OAUTH2_INTROSPECTION_ENDPOINT: endpoint };
  const options = configFromEnvironment(env);
  const construct = (fromEnvironment: boolean) => () =>
    inCallersWords({ name: "sallyport", options, fromEnvironment }, () => createVerifier(options), env);
  expect(construct(true)).toThrow(
    "sallyport: `introspection`: `clientId` (OAUTH2_INTROSPECTION_CLIENT_ID) is missing; it takes the id",
  );
  expect(construct(false)).toThrow("sallyport: `introspection`: `clientId` is missing; it takes the id");
});
