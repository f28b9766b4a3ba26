// Signed answers (RFC 9701): the issuer's own, for this client, made for this question; anything else is no answer.
import { expect, test } from "vitest";
import { createKit, type TokenParts } from "../support/kit.ts";
import { codeOf, endpoint, errorOf, honest, opaque, setUp, startSeconds } from "./kit.ts";

const kit = createKit();
const type = "application/token-introspection+jwt";

/** What the issuer would sign, and how it differs. */
function signed({ header = {}, claims = {}, ...parts }: TokenParts = {}): string {
  return kit.token({
    header: { typ: "token-introspection+jwt", ...header },
    claims: {
      sub: undefined,
      exp: undefined,
      client_id: undefined,
      jti: undefined,
      scope: undefined,
      aud: "api",
      iat: startSeconds,
      token_introspection: { ...honest, iss: kit.issuer, aud: kit.audience },
      ...claims,
    },
    ...parts,
  });
}
const answer =
  (jwt: string, contentType = type) =>
  () =>
    new Response(jwt, { headers: { "content-type": contentType } });

function start(own: object = {}) {
  return setUp(
    { tokens: "opaque", signedResponse: true, ...own },
    { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks },
  );
}

test("a good one is believed; it was asked for by its type", async () => {
  const set = start();
  set.state.answer = answer(signed());
  expect((await set.verifier.verify(opaque)).subject).toBe(honest.sub);
  expect(set.state.asked[0]?.headers.get("accept")).toBe(type);
});

const good: Record<string, () => unknown> = {
  "for the API by its name as a resource server": answer(signed({ claims: { aud: [kit.audience] } })),
  "by another of the issuer's keys": answer(signed({ key: kit.keys.es })),
  "with a type in other letters and a parameter": answer(
    signed(),
    "Application/Token-Introspection+JWT; charset=utf-8",
  ),
  "whose iat is cut to the second": answer(signed({ claims: { iat: startSeconds - 5 } })),
  "from a clock that is ahead within the tolerance": answer(signed({ claims: { iat: startSeconds + 5 } })),
};
test.each(Object.entries(good))("believed: %s", async (_name, reply) => {
  const set = start();
  set.state.milliseconds += 999;
  set.state.answer = reply;
  expect(await set.outcome()).toBe("accept");
});

const bad: Record<string, [reply: () => unknown, says: RegExp]> = {
  "plain JSON": [() => honest, /is not signed/],
  "plain JSON with the type of a signed one": [
    answer(JSON.stringify(honest)),
    /not good: The header is not canonical/,
  ],
  "without a type": [() => new Response(signed(), { headers: { "content-type": "" } }), /is not signed/],
  "with the type of JSON": [answer(signed(), "application/json"), /is not signed/],
  unsigned: [answer(signed({ header: { alg: "none" }, sign: () => "xxxx" })), /alg is not allowed/],
  "by a key of nobody's": [answer(signed({ key: kit.keys.attacker })), /signature does not verify/],
  "by a key that the issuer does not have": [answer(signed({ header: { kid: "x" } })), /no key of this kid/],
  "by an algorithm that is not allowed": [answer(signed({ key: kit.keys.es384 })), /alg is not allowed/],
  "with a key of its own": [answer(signed({ header: { jwk: kit.keys.attacker.jwk } })), /has the member jwk/],
  "with the type of an access token": [answer(signed({ header: { typ: "at+jwt" } })), /its typ is not/],
  "without a type in its header": [answer(signed({ header: { typ: undefined } })), /its typ is not/],
  "of another issuer": [answer(signed({ claims: { iss: "https://other.example" } })), /its iss is not/],
  "of no issuer": [answer(signed({ claims: { iss: undefined } })), /its iss is not/],
  "for another client": [answer(signed({ claims: { aud: "another" } })), /its aud is neither/],
  "for nobody": [answer(signed({ claims: { aud: undefined } })), /its aud is neither/],
  "without iat": [answer(signed({ claims: { iat: undefined } })), /its iat is missing/],
  "with iat as a text": [answer(signed({ claims: { iat: String(startSeconds) } })), /its iat is missing/],
  "from the future": [
    answer(signed({ claims: { iat: startSeconds + 6 } })),
    /its iat is missing, or in the future/,
  ],
  "from before the question: another's, shown again": [
    answer(signed({ claims: { iat: startSeconds - 6 } })),
    /made before the question was put/,
  ],
  "without an answer in it": [
    answer(signed({ claims: { token_introspection: undefined } })),
    /no token_introspection/,
  ],
  "with a text for an answer": [
    answer(signed({ claims: { token_introspection: "x" } })),
    /no token_introspection/,
  ],
  "with the answer beside it": [
    answer(signed({ claims: { token_introspection: {}, active: true } })),
    /no active that is true or false/,
  ],
  "active twice": [
    answer(signed({ rawPayload: '{"iss":"x","token_introspection":{"active":false,"active":true}}' })),
    /strict JSON object/,
  ],
};
test.each(Object.entries(bad))("refused, and so 503: %s", async (_name, [reply, says]) => {
  const set = start();
  set.state.answer = reply;
  const error = await errorOf(set.verifier.verify(opaque));
  expect([error.code, error.status]).toEqual(["introspection_failed", 503]);
  expect(error.message).toMatch(says);
});

test("what a signed answer says is checked as any other", async () => {
  const set = start();
  set.state.answer = answer(signed({ claims: { token_introspection: { active: false } } }));
  expect(await set.outcome()).toBe("token_inactive");
  const other = { ...honest, iss: kit.issuer, aud: "https://other.example" };
  set.state.answer = answer(signed({ claims: { token_introspection: other } }));
  expect(await set.outcome("another")).toBe("invalid_audience");
});

test("an answer about another JWT, signed and fresh as it may be, is no answer", async () => {
  const set = start({ tokens: "all" });
  const inactive = answer(signed({ claims: { token_introspection: { active: false } } }));
  set.state.answer = ({ form }) =>
    form.get("token")?.startsWith("made-up") ? inactive() : answer(signed())();
  const about = (jti: string) => kit.token({ claims: { jti } });
  expect(await set.outcome(about("t-2"))).toBe("introspection_failed");
  expect(await set.outcome(about("t-1"))).toBe("accept");
});

test("an answer that was kept is none for a question that comes later", async () => {
  const set = start();
  const kept = signed();
  set.state.answer = answer(kept);
  expect(await set.outcome()).toBe("accept");
  set.pass(5.999);
  expect(await set.outcome("another")).toBe("accept");
  set.pass(0.001);
  expect(await set.outcome("a third")).toBe("malformed_token");
  expect(await set.outcome("third")).toBe("introspection_failed");
});

test("without the issuer's keys no signed answer can be believed, which is their outage", async () => {
  const set = setUp({ signedResponse: true }, { issuer: kit.issuer, audience: kit.audience });
  set.state.answer = ({ url }) => (url === endpoint ? answer(signed())() : new Response("", { status: 500 }));
  const error = await errorOf(set.verifier.verify(opaque));
  expect([error.code, error.status]).toEqual(["discovery_failed", 503]);
  expect(await codeOf(set.verifier.ready())).toBe("discovery_failed");
});
