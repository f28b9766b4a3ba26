// What an issuer may publish, and how a token may name it: one bad key must neither serve nor spoil the set.

import { certificateFor } from "../support/certificate.ts";
import type { Kit } from "../support/kit.ts";
import { base64url, createTestKey, hmac, type TestJwk, type TestKey } from "../support/signing.ts";
import type { TokenCase } from "./types.ts";

const kidCase = (id: string, name: string, kid: unknown, expect: TokenCase["expect"]): TokenCase => ({
  id,
  name,
  token: (kit) => kit.token({ header: { kid } }),
  expect,
});

const injected = [
  "../../../../dev/null",
  "/dev/null",
  "file:///dev/null",
  "..\\..\\windows\\win.ini",
  "https://attacker.example/key",
];
const prototypes = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "length", "0"];
const queries = [
  "k1' OR '1'='1",
  "rs-1' --",
  "*)(uid=*",
  "rs-1\u0000",
  "$(id)",
  "{{7*7}}",
  "rs-1;DROP TABLE keys",
  "rs-1\n",
];

const names: TokenCase[] = [
  ...injected.flatMap((kid): TokenCase[] => [
    kidCase("K01", `kid ${kid}`, kid, "key_not_found"),
    {
      id: "K01",
      name: `kid ${kid}, HMAC with the empty file`,
      token: (kit) => kit.token({ header: { alg: "HS256", kid }, sign: (input) => hmac("HS256", "", input) }),
      expect: "disallowed_alg",
    },
  ]),
  ...prototypes.map((kid) => kidCase("K02", `kid ${kid}`, kid, "key_not_found")),
  ...queries.map((kid) => kidCase("K03", `kid ${JSON.stringify(kid)}`, kid, "key_not_found")),
  ...[1, 0, { kid: "rs-1" }, ["rs-1"], null, true, "", "k".repeat(1025)].map((kid) =>
    kidCase("K04", `kid ${JSON.stringify(kid).slice(0, 20)}`, kid, "malformed_token"),
  ),
  kidCase("K04", "kid of 64 KB", "k".repeat(65_536), "malformed_token"),
  kidCase("K04", "kid NUL", "\u0000", "key_not_found"),
  kidCase("K04", "kid of 1024 characters", "k".repeat(1024), "key_not_found"),
  kidCase("K05", "kid in another case", "RS-1", "key_not_found"),
  kidCase("K06", "kid nobody has", "a0f3c1", "key_not_found"),
  kidCase("K06", "the attacker's own key", "attacker-1", "key_not_found"),
  {
    id: "K07",
    name: "no kid, several keys of the algorithm",
    keys: (kit) => [...kit.jwks.keys, { ...kit.keys.other.jwk, kid: "rs-2" }],
    token: (kit) => kit.token({ header: { kid: undefined } }),
    expect: "missing_kid",
  },
  {
    id: "K08",
    name: "no kid, one key of the algorithm",
    token: (kit) => kit.token({ header: { kid: undefined } }),
    expect: "accept",
  },
  {
    id: "K08",
    name: "no kid in header and set",
    honestAfterwards: false,
    keys: (kit) => [{ ...kit.keys.rs.jwk, kid: undefined }],
    token: (kit) => kit.token({ header: { kid: undefined } }),
    expect: "accept",
  },
  {
    id: "K08",
    name: "a kid in the header, none in the set",
    keys: (kit) => [{ ...kit.keys.rs.jwk, kid: undefined }],
    token: (kit) => kit.token(),
    expect: "key_not_found",
    honestAfterwards: false,
  },
];

const fifth = (kit: Kit) =>
  [0, 1, 2, 3].map(() => ({ ...createTestKey("rs-1", "RS256").jwk })).concat([kit.keys.rs.jwk]);
const duplicates: TokenCase[] = [
  ...[0, 1].map(
    (place): TokenCase => ({
      id: "K09",
      name: `two keys of one kid, signed with the ${place === 0 ? "first" : "second"}`,
      keys: (kit) => [kit.keys.rs.jwk, kit.keys.other.jwk],
      token: (kit) => kit.token({ key: place === 0 ? kit.keys.rs : kit.keys.other }),
      expect: "accept",
    }),
  ),
  {
    id: "K09",
    name: "two keys of one kid, signed with neither",
    keys: (kit) => [kit.keys.rs.jwk, kit.keys.other.jwk],
    token: (kit) => kit.token({ key: kit.keys.attacker }),
    expect: "invalid_signature",
  },
  {
    id: "K09",
    name: "five keys of one kid: at most four are tried",
    keys: fifth,
    token: (kit) => kit.token(),
    expect: "invalid_signature",
    honestAfterwards: false,
  },
  ...(["rs", "es"] as const).map(
    (name): TokenCase => ({
      id: "K10",
      name: `one kid for an RSA and an EC key, signed with ${name}`,
      keys: (kit) => [
        { ...kit.keys.rs.jwk, kid: "same" },
        { ...kit.keys.es.jwk, kid: "same" },
      ],
      token: (kit) => kit.token({ key: kit.keys[name], header: { kid: "same" } }),
      expect: "accept",
      honestAfterwards: false,
    }),
  ),
];

/** A flawed version of the issuer's key, under the kid `bad`: it must not serve, and the others must. */
function flawed(
  id: string,
  name: string,
  flaw: (key: TestKey, kit: Kit) => TestJwk,
  key: keyof Kit["keys"] = "rs",
): TokenCase {
  return {
    id,
    name,
    keys: (kit) => [{ ...kit.keys[key].jwk, kid: "bad", ...flaw(kit.keys[key], kit) }, ...kit.jwks.keys],
    token: (kit) => kit.token({ key: kit.keys[key], header: { kid: "bad" } }),
    expect: "key_not_found",
  };
}

const secretKey = base64url("0123456789abcdef0123456789abcdef");
const symmetric: TokenCase[] = [
  {
    id: "K11",
    name: "HS256 under an oct key of the set",
    keys: (kit) => [{ kty: "oct", k: secretKey, kid: "bad", alg: "HS256" }, ...kit.jwks.keys],
    token: (kit) =>
      kit.token({
        header: { alg: "HS256", kid: "bad" },
        sign: (input) => hmac("HS256", Buffer.from(secretKey, "base64url"), input),
      }),
    expect: "disallowed_alg",
  },
  {
    id: "K11",
    name: "RS256 naming an oct key of the set",
    keys: (kit) => [{ kty: "oct", k: secretKey, kid: "bad" }, ...kit.jwks.keys],
    token: (kit) => kit.token({ header: { kid: "bad" } }),
    expect: "key_not_found",
  },
  {
    id: "K12",
    name: "a key published with its private half still verifies",
    keys: (kit) => [{ ...kit.keys.rs.jwk, ...kit.keys.rs.privateKey.export({ format: "jwk" }) }],
    token: (kit) => kit.token(),
    expect: "accept",
  },
  {
    id: "K12",
    name: "an EC key published with its private half still verifies",
    keys: (kit) => [
      { ...kit.keys.es.jwk, ...kit.keys.es.privateKey.export({ format: "jwk" }) },
      kit.keys.rs.jwk,
    ],
    token: (kit) => kit.token({ key: kit.keys.es }),
    expect: "accept",
  },
];

const purposes: TokenCase[] = [
  ...["enc", "SIG", "", null, ["sig"], 1].map((use) =>
    flawed("K13", `use ${JSON.stringify(use)}`, () => ({ use })),
  ),
  ...[["encrypt"], ["sign"], [], "verify", null, ["sign, verify"], ["VERIFY"], {}].map((key_ops) =>
    flawed("K14", `key_ops ${JSON.stringify(key_ops)}`, () => ({ key_ops })),
  ),
  {
    id: "K14",
    name: "key_ops with verify",
    keys: (kit) => [{ ...kit.keys.rs.jwk, use: undefined, key_ops: ["sign", "verify"] }],
    token: (kit) => kit.token(),
    expect: "accept",
  },
];

const weakRsa = (bits: number): TokenCase => ({
  id: "K15",
  name: `an RSA key of ${bits} bits`,
  keys: (kit) => [weak(bits).jwk, ...kit.jwks.keys],
  token: (kit) => kit.token({ key: weak(bits) }),
  expect: "key_not_found",
});
const weakKeys = new Map<number, TestKey>();
function weak(bits: number): TestKey {
  const key = weakKeys.get(bits) ?? createTestKey("bad", "RS256", bits);
  weakKeys.set(bits, key);
  return key;
}

const modulus = (bits: number, first = 0xc5) => {
  const bytes = Buffer.alloc(bits / 8, 0xa7);
  bytes[0] = first;
  return base64url(bytes);
};
const exponents: [string, Uint8Array][] = [
  ["0", Buffer.from([0])],
  ["1", Buffer.from([1])],
  ["2", Buffer.from([2])],
  ["3", Buffer.from([3])],
  ["65535", Buffer.from([0xff, 0xff])],
  ["65536", Buffer.from([1, 0, 0])],
  ["65538", Buffer.from([1, 0, 2])],
  ["2^32 + 1", Buffer.from([1, 0, 0, 0, 1])],
  ["of 64 KB", Buffer.alloc(65_536, 0xff)],
];
// The residues of a modulus made by the flawed generator: 65537^a modulo each small prime, by the remainder theorem.
const rocaPrimes = [
  2n,
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
  73n,
  79n,
  83n,
  89n,
  97n,
  101n,
  103n,
  107n,
  109n,
  113n,
  127n,
  131n,
  137n,
  139n,
  149n,
  151n,
  157n,
  163n,
  167n,
];
function rocaModulus(): string {
  const primorial = rocaPrimes.reduce((product, prime) => product * prime, 1n);
  let residue = 1n;
  for (let power = 0; power < 1234; power += 1) residue = (residue * 65_537n) % primorial;
  const high = (2n ** 2047n / primorial + 12_345n) * primorial;
  return base64url(Buffer.from((high + residue).toString(16), "hex"));
}

const sizes: TokenCase[] = [
  weakRsa(512),
  weakRsa(1024),
  weakRsa(2040),
  flawed("K16", "a modulus of 16384 bits", () => ({ n: modulus(16_384) })),
  flawed("K16", "a modulus of 8200 bits", () => ({ n: modulus(8200) })),
  flawed("K15", "a modulus of 2048 bits, the first byte zero", () => ({ n: modulus(2048, 0) })),
  flawed("K17", "an even modulus", () => ({ n: modulus(2048).replace(/.$/, "A") })),
  ...exponents.map(([what, bytes]) =>
    flawed(what === "of 64 KB" ? "K16" : "K17", `exponent ${what}`, () => ({ e: base64url(bytes) })),
  ),
  flawed("K23", "a modulus of the flawed generator (ROCA)", () => ({ n: rocaModulus() })),
];

const longer = (value: unknown) =>
  base64url(Buffer.concat([Buffer.alloc(1), Buffer.from(String(value), "base64url")]));
const flip = (value: unknown) => {
  const bytes = Buffer.from(String(value), "base64url");
  bytes[31] = (bytes[31] ?? 0) ^ 1;
  return base64url(bytes);
};
const points: TokenCase[] = [
  flawed("K18", "a point off its curve", ({ jwk }) => ({ y: flip(jwk.y) }), "es"),
  flawed(
    "K18",
    "a point at zero",
    () => ({ x: base64url(Buffer.alloc(32)), y: base64url(Buffer.alloc(32)) }),
    "es",
  ),
  flawed("K18", "a coordinate too long", ({ jwk }) => ({ x: longer(jwk.x) }), "es"),
  flawed("K18", "a coordinate too short", ({ jwk }) => ({ y: String(jwk.y).slice(0, 40) }), "es"),
  flawed("K18", "crv of another curve", () => ({ crv: "P-384" }), "es"),
  flawed("K18", "crv of another curve, no alg", () => ({ crv: "P-384", alg: undefined }), "es"),
  flawed("K18", "crv unknown", () => ({ crv: "secp256k1" }), "es"),
  flawed("K18", "crv missing", () => ({ crv: undefined }), "es"),
  flawed("K18", "crv in another case", () => ({ crv: "p-256" }), "es"),
  flawed("K18", "crv an array", () => ({ crv: ["P-256"] }), "es"),
  flawed("K18", "crv __proto__", () => ({ crv: "__proto__" }), "es"),
  flawed("K18", "kty EC on RSA material", () => ({ kty: "EC" })),
  flawed("K18", "kty in another case", () => ({ kty: "rsa" })),
  flawed("K18", "X25519 in place of Ed25519", () => ({ crv: "X25519" }), "ed"),
  flawed(
    "K18",
    "an Ed25519 point of 31 bytes",
    ({ jwk }) => ({ x: base64url(Buffer.from(String(jwk.x), "base64url").subarray(1)) }),
    "ed",
  ),
];

const broken: TokenCase[] = [
  flawed("K20", "n is junk", () => ({ n: "!!" })),
  flawed("K20", "n missing", () => ({ n: undefined })),
  flawed("K20", "n a number", () => ({ n: 7 })),
  flawed("K20", "n with padding", ({ jwk }) => ({ n: `${jwk.n}=` })),
  flawed("K20", "n in standard base64", ({ jwk }) => ({ n: `${String(jwk.n).slice(0, -4)}+/+/` })),
  flawed("K20", "e empty", () => ({ e: "" })),
  flawed("K20", "kty missing", () => ({ kty: undefined })),
  flawed("K20", "kty unknown", () => ({ kty: "AKP" })),
  flawed("K20", "alg a number", () => ({ alg: 256 })),
  flawed("K20", "alg unknown", () => ({ alg: "RS1" })),
  flawed("K20", "alg __proto__", () => ({ alg: "__proto__" })),
  flawed("K20", "alg of another kind of key", () => ({ alg: "ES256" })),
  flawed("K20", "alg none", () => ({ alg: "none" })),
  flawed("K20", "alg HS256 on an RSA key", () => ({ alg: "HS256" })),
  flawed("K20", "kid a number", () => ({ kid: 7 })),
  flawed("K20", "alg RSA-OAEP", () => ({ alg: "RSA-OAEP" })),
  {
    id: "K20",
    name: "an empty key beside the good one",
    keys: (kit) => [{}, ...kit.jwks.keys],
    token: (kit) => kit.token(),
    expect: "accept",
  },
];

const certificates: TokenCase[] = [
  flawed("K22", "x5c of another key", (_key, kit) => ({ x5c: [certificateFor(kit.keys.attacker)] })),
  flawed("K22", "x5c of another key, with the chain of the right one", (key, kit) => ({
    x5c: [certificateFor(kit.keys.attacker), certificateFor(key)],
  })),
  flawed("K22", "x5c empty", () => ({ x5c: [] })),
  flawed("K22", "x5c a string", (key) => ({ x5c: certificateFor(key) })),
  flawed("K22", "x5c junk", () => ({ x5c: ["!!!"] })),
  ...(["rs", "es"] as const).map(
    (name): TokenCase => ({
      id: "K22",
      name: `x5c of the same key, ${name}`,
      keys: (kit) => [
        { ...kit.keys[name].jwk, x5c: [certificateFor(kit.keys[name])] },
        ...kit.jwks.keys.slice(1, 2),
      ],
      token: (kit) => kit.token({ key: kit.keys[name] }),
      expect: "accept",
      honestAfterwards: false,
    }),
  ),
];

export const keyCases: readonly TokenCase[] = [
  ...names,
  ...duplicates,
  ...symmetric,
  ...purposes,
  ...sizes,
  ...points,
  ...broken,
  ...certificates,
];
