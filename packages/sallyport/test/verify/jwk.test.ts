// One key of a set: why it is not used, in words; and what is no set at all.
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/index.ts";
import { judgeJwk } from "../../src/verify/keys/jwk.ts";
import { judgeKeySet } from "../../src/verify/keys/key-set.ts";
import { createKit } from "../support/kit.ts";

const { keys } = createKit();
const allowed = ["RS256", "ES256", "EdDSA"] as const;

test("a good key is judged by what it is", () => {
  expect(judgeJwk(keys.rs.jwk, allowed)).toMatchObject({ kid: "rs-1", algorithm: "RS256" });
  expect(judgeJwk(keys.es.jwk, allowed)).toMatchObject({ kid: "es-1", algorithm: "ES256" });
  expect(judgeJwk(keys.ed.jwk, allowed)).toMatchObject({ kid: "ed-1", algorithm: "EdDSA" });
});

const short = Buffer.alloc(31, 7).toString("base64url");
test.each<[string, object, object, string]>([
  ["another kind of key", keys.rs.jwk, { kty: "oct" }, "its kty is not RSA, EC or OKP"],
  ["a key of no kind", keys.rs.jwk, { kty: undefined }, "its kty is not RSA, EC or OKP"],
  ["a number for a kind", keys.rs.jwk, { kty: 7 }, "its kty is not RSA, EC or OKP"],
  ["a number for a kid", keys.rs.jwk, { kid: 7 }, "its kid is not a string"],
  ["null for a kid", keys.rs.jwk, { kid: null }, "its kid is not a string"],
  ["a list for an alg", keys.rs.jwk, { alg: ["RS256"] }, "its alg is not a string"],
  ["null for an alg", keys.rs.jwk, { alg: null }, "its alg is not a string"],
  ["no modulus", keys.rs.jwk, { n: undefined }, "its n is missing"],
  ["no exponent", keys.rs.jwk, { e: undefined }, "its e is missing"],
  ["an empty modulus", keys.rs.jwk, { n: "" }, "its n is not canonical base64url"],
  ["an exponent with padding", keys.rs.jwk, { e: "AQAB==" }, "its e is not canonical base64url"],
  ["an empty coordinate", keys.ed.jwk, { x: "" }, "its x is not canonical base64url"],
  ["a short x", keys.es.jwk, { x: short }, "its coordinates do not have the length of its curve"],
  ["a short y", keys.es.jwk, { y: short }, "its coordinates do not have the length of its curve"],
  ["a short point", keys.ed.jwk, { x: short }, "its coordinates do not have the length of its curve"],
])("%s", (_name, jwk, changes, sentence) => {
  expect(judgeJwk({ ...jwk, ...changes }, allowed)).toBe(sentence);
});

describe("what is no key set", () => {
  const judge = (document: Record<string, unknown>) => () =>
    judgeKeySet(document, { algorithms: allowed, maxKeys: 3, warn: () => {} });

  test.each([{}, { keys: null }, { keys: {} }, { keys: "rs-1" }, { keys: { length: 0 } }])(
    "%j has no list",
    (document) => {
      expect(judge(document)).toThrow(new AuthError("jwks_error", "The key set has no list of keys"));
    },
  );
  test.each([[[null]], [["rs-1"]], [[[]]], [[keys.rs.jwk, 7]]])("the list %j", (list) => {
    expect(judge({ keys: list })).toThrow(
      new AuthError("jwks_error", "The key set lists something that is not a key"),
    );
  });
  test("more keys than the bound, before any is looked at", () => {
    expect(judge({ keys: [1, 2, 3, 4] })).toThrow(
      new AuthError("jwks_error", "The key set has more than 3 keys"),
    );
  });
});
