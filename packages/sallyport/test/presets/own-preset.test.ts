// A preset of one's own is held to what ours are.
import { expect, test } from "vitest";
import { createVerifier, type Preset, presets } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { codeOf } from "./kit.ts";

const good = {
  ...presets.rfc9068,
  name: "house",
  documentation: "https://issuer.example/docs",
  headerTypes: ["jwt"],
  required: ["iss", "exp", "aud", "sub", "iat"],
  accept: [{ claim: ["use"], equals: "api" }],
  refuse: [{ claim: ["nonce"], present: true }],
  kinds: [{ kind: "service", when: { claim: ["app"], present: true } }],
  clientId: [["app"]],
  roles: [["functions"]],
} as const satisfies Preset;

const idp = fakeIssuer();
const make = (changes: object, base: Preset = good) =>
  createVerifier({ ...idp.config, preset: { ...base, ...changes } as Preset }, idp.deps);

test("it is used as ours are", async () => {
  const verifier = make({});
  const header = { typ: "JWT" };
  const claims = { use: "api", app: "worker", functions: ["Reader"] };
  const identity = await verifier.verify(await idp.token({ header, claims }));
  expect(identity).toMatchObject({ kind: "service", clientId: "worker", roles: ["Reader"] });
  expect(verifier.health().issuers[0]?.preset).toBe("house");
  const refused = async (changes: object, other = header) =>
    codeOf(verifier.verify(await idp.token({ header: other, claims: { ...claims, ...changes } })));
  expect(await refused({ use: "id" })).toBe("wrong_token_type");
  expect(await refused({ use: undefined })).toBe("wrong_token_type");
  expect(await refused({ nonce: "n" })).toBe("wrong_token_type");
  expect(await refused({ iat: undefined })).toBe("missing_claim");
  expect(await refused({}, { typ: "at+jwt" })).toBe("wrong_token_type");
});

test("where it does not require an audience, a token without one is refused all the same", async () => {
  const verifier = make({ required: ["iss", "exp", "sub", "iat"] });
  const token = await idp.token({ header: { typ: "JWT" }, claims: { use: "api", aud: undefined } });
  expect(await codeOf(verifier.verify(token))).toBe("invalid_audience");
});

test("what it leaves out has the usual place", async () => {
  const small = {
    name: "small",
    documentation: "",
    algorithms: ["ES256"],
    headerTypes: ["at+jwt"],
    required: good.required,
  };
  const verifier = createVerifier({ ...idp.config, preset: small as unknown as Preset }, idp.deps);
  const identity = await verifier.verify(
    await idp.token({ scopes: ["a"], roles: ["Reader"], clientId: "c1" }),
  );
  expect(identity).toMatchObject({ kind: "service", scopes: ["a"], roles: ["Reader"], clientId: "c1" });
});

const condition = (value: unknown) => ({ refuse: [value] });

const refusals: readonly (readonly [string, object, RegExp])[] = [
  ["a misspelt member", { refuses: [] }, /without `refuses`, which means nothing; did you mean `refuse`\?$/],
  ["a member that means nothing", { colour: 1 }, /without `colour`, which means nothing$/],
  [
    "a kind that is none",
    { kinds: [{ kind: "robot", when: { claim: ["a"], present: true } }] },
    /`kinds` is a list/,
  ],
  ["a kind without a condition", { kinds: [{ kind: "service", when: {} }] }, /`kinds` is a list/],
  [
    "conditions that are no list",
    { accept: { claim: ["a"], present: true } },
    /`accept` is a list of conditions/,
  ],
  ["nothing as a condition", condition(null), /`refuse` is a list of conditions/],
  ["a list as a condition", condition([]), /`refuse` is a list of conditions/],
  ["a condition without a claim", condition({ present: true }), /`refuse` is a list of conditions/],
  [
    "a condition of an empty path",
    condition({ claim: [], present: true }),
    /`refuse` is a list of conditions/,
  ],
  ["a condition without an operator", condition({ claim: ["a"] }), /`refuse` is a list of conditions/],
  [
    "an operator that is misspelt",
    condition({ claim: ["a"], equal: "b" }),
    /`refuse` is a list of conditions/,
  ],
  ["two operators", condition({ claim: ["a"], equals: "b", present: true }), /`refuse` is a list/],
  [
    "a value of the wrong form",
    condition({ claim: ["a"], present: "yes" }),
    /`refuse` is a list of conditions/,
  ],
  ["half a template", condition({ claim: ["a"], template: "{0}" }), /`refuse` is a list of conditions/],
  ["alternatives that are none", condition({ anyOf: [] }), /`refuse` is a list of conditions/],
  ["all of nothing", { accept: [{ allOf: [] }] }, /`accept` is a list of conditions/],
  [
    "alternatives beside something else",
    condition({ anyOf: [{ claim: ["a"], present: true }], b: 1 }),
    /`refuse` is/,
  ],
  ["no name", { name: undefined }, /name, algorithms, headerTypes, required and accept/],
  ["no algorithms", { algorithms: [] }, /name, algorithms/],
  ["an algorithm nobody knows", { algorithms: ["none"] }, /`algorithms` are RS256/],
  ["an algorithm by an inherited name", { algorithms: ["constructor"] }, /`algorithms` are RS256/],
  ["an algorithm with a shared secret, and no secret", { algorithms: ["HS256"] }, /needs `secret`/],
  ["no header types", { headerTypes: [] }, /name, algorithms/],
  ["a header type in capitals", { headerTypes: ["JWT"] }, /lower case without application\//],
  [
    "a header type with application/",
    { headerTypes: ["application/at+jwt"] },
    /lower case without application\//,
  ],
  ["nothing to tell tokens apart by", { accept: [] }, /tells access tokens from ID tokens/],
  [
    "nothing to tell tokens apart by, either type",
    { accept: [], headerTypes: ["at+jwt", "jwt"] },
    /tells access tokens/,
  ],
  [
    "nothing to tell tokens apart by, no type",
    { accept: undefined, headerTypes: [null] },
    /tells access tokens/,
  ],
  ...["iss", "exp", "sub", "iat"].map(
    (claim) =>
      [
        `no required ${claim}`,
        { required: good.required.filter((one) => one !== claim) },
        /`required` has at least/,
      ] as const,
  ),
  ["no required claims", { required: undefined }, /`required` has at least/],
  ["paths that are names", { roles: ["roles"] }, /`roles` is a list of paths/],
  ["paths without steps", { scopes: [[]] }, /`scopes` is a list of paths/],
  ["a path as text", { userId: "sub" }, /`userId` is a list of paths/],
];

test.each(refusals)("%s is refused", (_, changes, sentence) => {
  expect(() => make(changes)).toThrow(sentence);
  expect(() => make(changes)).toThrow(TypeError);
});

test("the user's row is neither changed nor frozen, and a later change of it has no effect", async () => {
  const roles = [["functions"]];
  const row = { ...good, roles };
  const verifier = make({}, row);
  expect(Object.isFrozen(row)).toBe(false);
  roles.push(["everything"]);
  const claims = { use: "api", app: "worker", functions: ["Reader"], everything: ["Admin"] };
  const identity = await verifier.verify(await idp.token({ header: { typ: "JWT" }, claims }));
  expect(identity.roles).toEqual(["Reader"]);
});

test("our rows can't be changed", () => {
  for (const preset of Object.values(presets)) {
    for (const list of [
      preset.headerTypes,
      preset.accept,
      preset.refuse,
      preset.required,
      preset.algorithms,
    ]) {
      expect(() => (list as unknown[]).push(null)).toThrow(TypeError);
    }
    expect(() => Object.assign(preset, { accept: [] })).toThrow(TypeError);
  }
  expect(() => Object.assign(presets, { rfc9068: good })).toThrow(TypeError);
});

test.each(Object.entries(presets))("%s: the row is complete", (name, preset) => {
  expect(preset.name).toBe(name);
  expect(preset.documentation).toMatch(/^https:\/\//);
  for (const claim of ["iss", "exp", "sub", "iat"]) expect(preset.required).toContain(claim);
  expect(preset.required.includes("aud") || preset.audience !== undefined).toBe(true);
  expect(preset.algorithms.some((algorithm) => algorithm.startsWith("HS"))).toBe(false);
  for (const typ of preset.headerTypes) expect(typ === null || typ === "jwt" || typ === "at+jwt").toBe(true);
  // Where the header does not tell, the claims do.
  if (preset.headerTypes.length > 1 || preset.headerTypes[0] !== "at+jwt") {
    expect(preset.accept.length).toBeGreaterThan(0);
    expect(preset.refuse.length).toBeGreaterThan(0);
  }
});
