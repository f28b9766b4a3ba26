// Fuzzing the parser: whatever comes in, out comes an identity or an AuthError, and never for a changed token.

import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { AuthError, createVerifier } from "../../src/index.ts";
import { platform as node } from "../../src/platform/node.ts";
import { platform as web } from "../../src/platform/web.ts";
import { createCompactParser, readTokenHeader } from "../../src/verify/token/compact.ts";
import { parseStrictObject } from "../../src/verify/token/json.ts";
import { atOnce } from "../support/at-once.ts";
import { decodeCanonical, isStrictObject } from "../support/json-oracle.ts";
import { createKit } from "../support/kit.ts";
import { base64url, hmac } from "../support/signing.ts";

const kit = createKit();
const deps = { now: () => kit.nowSeconds * 1000 };
const own = { issuer: kit.issuer, audience: kit.audience };
const asymmetric = createVerifier({ ...own, jwks: kit.jwks }, deps);
const secret = Buffer.from("4b1f0c9e7d2a86535f3e91c07ab8d4621890ffe3ac57b24d6e01c8397a5b2fd4", "hex");
const symmetric = createVerifier({ ...own, secret, algorithms: ["HS256"] }, deps);

let cases = 0;
const leastCases = atOnce ? 100_000 : 80_000;
afterAll(() => expect(cases).toBeGreaterThanOrEqual(leastCases));

/** `accept` or `refuse`; anything but an AuthError is thrown on. */
function outcome(verify: () => unknown): "accept" | "refuse" {
  cases += 1;
  try {
    verify();
    return "accept";
  } catch (error) {
    if (error instanceof AuthError) return "refuse";
    throw error;
  }
}
const run = <Inputs extends [unknown, ...unknown[]]>(runs: number, property: fc.IProperty<Inputs>) =>
  fc.assert(property, { numRuns: runs });

const base64Character = fc.constantFrom(
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
);
const nearBase64 = fc.string({
  unit: fc.oneof(
    { weight: 60, arbitrary: base64Character },
    { weight: 1, arbitrary: fc.constantFrom(..."+/=. \n*é\u0100\ud800😀") },
  ),
  maxLength: 40,
});
const encodedText = fc.oneof(
  nearBase64,
  fc.uint8Array({ maxLength: 40 }).map(base64url),
  fc.string({ unit: "binary", maxLength: 20 }).map(base64url),
  fc.constantFrom("77u_e30", "7aCA", "4oKs", "wK8", "-A", ""),
);

test("base64url: both platforms agree with a decoder that reads bit by bit", () => {
  run(
    25_000,
    fc.property(encodedText, (text) => {
      cases += 1;
      const expected = decodeCanonical(text);
      for (const { decodeBase64url } of [node, web]) {
        const bytes = decodeBase64url(text);
        if (
          expected === undefined
            ? bytes !== undefined
            : !bytes || !Buffer.from(bytes).equals(Buffer.from(expected))
        ) {
          throw new Error(`base64url of ${JSON.stringify(text)}`);
        }
      }
      const plain = expected && utf8(Buffer.from(expected));
      for (const { decodeText } of [node, web]) {
        if (decodeText(text) !== plain) throw new Error(`text of ${JSON.stringify(text)}`);
      }
    }),
  );
});
function utf8(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) && !text.startsWith("\ufeff") ? text : undefined;
}

// JSON with the traps in it: duplicate and escaped names, colons and quotes in strings, deep nesting, odd numbers.
const name = fc.oneof(
  fc.constantFrom(
    '"a"',
    '"\\u0061"',
    '"b"',
    '"__proto__"',
    '"constructor"',
    '":"',
    '"\\":"',
    '"\\\\"',
    '""',
    '"1"',
    '"\\u005f_proto__"',
  ),
  fc.string({ maxLength: 4 }).map((text) => JSON.stringify(text)),
);
const scalar = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "1e400",
    "-1e400",
    "1e-400",
    "1.5",
    "01",
    "1.",
    "true",
    "false",
    "null",
    '"x:y"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\\\\\":"',
    '"\\u12"',
    "NaN",
  ),
  fc.json({ maxDepth: 2 }),
  fc.double().map(String),
);
const space = fc.constantFrom("", "", "", " ", "\n\t", "\u00a0");
const { tree } = fc.letrec<{ tree: string; list: string; object: string }>((tie) => ({
  tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("object"), tie("list")),
  list: fc.array(tie("tree"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
  object: fc
    .array(fc.tuple(name, space, tie("tree"), space), { maxLength: 4 })
    .map(
      (members) =>
        `{${members.map(([key, before, value, after]) => `${before}${key}:${value}${after}`).join(",")}}`,
    ),
}));
const object = fc
  .array(fc.tuple(name, tree), { maxLength: 4 })
  .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(",")}}`);
const mutated = (source: fc.Arbitrary<string>) =>
  fc
    .tuple(
      source,
      fc.nat(),
      fc.constantFrom("", ",", ":", '"', "{", "}", "[", "]", "\\", "0", "\u0000", "a"),
      fc.nat(2),
    )
    .map(([text, where, what, cut]) => {
      const at = text.length === 0 ? 0 : where % text.length;
      return text.slice(0, at) + what + text.slice(at + cut);
    });

test("strict JSON agrees with a reader of its own making", () => {
  const verdicts = { true: 0, false: 0 };
  run(
    40_000,
    fc.property(
      fc.oneof(object, mutated(object), mutated(fc.json())),
      fc.constantFrom(2, 4, 32),
      (text, depth) => {
        cases += 1;
        const expected = isStrictObject(text, depth);
        verdicts[`${expected}`] += 1;
        if ((parseStrictObject(text, depth) !== undefined) !== expected) {
          throw new Error(`${expected ? "refused" : "accepted"} at depth ${depth}: ${JSON.stringify(text)}`);
        }
      },
    ),
  );
  // The generator must give both kinds plenty.
  expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(4000);
});

test("the compact parser takes anything", () => {
  const parser = createCompactParser({ tokenBytes: 16_384, depth: 32 }, readTokenHeader);
  const segment = fc.oneof(
    encodedText,
    object.map(base64url),
    fc.constant("eyJhbGciOiJSUzI1NiJ9"),
    fc.string({ unit: "binary", maxLength: 10 }),
  );
  const anything = fc.oneof(
    fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(".")),
    fc
      .tuple(object.map(base64url), object.map(base64url), fc.uint8Array({ maxLength: 70 }).map(base64url))
      .map((parts) => parts.join(".")),
    fc.string({ unit: "binary" }),
    fc.anything(),
  );
  run(
    10_000,
    fc.property(anything, (token) => {
      outcome(() => parser.parse(token));
      outcome(() => asymmetric.verifySync(token as string));
    }),
  );
});

/** Tens of thousands of promises would say no more than the tables do. */
const notAtOnce = () =>
  expect(() => asymmetric.verifySync(kit.token({ key: kit.keys.es }))).toThrow("use verify()");

test("header and claims of any JSON, well signed: an identity or an AuthError, and the identity is frozen", () => {
  if (!atOnce) return notAtOnce();
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      0,
      -1,
      1e308,
      kit.nowSeconds,
      kit.nowSeconds + 60,
      kit.issuer,
      kit.audience,
      "at+jwt",
      "HS256",
    ),
  );
  const some = (names: string[]) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });
  const claims = some([
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "azp",
    "scope",
    "roles",
    "groups",
    "act",
    "may_act",
    "cnf",
    "auth_time",
    "acr",
    "name",
    "__proto__",
    "x",
  ]);
  const header = some(["alg", "typ", "kid", "crit", "b64", "x5t", "jwk", "y", "constructor"]);
  let accepted = 0;
  run(
    10_000,
    fc.property(
      claims,
      fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: header }),
      (changes, members) => {
        const token = kit.token({
          header: { alg: "HS256", ...members },
          claims: changes,
          sign: (input) => hmac("HS256", secret, input),
        });
        const answer = outcome(() => {
          const identity = symmetric.verifySync(token);
          if (
            !Object.isFrozen(identity) ||
            !Object.isFrozen(identity.claims) ||
            !Object.isFrozen(identity.scopes)
          ) {
            throw new Error("not frozen");
          }
        });
        if (answer === "accept") accepted += 1;
      },
    ),
  );
  expect(accepted).toBeGreaterThan(500);
});

test("a good token with something changed, anywhere, is refused", () => {
  if (!atOnce) return notAtOnce();
  const tokens = (["rs", "es", "ed"] as const).map((key) => kit.token({ key: kit.keys[key] }));
  for (const token of tokens) expect(outcome(() => asymmetric.verifySync(token))).toBe("accept");
  const change = fc.tuple(
    fc.constantFrom(...tokens),
    fc.array(fc.tuple(fc.nat(), fc.oneof(base64Character, fc.constantFrom("", ".", "=", "\u0000", "é"))), {
      minLength: 1,
      maxLength: 3,
    }),
  );
  run(
    5000,
    fc.property(change, ([token, edits]) => {
      const changed = edits.reduce(
        (text, [at, what]) => text.slice(0, at % text.length) + what + text.slice((at % text.length) + 1),
        token,
      );
      fc.pre(changed !== token);
      if (outcome(() => asymmetric.verifySync(changed)) === "accept") throw new Error(`Accepted ${changed}`);
    }),
  );
});

test("every single character of a good token: replaced, left out, doubled", () => {
  if (!atOnce) return notAtOnce();
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const others = ["=", "+", "/", " ", "\n", "*", ".", "\u0000", "é", "\u0100", "\u0141"];
  // Half of the alphabet at each place, the other half at the next.
  for (const key of ["rs", "ed"] as const) {
    const token = kit.token({ key: kit.keys[key] });
    expect(asymmetric.verifySync(token).subject).toBe("248289761001");
    for (let at = 0; at < token.length; at += 1) {
      const letters = [...alphabet].filter((_, index) => index % 8 === at % 8);
      const neighbours = neighboursOf(alphabet, token[at] ?? "");
      for (const what of new Set([...letters, ...neighbours, ...others, "", `${token[at]}${token[at]}`])) {
        if (what === token[at]) continue;
        const changed = token.slice(0, at) + what + token.slice(at + 1);
        if (changed !== token && outcome(() => asymmetric.verifySync(changed)) === "accept") {
          throw new Error(`Accepted with ${JSON.stringify(what)} at ${at}`);
        }
      }
    }
    expect(asymmetric.verifySync(token).subject).toBe("248289761001");
  }
});
/** The characters that differ in one bit: those a lenient decoder takes for the same. */
function neighboursOf(alphabet: string, character: string): string[] {
  const value = alphabet.indexOf(character);
  return value < 0 ? [] : [1, 2, 4, 8, 16, 32].map((bit) => alphabet[value ^ bit] ?? "A");
}
