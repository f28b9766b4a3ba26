// Options: whatever is wrong is refused at construction, by one sentence that names the option.
import { describe, expect, test } from "vitest";
import { createVerifier, presets, type VerifierDeps, type VerifierOptions } from "../../src/index.ts";
import { cacheTable, depsTable, limitTable, verifierOptionTable } from "../../src/verify/index.ts";
import { atOnce, verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const own = { issuer: kit.issuer, audience: kit.audience };
const make =
  (options: object, deps: object = {}) =>
  () =>
    createVerifier(options as VerifierOptions, deps as VerifierDeps);
const canary = "canary-7f3a";
const tenant = "11111111-2222-3333-4444-555555555555";

/** Values that no option takes, whatever it takes. */
const never: unknown[] = [null, Number.NaN, Symbol("x"), 10n];
/** A value each option takes, and some that it does not. */
const badResources = [
  "",
  7,
  [],
  "api.example",
  "https://api.example/?tenant=1",
  "https://api.example/#here",
  "https://api.example/?",
  " https://api.example",
  "http://api.example",
  "http://127.0.0.1:3000",
  "https://user:pass@api.example",
  "ftp://api.example",
];
const values: Record<
  keyof typeof verifierOptionTable,
  { good: unknown; bad: unknown[]; beside?: object; without?: string[] }
> = {
  issuer: {
    good: "https://a.example",
    bad: [
      "",
      " ",
      7,
      [],
      canary,
      "//a.example",
      "http://a.example",
      "ftp://a.example",
      "https://u:p@a.example",
      "https://a.example?x=1",
      "https://a.example?",
      "https://a.example#x",
      "https://a.example#",
      "http://127.0.0.1",
    ],
  },
  preset: {
    good: "cognito",
    bad: ["", canary, 7, "Okta", "__proto__", "toString", {}, [], { name: canary }],
  },
  authorizationServer: { good: false, bad: ["", "false", 0, {}, []] },
  audience: { good: ["a", "b"], bad: ["", " ", [], [""], [7], {}, 7, true, ["a", null]] },
  tenantId: { good: tenant, bad: ["", 7, [tenant], canary], without: ["issuer"] },
  tenants: { good: [tenant], bad: ["", tenant, [], [7], [canary], ["*"], ["common"]], without: ["issuer"] },
  discoveryUrl: {
    good: "https://a.example/m",
    bad: ["", 7, canary, "http://a.example/m", "file:///m", "https://u@a.example/m"],
  },
  jwksUri: {
    good: "https://a.example/k",
    bad: ["", 7, canary, "http://a.example/k", "data:,x", "https://u:p@a.example/k"],
  },
  jwks: {
    good: kit.jwks,
    bad: [
      [],
      {},
      { keys: {} },
      { keys: [7] },
      { keys: [null] },
      { keys: [] },
      // A point off its curve; where keys are imported behind a promise, construction can't wait for it.
      atOnce ? { keys: [{ kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) }] } : { keys: [0] },
      "x",
      { keys: [{ kty: "oct", k: "AAAA" }] },
      { keys: [{}] },
    ],
  },
  secret: {
    good: "9f1c0e6b2a7d4485b3e1760c5d8fa294e07b6c13",
    bad: ["", 7, [], {}, "short"],
    beside: { algorithms: ["HS256"] },
  },
  algorithms: {
    good: ["ES256"],
    bad: [
      "RS256",
      [],
      ["none"],
      ["rs256"],
      ["RS1"],
      [7],
      ["RS256", ""],
      ["HS256"],
      ["__proto__"],
      ["toString"],
      ["RSA-OAEP"],
    ],
  },
  clockToleranceSeconds: { good: 0, bad: [-1, 301, 1.5, "5", true, Number.POSITIVE_INFINITY] },
  requiredClaims: { good: ["a", ["b", "c"]], bad: ["a", [], [""], [7], [[]], {}] },
  requiredScopes: { good: ["a"], bad: ["a", [], [""], [7], {}] },
  requiredPermissions: { good: ["a"], bad: ["a", [], [""], [7], {}] },
  scopeClaim: { good: "scp", bad: ["", 7, [], [""], {}] },
  roleClaim: { good: ["a", "b"], bad: ["", 7, [], [7], {}] },
  groupClaim: { good: "https://a.example/groups", bad: ["", 7, [], {}] },
  permissionClaim: { good: "p", bad: ["", 7, [], {}] },
  roleMap: {
    good: { g: "Admin", h: ["A", "B"] },
    bad: ["x", [], { g: 7 }, { g: "" }, { g: [] }, { g: [""] }],
  },
  maxTokenAgeSeconds: { good: 60, bad: [0, -1, 1.5, "60", 31_536_001] },
  keyLifetimeSeconds: { good: 60, bad: [0, 59, 86_401, "600", 60.5] },
  staleKeysSeconds: { good: 0, bad: [-1, 86_401, "0", 0.5] },
  fetchTimeoutSeconds: { good: 1, bad: [0, 61, "5", 1.5, -1] },
  introspection: {
    good: { clientId: "api", clientSecret: "s" },
    bad: [[], 7, "x", true, {}, { clientId: "api" }, { clientSecret: canary }],
  },
  insecureAllowLoopback: { good: true, bad: ["true", 1, "false"] },
  issuers: {
    good: [{ issuer: "https://a.example", audience: "x" }],
    bad: [[], {}, "x", [7], [null], [[]]],
    without: ["issuer"],
  },
  limits: { good: { depth: 8 }, bad: [[], 7, "x", true] },
  cache: { good: false, bad: [true, 0, "x", []] },
  publicUrl: { good: "https://api.example/v1", bad: badResources },
  resource: { good: "https://api.example", bad: badResources },
  dpop: {
    good: "off",
    bad: [
      "on",
      "",
      7,
      true,
      [],
      { mode: "on" },
      { mode: "off", jku: true },
      "required",
      { nonceSecret: "short" },
    ],
  },
  mtls: { good: "required", bad: ["on", "", 7, true, [], {}] },
  realm: { good: "my api", bad: ["", 7, 'a"b', "a\\b", "a\nb", "é", "x".repeat(129)] },
};

describe.each(Object.entries(values))("%s", (name, { good, bad, beside = {}, without = [] }) => {
  const base: Record<string, unknown> = { ...own, ...beside };
  for (const one of without) delete base[one];
  test("takes what its sentence says", () => {
    expect(make({ ...base, [name]: good })).not.toThrow();
    expect(make({ ...base, [name]: undefined, issuer: kit.issuer, algorithms: undefined })).not.toThrow(
      /has no option/,
    );
  });
  test.each(
    [...bad, ...never].map((value) => [
      typeof value === "symbol" || typeof value === "bigint" ? String(value) : JSON.stringify(value),
      value,
    ]),
  )("refuses %s in one sentence that names it", (_text, value) => {
    const refuse = make({ ...base, [name]: value });
    expect(refuse).toThrow(TypeError);
    expect(refuse).toThrow(
      new RegExp(
        `\`${name === "algorithms" || name === "issuers" ? `(${name}|issuer|secret|audience)` : name}\``,
      ),
    );
    expect(refuse).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(`${canary}|\n|undefined`) }),
    );
  });
});

test("every option is in this table", () => {
  expect(Object.keys(values).sort()).toEqual(Object.keys(verifierOptionTable).sort());
});

describe("limits can only tighten", () => {
  const greatest = { tokenBytes: 16_384, depth: 32, keys: 100, documentBytes: 524_288 };
  test.each(Object.entries(greatest))("%s takes 1 to %i", (name, most) => {
    for (const value of [1, most]) expect(make({ ...own, limits: { [name]: value } })).not.toThrow();
    for (const value of [0, -1, most + 1, 1.5, "7", null, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(make({ ...own, limits: { [name]: value } })).toThrow(new RegExp(`\`${name}\``));
    }
  });
  test("every limit is in this table", () => {
    expect(Object.keys(greatest).sort()).toEqual(Object.keys(limitTable).sort());
  });
  test("an unknown limit is refused", () => {
    expect(make({ ...own, limits: { tokenByte: 5 } })).toThrow(/`tokenByte`; did you mean `tokenBytes`/);
  });
});

test.each(Object.keys(cacheTable))("the cache's %s", (name) => {
  expect(make({ ...own, cache: { [name]: 1 } })).not.toThrow();
  for (const value of [0, -1, 1.5, "1", null, 1e12])
    expect(make({ ...own, cache: { [name]: value } })).toThrow(new RegExp(`\`${name}\``));
});

test.each(Object.keys(depsTable))("deps: %s of the wrong form", (name) => {
  for (const value of [null, 7, "x", true, [], {}])
    expect(make(own, { [name]: value })).toThrow(new RegExp(`\`${name}\``));
});
test("deps: a logger lacking a level", () => {
  expect(make(own, { logger: { info() {}, warn() {} } })).toThrow(/`logger`/);
});

describe("what is unknown, missing or contradictory", () => {
  const wrong: [string, object, RegExp][] = [
    ["nothing", {}, /`issuer` is missing/],
    ["no audience", { issuer: kit.issuer }, /`audience` is missing/],
    ["no issuer", { audience: "x" }, /`issuer` is missing/],
    ["audience undefined", { issuer: kit.issuer, audience: undefined }, /`audience` is missing/],
    ["an unknown option", { ...own, leeway: 5 }, /has no option `leeway`/],
    ["a misspelt option", { ...own, Audience: "x" }, /`Audience`; did you mean `audience`/],
    ["a plural", { ...own, audiences: "x" }, /`audiences`; did you mean `audience`/],
    ["an option of Object's", { ...own, toString: 1 }, /has no option `toString`/],
    ["two letters swapped", { ...own, audinece: "x" }, /`audinece`; did you mean `audience`\?$/],
    ["a letter too many", { ...own, tennants: [tenant] }, /`tennants`; did you mean `tenants`\?$/],
    ["an underscore", { ...own, jwks_uri: "x" }, /`jwks_uri`; did you mean `jwksUri`\?$/],
    ["the beginning of a name", { ...own, clockTolerance: 5 }, /did you mean `clockToleranceSeconds`\?$/],
    ["more than a name", { ...own, issuerBaseURL: "x" }, /`issuerBaseURL`; did you mean `issuer`\?$/],
    ["the end of a name", { ...own, scopes: ["a"] }, /`scopes`; did you mean `requiredScopes`\?$/],
    [
      "a preset in capitals",
      { ...own, preset: "Keycloak" },
      /or a preset of your own; did you mean keycloak\?$/,
    ],
    ["an algorithm in small letters", { ...own, algorithms: ["rs256"] }, /their like; did you mean RS256\?$/],
    ["an algorithm misspelt", { ...own, algorithms: ["ES256", "ES265"] }, /; did you mean ES256\?$/],
    ["a mode misspelt", { ...own, mtls: "require" }, /off, accepted or required; did you mean required\?$/],
    ["a value like none", { ...own, preset: "oracle" }, /or a preset of your own$/],
    ["a name like none", { ...own, color: "x" }, /has no option `color`\. It has: issuer, preset, /],
    ["a name too short to be like any", { ...own, is: "x" }, /has no option `is`\. It has: /],
    ["a name too long to be looked at", { ...own, ["issuer".repeat(12)]: "x" }, /\. It has: issuer, /],
    [
      "jwks and jwksUri",
      { ...own, jwks: kit.jwks, jwksUri: "https://a.example/k" },
      /`jwks` excludes `jwksUri`/,
    ],
    [
      "jwks and discoveryUrl",
      { ...own, jwks: kit.jwks, discoveryUrl: "https://a.example/d" },
      /`jwks` excludes/,
    ],
    [
      "jwksUri and discoveryUrl",
      { ...own, jwksUri: "https://a.example/k", discoveryUrl: "https://a.example/d" },
      /`jwksUri` and `discoveryUrl` exclude/,
    ],
    [
      "tenantId and tenants",
      { audience: "x", tenantId: tenant, tenants: [tenant] },
      /`tenantId` and `tenants` exclude/,
    ],
    [
      "tenantId with another preset",
      { ...own, preset: "keycloak", tenantId: tenant },
      /`tenantId` goes with the preset entra/,
    ],
    ["tenants without entra", { ...own, tenants: [tenant] }, /`tenants` goes with the preset entra/],
    ["entra without a tenant", { audience: "x", preset: "entra" }, /`tenants` is missing/],
    [
      "entra for all tenants",
      { audience: "x", issuer: "https://login.microsoftonline.com/common/v2.0" },
      /`tenants` is missing/,
    ],
    [
      "entra by a tenant's name",
      { audience: "x", issuer: "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0" },
      /`issuer` takes the tenant's id/,
    ],
    [
      "entra with a query",
      { audience: "x", issuer: `https://login.microsoftonline.com/${tenant}/v2.0?x` },
      /`issuer`/,
    ],
    [
      "two audiences where one is wanted",
      { preset: "google-id-token", audience: ["a", "b"] },
      /`audience` takes exactly one/,
    ],
    ["issuer and issuers", { ...own, issuers: [own] }, /`issuer` and `issuers` exclude/],
    ["jwks and issuers", { audience: "x", jwks: kit.jwks, issuers: [own] }, /`jwks` and `issuers` exclude/],
    [
      "secret and issuers",
      { audience: "x", secret: "x".repeat(40), issuers: [own] },
      /`secret` and `issuers` exclude/,
    ],
    [
      "an unknown option of one issuer",
      { issuers: [{ ...own, leeway: 1 }] },
      /issuers\[0\] has no option `leeway`/,
    ],
    [
      "one of the verifier's own options within an issuer",
      { issuers: [{ ...own, cache: false }] },
      /^issuers\[0\] has no option `cache`: it belongs beside `issuers`, not into one of them$/,
    ],
    [
      "the metadata's address as the keys'",
      { ...own, jwksUri: "https://a.example/.well-known/openid-configuration" },
      /^createVerifier: `jwksUri` takes the address of the keys; that of the metadata goes into `discoveryUrl`$/,
    ],
    [
      "an issuer without audience",
      { issuers: [own, { issuer: "https://b.example" }] },
      /issuers\[1\]: `audience` is missing/,
    ],
    ["B13 the same issuer twice", { issuers: [own, own] }, /`issuers` takes each issuer once/],
    [
      "B13 an issuer twice, once with a slash",
      { issuers: [own, { ...own, issuer: `${kit.issuer}/` }] },
      /each issuer once/,
    ],
    [
      "B13 an issuer twice, once in capitals",
      { issuers: [own, { ...own, issuer: "https://ISSUER.example" }] },
      /each issuer once/,
    ],
    [
      "B13 an issuer twice, once with its port",
      { issuers: [own, { ...own, issuer: "https://issuer.example:443" }] },
      /each issuer once/,
    ],
    [
      "B13 an issuer and its alias",
      {
        issuers: [
          { preset: "google-id-token", audience: "x" },
          { issuer: "https://accounts.google.com", audience: "y", preset: "google-id-token" },
        ],
      },
      /each issuer once/,
    ],
    [
      "B14 an issuer with a wildcard",
      { ...own, issuer: "https://*.issuer.example", preset: "entra" },
      /`issuer`/,
    ],
    [
      "http on loopback without leave",
      { ...own, issuer: "http://localhost:8080" },
      /`insecureAllowLoopback`/,
    ],
    [
      "http elsewhere with leave",
      { ...own, issuer: "http://a.example", insecureAllowLoopback: true },
      /`issuer` takes an https URL/,
    ],
    [
      "http on a name like loopback",
      { ...own, issuer: "http://localhost.a.example", insecureAllowLoopback: true },
      /`issuer` takes an https URL/,
    ],
    [
      "jwksUri over http elsewhere with leave",
      { ...own, jwksUri: "http://10.0.0.1/k", insecureAllowLoopback: true },
      /`jwksUri` takes an https URL/,
    ],
  ];
  test.each(wrong)("%s", (_what, options, sentence) => {
    expect(make(options)).toThrow(TypeError);
    expect(make(options)).toThrow(sentence);
  });
  test.each([undefined, null, 7, "x", [], () => {}])("options %s", (options) => {
    expect(() => createVerifier(options as never)).toThrow(/takes an object with options/);
  });
  test("a preset of one's own must be as strict as ours", () => {
    const base = { ...presets.rfc9068, name: "own" };
    expect(make({ ...own, preset: base })).not.toThrow();
    for (const weaker of [
      { ...base, required: ["iss", "exp"] },
      { ...base, headerTypes: ["at+jwt", "jwt"] },
      { ...base, headerTypes: [null] },
      { ...base, headerTypes: [] },
      { ...base, algorithms: [] },
    ]) {
      expect(make({ ...own, preset: weaker })).toThrow(/`preset` takes a row/);
    }
  });
  test("loopback is accepted with leave", () => {
    for (const issuer of [
      "http://localhost:8080",
      "http://127.0.0.1:8080",
      "http://127.1.2.3",
      "http://[::1]:8080",
    ]) {
      expect(make({ ...own, issuer, insecureAllowLoopback: true })).not.toThrow();
    }
  });
});

describe("what is in the wrong argument is told where it belongs", () => {
  test.each(Object.keys(depsTable))("%s among the options", (name) => {
    expect(make({ ...own, [name]: () => {} })).toThrow(
      new TypeError(
        `createVerifier has no option \`${name}\`: it belongs into \`deps\`, the second argument: createVerifier(options, { ${name} })`,
      ),
    );
  });
  test.each(Object.keys(verifierOptionTable))("%s among the deps", (name) => {
    expect(make(own, { [name]: "x" })).toThrow(
      new TypeError(
        `createVerifier's deps has no option \`${name}\`: it belongs into the options, the first argument: createVerifier({ ${name} }, deps)`,
      ),
    );
  });
  test.each([
    ["nonce", "dpop"],
    ["nonceSecret", "dpop"],
    ["clientId", "introspection"],
    ["tokens", "introspection"],
    ["maxEntries", "cache"],
    ["tokenBytes", "limits"],
  ])("%s, one level too high", (name, owner) => {
    expect(make({ ...own, [name]: true })).toThrow(
      new TypeError(
        `createVerifier has no option \`${name}\`: it belongs into \`${owner}\`: { ${owner}: { ${name} } }`,
      ),
    );
  });
  test("misspelt besides", () => {
    expect(make({ ...own, loger: console })).toThrow(
      /^createVerifier has no option `loger`; did you mean `logger`\? It belongs into `deps`, the second/,
    );
    expect(make(own, { isRevokd: () => false })).toThrow(
      /has no option `isRevokd`; did you mean `isRevoked`\?$/,
    );
  });
});

test("what the caller changes afterwards changes nothing", async () => {
  const audience = [kit.audience];
  const algorithms: ("RS256" | "RS512")[] = ["RS256"];
  const requiredScopes = ["orders:read"];
  const verifier = createVerifier(
    { issuer: kit.issuer, audience, algorithms, requiredScopes, jwks: kit.jwks },
    { now: () => kit.nowSeconds * 1000 },
  );
  audience.push("https://other.example");
  algorithms.push("RS512");
  requiredScopes.pop();
  const code = async (token: string) => {
    try {
      await verifyHere(verifier, token);
      return "accept";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(await code(kit.token())).toBe("accept");
  expect(await code(kit.token({ claims: { aud: "https://other.example" } }))).toBe("invalid_audience");
  expect(await code(kit.token({ header: { alg: "RS512" }, signAs: "RS512" }))).toBe("disallowed_alg");
  expect(await code(kit.token({ claims: { scope: "x" } }))).toBe("insufficient_scope");
});
