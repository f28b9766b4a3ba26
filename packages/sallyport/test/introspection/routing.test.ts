// Which token goes where: a token is shown to its own issuer, or to nobody.
import { expect, test } from "vitest";
import { createVerifier, type VerifierOptions } from "../../src/index.ts";
import { isOpaque } from "../../src/verify/introspection/opaque.ts";
import { createKit } from "../support/kit.ts";
import { base64url } from "../support/signing.ts";
import { client, codeOf, endpoint, honest, opaque, setUp } from "./kit.ts";

const kit = createKit();
const header = base64url('{"alg":"RS256","typ":"at+jwt"}');
const payload = base64url(`{"iss":"https://somebody.example","sub":"x"}`);

const tokens: Record<string, [string, boolean]> = {
  "random in hexadecimal": [opaque, true],
  "every character that a token may have": ["AZaz09-._~+/==", true],
  "two random parts (Hydra)": [`ory_at_${base64url("x".repeat(32))}.${base64url("y".repeat(32))}`, true],
  "three parts that are no JSON": ["v2.local.QAxIpVe-ECVNI1z4xQbm_qQYomyT3h8FtV8bxkz8pBJWkT8f7", true],
  "a reference of one character": ["a", true],
  "JSON in base64, in one part": [base64url('{"id":"0123456789"}'), true],
  "parts of one character": ["a.b.c", true],
  "as long as a token may be": ["x".repeat(100), true],
  "longer than a token may be": ["x".repeat(101), false],
  "white space": ["a b", false],
  "a quotation mark": [`"${opaque}"`, false],
  "a letter beyond ASCII": ["é", false],
  nothing: ["", false],
  "= in the middle": ["a=b", false],
  "a JWT": [`${header.slice(0, 30)}.${payload.slice(0, 30)}.x`, false],
  "a JWT cut off in the payload": [`${header}.${payload.slice(0, 20)}`, false],
  "an encrypted JWT": [`${base64url('{"alg":"dir","enc":"A256GCM"}')}..a.b.c`, false],
  "a JWT whose header was damaged": [`x${header.slice(1, 20)}.${payload}.c`, false],
  "a JWT with white space before its header": [`${base64url(' \n{ "alg":"RS256"}')}.b.c`, false],
  "a JWT with a byte-order mark": [`${base64url('\ufeff{"alg":"RS256"}')}.b.c`, false],
  "a JWT behind two dots": [`..${header}.${payload.slice(0, 40)}`, false],
  "a JWT behind other parts": [`x.y.z.${header}`, false],
  "a JWT in ordinary base64": [
    `a.${Buffer.from('{"iss":"~~~???>>>"}').toString("base64").replaceAll("=", "")}.c`,
    false,
  ],
};
test.each(Object.entries(tokens))("%s", (_name, [token, expected]) => {
  expect(isOpaque(token, 100)).toBe(expected);
});

/** Two issuers, of which the second is asked; what is sent where. */
function both(own: object = {}, more: VerifierOptions["issuers"] = []) {
  const sent: [string, string | null][] = [];
  const verifier = createVerifier(
    {
      audience: kit.audience,
      issuers: [
        { issuer: kit.issuer, jwks: kit.jwks },
        {
          issuer: "https://opaque.example",
          introspection: { ...client, endpoint: "https://opaque.example/introspect", ...own },
        },
        ...more,
      ],
    },
    {
      now: () => kit.nowSeconds * 1000,
      fetch: async (input, init) => {
        sent.push([String(input), new URLSearchParams(String(init?.body)).get("token")]);
        const { iss: _, ...rest } = honest;
        return Response.json({ ...rest, aud: kit.audience, exp: kit.nowSeconds + 300, iat: kit.nowSeconds });
      },
    },
  );
  return { verifier, sent };
}

test("one verifier takes JWTs of one issuer and opaque tokens of another", async () => {
  const { verifier, sent } = both();
  expect((await verifier.verify(kit.token())).issuer).toBe(kit.issuer);
  expect(sent).toEqual([]);
  expect((await verifier.verify(opaque)).issuer).toBe("https://opaque.example");
  expect(sent).toEqual([["https://opaque.example/introspect", opaque]]);
});

const kept: Record<string, [unknown, string]> = {
  "a JWT of nobody's": [kit.token({ claims: { iss: "https://somebody.example" } }), "invalid_issuer"],
  "a JWT without iss": [kit.token({ claims: { iss: undefined } }), "missing_claim"],
  "a damaged JWT": [kit.token().slice(0, kit.token().lastIndexOf(".")), "malformed_token"],
  "a JWT with another's signature": [kit.token({ key: kit.keys.attacker }), "invalid_signature"],
  "an ID token": [kit.token({ header: { typ: "JWT" } }), "wrong_token_type"],
  "an expired JWT": [kit.token({ claims: { exp: kit.nowSeconds - 60 } }), "token_expired"],
  "two tokens": [`${opaque} ${opaque}`, "malformed_token"],
  "too long a token": ["x".repeat(16_385), "malformed_token"],
  "what is no text": [7, "malformed_token"],
  nothing: [undefined, "malformed_token"],
};
test.each(Object.entries(kept))("sent to nobody: %s", async (_name, [token, code]) => {
  for (const own of [{}, { tokens: "all" }]) {
    const { verifier, sent } = both(own);
    expect(await codeOf(verifier.verify(token as string))).toBe(code);
    expect(sent).toEqual([]);
  }
});

test("a JWT of an issuer that is asked about opaque tokens only is verified by its signature", async () => {
  const { state, verifier } = setUp(
    { tokens: "opaque" },
    { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks },
    { now: () => kit.nowSeconds * 1000 },
  );
  expect((await verifier.verify(kit.token())).subject).toBe(kit.claims().sub);
  expect(await codeOf(verifier.verify(kit.token({ key: kit.keys.attacker })))).toBe("invalid_signature");
  expect(state.asked).toEqual([]);
});

test('with `tokens: "all"` the issuer\'s word counts for its JWTs, and nothing else is fetched', async () => {
  const { state, outcome, verifier } = setUp({}, { issuer: kit.issuer, audience: kit.audience });
  const said = { ...honest, iss: kit.issuer, aud: kit.audience, jti: kit.claims().jti };
  state.answer = ({ form }) => (form.get("token") === kit.token() ? said : { active: false });
  expect(await outcome(kit.token())).toBe("accept");
  expect(await outcome(kit.token({ claims: { jti: "another" } }))).toBe("token_inactive");
  expect(await outcome(kit.token({ claims: { iss: "https://somebody.example" } }))).toBe("invalid_issuer");
  expect(state.asked.map(({ url }) => url)).toEqual([endpoint, endpoint]);
  expect(verifier.signingKeys()).toEqual([]);
});

test("an answer about another JWT than the one asked about is no answer", async () => {
  const { state, outcome } = setUp({}, { issuer: kit.issuer, audience: kit.audience });
  state.answer = ({ form }) =>
    form.get("token")?.startsWith("made-up")
      ? { active: false }
      : { ...honest, iss: kit.issuer, aud: kit.audience };
  expect(await outcome(kit.token())).toBe("introspection_failed");
  expect(await outcome(kit.token({ claims: { jti: "t-1" } }))).toBe("accept");
  // Of a token without an id, or an answer without one, there is nothing to compare.
  expect(await outcome(kit.token({ claims: { jti: undefined } }))).toBe("accept");
  expect(await outcome(kit.token({ claims: { jti: 7 } }))).toBe("accept");
});

test("the prefix says whose a token is; what begins otherwise goes to the one without, or to nobody", async () => {
  const another = {
    issuer: "https://another.example",
    introspection: { ...client, endpoint: "https://another.example/introspect", prefix: "another_" },
  };
  const { verifier, sent } = both({}, [another]);
  expect((await verifier.verify(`another_${opaque}`)).issuer).toBe("https://another.example");
  expect((await verifier.verify(`xanother_${opaque}`)).issuer).toBe("https://opaque.example");
  expect(sent.map(([url]) => url)).toEqual([
    "https://another.example/introspect",
    "https://opaque.example/introspect",
  ]);
  const named = both({ prefix: "own_" }, [another]);
  expect(await codeOf(named.verifier.verify(opaque))).toBe("invalid_issuer");
  expect(named.sent).toEqual([]);
});
