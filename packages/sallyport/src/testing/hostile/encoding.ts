// Attacks on the form: segments, base64url, JSON (RFC 7515 §7.1, RFC 8725 §2.6, RFC 8259 §8). All but one are signed with
// the issuer's own key: a verifier that reads them has no second line.
import { segment, signSegments } from "../sign.ts";
import type { HostileKit, HostileRow } from "./types.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The same bytes in another spelling: a bit set that the decoder throws away (RFC 4648 §3.5). */
function withUnusedBit(canonical: string): string | undefined {
  if (canonical.length % 4 === 0) return undefined;
  const last = alphabet.indexOf(canonical.at(-1) ?? "");
  return canonical.slice(0, -1) + alphabet[last + 1];
}

const parts = (token: string) => token.split(".") as [string, string, string];

const malformed = (id: string, name: string, make: HostileRow["make"]): HostileRow => ({
  id,
  name,
  code: "malformed_token",
  make,
});

/** Puts one more member before the others of a JSON object. */
const before = (members: object, more: string) => `{${more},${JSON.stringify(members).slice(1)}`;

const duplicates = ["iss", "sub", "aud", "exp"].map((claim) =>
  malformed(`duplicate-${claim}`, `two members ${claim}, the first an attacker's`, (kit) =>
    kit.exact(
      kit.header,
      before({ [claim]: kit.audience, ...kit.payload }, `${JSON.stringify(claim)}:"admin"`),
    ),
  ),
);

const texts: readonly [string, string, (payload: object) => string | Uint8Array][] = [
  ["byte-order-mark", "a byte-order mark before the JSON", (payload) => `\ufeff${JSON.stringify(payload)}`],
  ["trailing-garbage", "something after the JSON", (payload) => `${JSON.stringify(payload)}{}`],
  ["comment", "a comment in the JSON", (payload) => before(payload, '"a":1/**/')],
  ["trailing-comma", "a comma before the end", (payload) => `${JSON.stringify(payload).slice(0, -1)},}`],
  ["single-quotes", "quotes of JavaScript", (payload) => before(payload, "'a':1")],
  ["not-a-number", "NaN as a number", (payload) => before(payload, '"a":NaN')],
  ["infinite", "a number beyond every double", (payload) => before(payload, '"a":1e400')],
  ["lone-surrogate", "half a surrogate pair", (payload) => before(payload, '"a":"\\ud800"')],
  ["prototype", "a member __proto__", (payload) => before(payload, '"__proto__":{"roles":["Admin"]}')],
  ["duplicate-escaped", "a member twice, once escaped", (payload) => before(payload, '"\\u0073ub":"admin"')],
  ["duplicate-nested", "a nested member twice", (payload) => before(payload, '"a":{"b":1,"b":2}')],
  [
    "deep",
    "nesting of a thousand levels",
    (payload) => before(payload, `"a":${"[".repeat(1000)}${"]".repeat(1000)}`),
  ],
  [
    "bad-utf8",
    "bytes that are not UTF-8",
    (payload) => {
      const bytes = new TextEncoder().encode(before(payload, '"a":"??"'));
      return bytes.map((byte, index) => (index === 6 || index === 7 ? 0xff : byte));
    },
  ],
];

const payloads: readonly [string, string][] = [
  ["list", "[]"],
  ["string", '"iss"'],
  ["number", "1"],
  ["null", "null"],
  ["true", "true"],
  ["nothing", " "],
];

export const encodingAttacks: readonly HostileRow[] = [
  ...duplicates,
  ...texts.map(([id, name, change]) =>
    malformed(`payload-${id}`, `${name}, in the payload`, ({ header, payload, exact }) =>
      exact(header, change(payload)),
    ),
  ),
  ...texts.map(([id, name, change]) =>
    malformed(`header-${id}`, `${name}, in the header`, ({ header, payload, exact }) =>
      exact(change({ ...header, sub: 1 }), payload),
    ),
  ),
  malformed("header-duplicate-alg", "two members alg, the first none", ({ header, payload, exact }) =>
    exact(before(header, '"alg":"none"'), payload),
  ),
  malformed("header-duplicate-kid", "two members kid", ({ header, payload, exact }) =>
    exact(before(header, '"kid":"other"'), payload),
  ),
  ...payloads.flatMap(([id, json]) => [
    malformed(`payload-is-${id}`, `the payload is not an object (${id})`, ({ header, exact }) =>
      exact(header, json),
    ),
    malformed(`header-is-${id}`, `the header is not an object (${id})`, ({ payload, exact }) =>
      exact(json, payload),
    ),
  ]),
  malformed("payload-is-token", "a token within the token", ({ header, token, exact }) =>
    exact(header, token),
  ),
  malformed("segments-1", "one segment", ({ token }) => parts(token)[0]),
  malformed("segments-2", "two segments", ({ token }) => parts(token).slice(0, 2).join(".")),
  malformed("segments-4", "four segments", ({ token }) => `${token}.${parts(token)[2]}`),
  malformed("segments-5", "five segments, as an encrypted token has", ({ token }) => `${token}.AAAA.AAAA`),
  malformed("segments-many", "a thousand dots", () => ".".repeat(1000)),
  malformed("segment-empty-header", "no header", ({ token }) => `.${parts(token)[1]}.${parts(token)[2]}`),
  malformed("segment-empty-payload", "no payload", ({ token }) => `${parts(token)[0]}..${parts(token)[2]}`),
  malformed(
    "segment-empty-signature",
    "no signature",
    ({ token }) => `${parts(token)[0]}.${parts(token)[1]}.`,
  ),
  malformed("signature-padded", "padding after the signature", ({ token }) => `${token}=`),
  malformed("signature-standard-alphabet", "a character of the other base64 alphabet", ({ token }) =>
    token.replace(/[^.]$/, "+"),
  ),
  malformed("signature-junk", "a character of no alphabet", ({ token }) => `${token}~~`),
  {
    id: "signature-unused-bits",
    name: "unused bits set in the signature",
    code: ({ token }) => (withUnusedBit(parts(token)[2]) ? "malformed_token" : undefined),
    make: ({ token }) => token.replace(/[^.]+$/, (signature) => withUnusedBit(signature) ?? ""),
  },
  malformed("payload-unused-bits", "unused bits set in the payload", (kit) => signedSpelling(kit, "payload")),
  malformed("header-unused-bits", "unused bits set in the header", (kit) => signedSpelling(kit, "header")),
  malformed("too-long", "twenty thousand characters", ({ claims }) =>
    claims({ padding: "x".repeat(20_000) }),
  ),
  malformed("too-long-header", "a header of twenty thousand characters", ({ headers }) =>
    headers({ padding: "x".repeat(20_000) }),
  ),
];

function signedSpelling({ header, payload, key }: HostileKit, which: "header" | "payload"): Promise<string> {
  const members = which === "header" ? header : payload;
  // Spaces at the end of the JSON until there are bits to spare.
  let spelling: string | undefined;
  for (let spaces = ""; spelling === undefined; spaces += " ") {
    spelling = withUnusedBit(segment(JSON.stringify(members) + spaces));
  }
  return which === "header"
    ? signSegments(spelling, segment(payload), key)
    : signSegments(segment(header), spelling, key);
}
