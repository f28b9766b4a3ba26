// Encoding, JSON and structure: one token is one string, and means one thing to every parser.
import { createCipheriv, publicEncrypt } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { Kit } from "../support/kit.ts";
import { base64url } from "../support/signing.ts";
import type { TokenCase } from "./types.ts";

const malformed = (id: string, name: string, token: TokenCase["token"]): TokenCase => ({
  id,
  name,
  token,
  expect: "malformed_token",
});
const segments = (kit: Kit) => kit.token().split(".") as [string, string, string];
/** The honest token with one segment changed. */
const changed = (place: 0 | 1 | 2, change: (segment: string) => string) => (kit: Kit) => {
  const parts = segments(kit);
  parts[place] = change(parts[place]);
  return parts.join(".");
};
const inserted =
  (what: string, at = 10) =>
  (segment: string) =>
    segment.slice(0, at) + what + segment.slice(at);

const structure: TokenCase[] = [
  malformed("E01", "one segment", (kit) => segments(kit)[0]),
  malformed("E01", "two segments", (kit) => segments(kit).slice(0, 2).join(".")),
  malformed("E01", "four segments", (kit) => `${kit.token()}.AA`),
  malformed("E01", "four segments, the last empty", (kit) => `${kit.token()}.`),
  malformed("E01", "four segments, the first empty", (kit) => `.${kit.token()}`),
  malformed("E01", "five segments", (kit) => `${kit.token()}.AA.AA`),
  malformed("E01", "six segments", (kit) => `${kit.token()}.AA.AA.AA`),
  malformed("E01", "two tokens", (kit) => `${kit.token()}.${kit.token()}`),
  ...["", ".", "..", "...", "a.b.c", "null", "undefined", " ", "{}", "Bearer", "\u0000"].map((text) =>
    malformed("E01", `the text ${JSON.stringify(text)}`, () => text),
  ),
  ...[undefined, null, 7, true, {}, [], Symbol.iterator, () => "a.b.c"].map((value) =>
    malformed("E01", `no string: ${typeof value} ${String(value).slice(0, 12)}`, () => value),
  ),
  malformed("E01", "a String object", (kit) => new String(kit.token())),
  malformed("E01", "a list of one token", (kit) => [kit.token()]),
  malformed("E01", "an object that turns into a token", (kit) => ({ toString: () => kit.token() })),
  malformed("E02", "JSON, flattened", (kit) => {
    const [header, payload, signature] = segments(kit);
    return JSON.stringify({ protected: header, payload, signature });
  }),
  malformed("E02", "JSON, general", (kit) => {
    const [header, payload, signature] = segments(kit);
    return JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
  }),
  malformed("E02", "JSON that holds dots and a token", (kit) => `{"a":"${kit.token()}"}`),
  malformed("E02", "a token in quotes", (kit) => `"${kit.token()}"`),
];

// Some bytes whose base64url has `-` or `_`, so that the standard alphabet differs.
const standard = (segment: string) =>
  segment.includes("-") || segment.includes("_")
    ? segment.replaceAll("-", "+").replaceAll("_", "/")
    : inserted("+")(segment);
const unusedBits = (segment: string) => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(segment.at(-1) ?? "");
  return segment.slice(0, -1) + alphabet[last + 1];
};
const junk = [
  "*",
  "+",
  "/",
  "=",
  " ",
  "\n",
  "\r\n",
  "\t",
  "%2B",
  "é",
  "ā",
  "\u0000",
  "\u2028",
  "😀",
  "\ud800",
  "\u017f",
];
const encoding: TokenCase[] = [
  malformed("E03", "standard alphabet in the signature", changed(2, standard)),
  malformed("E03", "standard alphabet in the header", changed(0, inserted("+"))),
  malformed("E03", "standard alphabet in the payload", changed(1, inserted("/"))),
  ...(["=", "==", "===", "%3D"] as const).flatMap((padding) => [
    malformed(
      "E04",
      `${padding} after the signature`,
      changed(2, (segment) => segment + padding),
    ),
    malformed("E05", `${padding} after the payload, signed`, (kit) =>
      kit.token({ payloadSegment: base64url(JSON.stringify(kit.claims())) + padding }),
    ),
    malformed(
      "E05",
      `${padding} after the header`,
      changed(0, (segment) => segment + padding),
    ),
  ]),
  ...([0, 1, 2] as const).flatMap((place) =>
    junk.map((what) =>
      malformed(
        what.trim() === "" ? "E06" : "E08",
        `${JSON.stringify(what)} within segment ${place + 1}`,
        changed(place, inserted(what)),
      ),
    ),
  ),
  ...["*", "\n", " ", "=", "ā"].map((what) =>
    malformed("E08", `${JSON.stringify(what)} within the payload, signed`, (kit) =>
      kit.token({ payloadSegment: inserted(what)(base64url(JSON.stringify(kit.claims()))) }),
    ),
  ),
  malformed("E09", "unused bits of an RSA signature", changed(2, unusedBits)),
  malformed("E09", "unused bits of an ES256 signature", (kit) => {
    const [header, payload, signature] = kit.token({ key: kit.keys.es }).split(".") as [
      string,
      string,
      string,
    ];
    return `${header}.${payload}.${unusedBits(signature)}`;
  }),
  malformed("E10", "unused bits of the payload, signed", (kit) =>
    kit.token({ payloadSegment: unusedBits(odd(kit)) }),
  ),
  malformed("E10", "a lone last character in the payload, signed", (kit) =>
    kit.token({ payloadSegment: whole(kit, "A") }),
  ),
  malformed("E10", "unused bits of the header", (kit) => {
    const header = JSON.stringify({ alg: "RS256", kid: "rs-1", typ: "at+jwt", pad: "" });
    const text = padded(header, (size) => header.replace('""', `"${"x".repeat(size)}"`));
    return `${unusedBits(text)}.${segments(kit)[1]}.${segments(kit)[2]}`;
  }),
  ...[" ", "\n", "\r\n", "\t", "\u00a0", "\ufeff", "\u0000", ",", ";", '"', "#", "?"].flatMap((what) => [
    malformed("E11", `${JSON.stringify(what)} after the token`, (kit) => kit.token() + what),
    malformed("E11", `${JSON.stringify(what)} before the token`, (kit) => what + kit.token()),
  ]),
];

/** Encoded JSON that leaves unused bits in its last character. */
function padded(text: string, make: (size: number) => string): string {
  for (let size = 0; ; size += 1) {
    const encoded = base64url(size === 0 ? text : make(size));
    if (encoded.length % 4 !== 0) return encoded;
  }
}
const odd = (kit: Kit) =>
  padded(JSON.stringify(kit.claims()), (size) => JSON.stringify(kit.claims({ pad: "x".repeat(size) })));
/** Encoded claims that fill their last character, and one character more. */
function whole(kit: Kit, more: string): string {
  for (let size = 0; ; size += 1) {
    const encoded = base64url(JSON.stringify(kit.claims({ pad: "x".repeat(size) })));
    if (encoded.length % 4 === 0) return encoded + more;
  }
}

const header = (text: string) => (kit: Kit) => kit.token({ rawHeader: text });
const payload = (change: (text: string) => string | Uint8Array) => (kit: Kit) =>
  kit.token({ rawPayload: change(JSON.stringify(kit.claims())) });
const member = (text: string) => payload((json) => `${json.slice(0, -1)},${text}}`);
const first = (text: string) => payload((json) => `{${text},${json.slice(1)}`);

const duplicates: TokenCase[] = [
  malformed(
    "E12",
    "duplicate alg, none first",
    header('{"alg":"none","kid":"rs-1","typ":"at+jwt","alg":"RS256"}'),
  ),
  malformed(
    "E12",
    "duplicate alg, none last",
    header('{"alg":"RS256","kid":"rs-1","typ":"at+jwt","alg":"none"}'),
  ),
  malformed(
    "E12",
    "duplicate alg, the same twice",
    header('{"alg":"RS256","alg":"RS256","kid":"rs-1","typ":"at+jwt"}'),
  ),
  malformed("E12", "duplicate kid", header('{"alg":"RS256","kid":"other","kid":"rs-1","typ":"at+jwt"}')),
  malformed("E12", "duplicate typ", header('{"alg":"RS256","kid":"rs-1","typ":"JWT","typ":"at+jwt"}')),
  malformed(
    "E12",
    "duplicate crit",
    header('{"alg":"RS256","kid":"rs-1","typ":"at+jwt","crit":["b64"],"crit":[]}'),
  ),
  malformed(
    "E12",
    "duplicate unknown member",
    header('{"alg":"RS256","kid":"rs-1","typ":"at+jwt","x":1,"x":1}'),
  ),
  malformed(
    "E12",
    "escaped duplicate",
    header('{"alg":"RS256","kid":"rs-1","typ":"at+jwt","\\u0061lg":"none"}'),
  ),
  ...["iss", "sub", "exp", "aud", "scope", "iat", "jti", "client_id"].flatMap((name) => [
    malformed("E13", `duplicate claim ${name}, added before`, first(`"${name}":"admin"`)),
    malformed("E13", `duplicate claim ${name}, added after`, member(`"${name}":"admin"`)),
  ]),
  malformed("E13", "duplicate claim sub, the same twice", member('"sub":"248289761001"')),
  malformed("E13", "duplicate claim in an inner object", member('"act":{"sub":"a","sub":"b"}')),
  malformed("E13", "duplicate claim in an object in a list", member('"list":[1,{"x":1,"x":2}]')),
  malformed("E13", "duplicate claim, one of them in a string with colons", member('"x":"a:b","x":"c:d"')),
  malformed("E14", "escaped duplicate of sub", member('"\\u0073ub":"admin"')),
  malformed("E14", "escaped duplicate of sub, first", first('"\\u0073\\u0075\\u0062":"admin"')),
  malformed("E14", "duplicate of a number-like name", member('"1":1,"1":2')),
  malformed("E14", "duplicate empty name", member('"":1,"":2')),
  {
    id: "E14",
    name: "an escaped name that is no duplicate",
    token: member('"\\u0073ubject":"x:y"'),
    expect: "accept",
  },
  // V8 from 13.6 on may take the second name for a backslash then.
  malformed("E14", "escaped duplicate of a name, after others had a backslash there", (kit) => {
    for (let times = 0; times < 10; times += 1) JSON.parse('{"a":0,"\\\\":0}');
    return member('"x":{"a":0,"\\u0061":0}')(kit);
  }),
  {
    id: "E14",
    name: "names that only look alike",
    token: member('"Sub":"a","sub ":"b","ſub":"c","a:b":{"a:b":1,"\\"":2,"\\\\":3,"a\\\\\\":":4}'),
    expect: "accept",
    gives: { subject: "248289761001" },
  },
];

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
const goodHeader = '{"alg":"RS256","kid":"rs-1","typ":"at+jwt"}';
const encodings: TokenCase[] = [
  malformed("E15", "a byte-order mark before the header", (kit) =>
    kit.token({ rawHeader: `\ufeff${goodHeader}` }),
  ),
  malformed(
    "E15",
    "a byte-order mark before the payload",
    payload((json) => `\ufeff${json}`),
  ),
  malformed(
    "E15",
    "two byte-order marks before the payload",
    payload((json) => `\ufeff\ufeff${json}`),
  ),
  malformed(
    "E15",
    "a byte-order mark after the payload",
    payload((json) => `${json}\ufeff`),
  ),
  malformed(
    "E16",
    "the payload in UTF-16",
    payload((json) => Buffer.from(json, "utf16le")),
  ),
  malformed(
    "E16",
    "the payload in UTF-16 with its mark",
    payload((json) => Buffer.from(`\ufeff${json}`, "utf16le")),
  ),
  malformed("E16", "the header in UTF-16", (kit) =>
    kit.token({ rawHeader: Buffer.from(goodHeader, "utf16le") }),
  ),
  ...Object.entries({
    "FF FE": [0xff, 0xfe],
    "an overlong slash": [0xc0, 0xaf],
    "an overlong NUL": [0xc0, 0x80],
    "a lone continuation": [0x80],
    "a cut-off sequence": [0xe2, 0x82],
    "a surrogate in UTF-8": [0xed, 0xa0, 0x80],
    "beyond U+10FFFF": [0xf4, 0x90, 0x80, 0x80],
    "Latin-1": [0xe9],
  }).flatMap(([what, junkBytes]) => [
    malformed("E17", `invalid UTF-8 in the header: ${what}`, (kit) =>
      kit.token({ rawHeader: bytes('{"alg":"RS256","kid":"rs-1","typ":"at+jwt","x":"', junkBytes, '"}') }),
    ),
    malformed(
      "E18",
      `invalid UTF-8 in the payload: ${what}`,
      payload((json) => bytes(json.slice(0, -1), ',"x":"', junkBytes, '"}')),
    ),
  ]),
  ...["\\ud800", "\\udc00", "\\ud800\\ud800", "a\\udfff", "\\ud83dx"].flatMap((surrogate) => [
    malformed("E19", `lone surrogate ${surrogate} in sub`, (kit) =>
      kit.token({ rawPayload: JSON.stringify(kit.claims({ sub: "SUB" })).replace("SUB", surrogate) }),
    ),
    malformed("E19", `lone surrogate ${surrogate} in a name`, member(`"${surrogate}":1`)),
    malformed(
      "E19",
      `lone surrogate ${surrogate} in the header`,
      header(`{"alg":"RS256","kid":"rs-1","typ":"at+jwt","x":"${surrogate}"}`),
    ),
  ]),
  {
    id: "E19",
    name: "a surrogate pair, escaped, is a character like any other",
    token: member('"name":"\\ud83d\\ude00"'),
    expect: "accept",
    gives: { name: "😀" },
  },
  {
    id: "E19",
    name: "text is handed on as it is, not normalised",
    token: (kit) => kit.token({ claims: { name: "Ame\u0301lie \u212b" } }),
    expect: "accept",
    gives: { name: "Ame\u0301lie \u212b" },
  },
];

const shapes: TokenCase[] = [
  ...[
    "[]",
    '"sub"',
    "7",
    "null",
    "true",
    "",
    " ",
    "{}x",
    "{",
    '{"a":1',
    "{'a':1}",
    "{a:1}",
    "NaN",
    "undefined",
    '[{"sub":"x"}]',
  ].flatMap((text) => [
    malformed("E20", `the payload ${JSON.stringify(text)}`, (kit) => kit.token({ rawPayload: text })),
    malformed("E21", `the header ${JSON.stringify(text)}`, (kit) => kit.token({ rawHeader: text })),
  ]),
  malformed("E21", "something after the header", header(`${goodHeader}x`)),
  malformed("E21", "a second object after the header", header(`${goodHeader}{}`)),
  malformed("E21", "NUL after the header", header(`${goodHeader}\u0000`)),
  malformed(
    "E21",
    "something after the payload",
    payload((json) => `${json}x`),
  ),
  malformed(
    "E21",
    "a second object after the payload",
    payload((json) => `${json}{"sub":"admin"}`),
  ),
  malformed(
    "E21",
    "a comment in the payload",
    payload((json) => `${json.slice(0, -1)}/* */}`),
  ),
  malformed(
    "E21",
    "a trailing comma in the payload",
    payload((json) => `${json.slice(0, -1)},}`),
  ),
  malformed("E21", "a raw line break in a string", member('"x":"\n"')),
  {
    id: "E21",
    name: "white space around the payload's JSON",
    token: payload((json) => ` \t\r\n${json}\n`),
    expect: "accept",
  },
  malformed("E22", "a member __proto__ in the payload", member('"__proto__":{"sub":"admin"}')),
  malformed("E22", "a member __proto__ in an inner object", member('"x":{"__proto__":{"roles":["admin"]}}')),
  malformed("E22", "an escaped member __proto__", member('"__prot\\u006f__":{"x":1}')),
  malformed(
    "E22",
    "a member __proto__ in the header",
    header('{"alg":"RS256","kid":"rs-1","typ":"at+jwt","__proto__":{"x":1}}'),
  ),
  {
    id: "E22",
    name: "members constructor and toString are claims without effect",
    token: member('"constructor":{"prototype":{"x":1}},"toString":"x","hasOwnProperty":1'),
    expect: "accept",
    gives: { subject: "248289761001" },
  },
  malformed("E23", "nesting of 33 levels", member(`"x":${"[".repeat(32)}${"]".repeat(32)}`)),
  malformed("E23", "nesting of 5,000 levels", member(`"x":${"[".repeat(5000)}${"]".repeat(5000)}`)),
  malformed(
    "E23",
    "nesting of objects, 2,000 levels",
    member(`"x":${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`),
  ),
  malformed(
    "E23",
    "nesting in the header",
    header(`{"alg":"RS256","kid":"rs-1","typ":"at+jwt","x":${"[".repeat(40)}${"]".repeat(40)}}`),
  ),
  {
    id: "E23",
    name: "nesting of 32 levels",
    token: member(`"x":${"[".repeat(31)}${"]".repeat(31)}`),
    expect: "accept",
  },
  malformed("E24", "a million dots", () => ".".repeat(1_000_000)),
  malformed("E24", "16,384 dots", () => ".".repeat(16_384)),
  malformed("E24", "a token and 10,000 dots", (kit) => kit.token() + ".".repeat(10_000)),
  malformed("E25", "a token of 16,385 characters", (kit) => sized(kit, 16_385)),
  { id: "E25", name: "a token of 16,384 characters", token: (kit) => sized(kit, 16_384), expect: "accept" },
  malformed("E25", "1,100 members", member(`"x":{${many(1100, (index) => `"${index}":1`)}}`)),
  malformed("E25", "2,000 empty objects", member(`"x":[${many(2000, () => "{}")}]`)),
  malformed(
    "E25",
    "2,000 empty lists, nested",
    member(`"x":[${many(100, () => "[".repeat(20) + "]".repeat(20))}]`),
  ),
  {
    id: "E25",
    name: "1,000 members",
    token: member(`"x":{${many(1000, (index) => `"${index}":1`)}}`),
    expect: "accept",
  },
  {
    id: "E25",
    name: "a list of 1,500 groups",
    token: member(`"groups":[${many(1500, (index) => `"${index}"`)}]`),
    expect: "accept",
  },
  malformed("E25", "a token of 8 MB", (kit) => `${segments(kit)[0]}.${"A".repeat(8_000_000)}.AA`),
  {
    ...malformed("E25", "a token longer than the configured limit", (kit) =>
      kit.token({ claims: { pad: "x".repeat(1000) } }),
    ),
    config: () => ({ limits: { tokenBytes: 1100 } }),
  },
  {
    ...malformed("E23", "nesting deeper than the configured limit", member('"x":[[1]]')),
    config: () => ({ limits: { depth: 2 } }),
  },
];

function many(count: number, each: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => each(index)).join(",");
}

/** An honest token of exactly so many characters. */
function sized(kit: Kit, characters: number): string {
  const rsaSignature = 342;
  // Four bytes more in the header shift the sum past the lengths that base64url can't have.
  for (const extra of [{}, { x: "" }, { x: "1" }, { x: "12" }]) {
    const make = (pad: number, sign?: () => string) =>
      kit.token({ header: extra, claims: { pad: "x".repeat(pad) }, ...(sign ? { sign } : {}) });
    const missing = characters - rsaSignature - make(0, () => "").length;
    for (let pad = Math.floor(missing * 0.74); pad < missing; pad += 1) {
      const length = make(pad, () => "").length + rsaSignature;
      if (length === characters) return make(pad);
      if (length > characters) break;
    }
  }
  throw new Error(`No token of ${characters} characters`);
}

const numbers: TokenCase[] = [
  ...["1e400", "-1e400", "1e309", "123456789e999"].map((number) =>
    malformed("E26", `a number beyond a double: ${number}`, member(`"x":${number}`)),
  ),
  ...["1e-400", "-0", "9007199254740993", "0.1e1", "1E5", "123456789012345678901234567890"].map(
    (number): TokenCase => ({
      id: "E26",
      name: `a claim ${number}`,
      token: member(`"x":${number}`),
      expect: "accept",
    }),
  ),
  ...["01", "+1", "1.", ".5", "0x10", "Infinity", "-Infinity", "NaN", "1_000", "1e", "--1"].map((number) =>
    malformed("E26", `not a JSON number: ${number}`, member(`"x":${number}`)),
  ),
];

const forbidden = (
  id: string,
  name: string,
  members: Record<string, unknown>,
  more: object = {},
): TokenCase => ({
  id,
  name,
  token: (kit) => kit.token({ header: members, ...more }),
  expect: "forbidden_header",
});
const headerMembers: TokenCase[] = [
  forbidden("E27", "crit with an unknown name", { crit: ["exp2"], exp2: 1 }),
  forbidden("E27", "crit with exp", { crit: ["exp"], exp: 1_900_000_000 }),
  forbidden("E28", "crit empty", { crit: [] }),
  forbidden("E28", "crit a string", { crit: "exp" }),
  forbidden("E28", "crit null", { crit: null }),
  forbidden("E28", "crit false", { crit: false }),
  forbidden("E28", "crit with a registered name", { crit: ["alg"] }),
  forbidden("E28", "crit with a name the header lacks", { crit: ["b64"] }),
  forbidden("E28", "crit with a name twice", { crit: ["x", "x"], x: 1 }),
  forbidden("E29", "b64 false with crit", { crit: ["b64"], b64: false }),
  forbidden(
    "E29",
    "b64 false with crit, a raw payload",
    { crit: ["b64"], b64: false },
    { payloadSegment: '{"sub":"x"}' },
  ),
  forbidden("E30", "b64 false without crit", { b64: false }),
  forbidden("E30", "b64 true", { b64: true }),
  forbidden("E31", "zip DEF", { zip: "DEF" }),
  {
    id: "E31",
    name: "zip DEF, the payload deflated",
    token: (kit) =>
      kit.token({ header: { zip: "DEF" }, rawPayload: deflateRawSync(JSON.stringify(kit.claims())) }),
    expect: "forbidden_header",
  },
  forbidden("E32", "cty JWT", { cty: "JWT" }),
  forbidden("E32", "cty null", { cty: null }),
  malformed("E33", "a token in a token", (kit) => kit.token({ rawPayload: kit.token() })),
  malformed("E33", "a token in a token, as JSON text", (kit) =>
    kit.token({ rawPayload: JSON.stringify(kit.token()) }),
  ),
  forbidden("E33", "a token in a token, as cty says", { cty: "JWT" }),
];
/** A JWE to the issuer's own public key: anyone can make one. */
function encrypted(kit: Kit, members: Record<string, unknown>, plain: Uint8Array): string {
  const head = base64url(
    JSON.stringify({ alg: "RSA-OAEP", enc: "A256GCM", kid: "rs-1", typ: "at+jwt", ...members }),
  );
  const contentKey = Buffer.alloc(32, 7);
  const iv = Buffer.alloc(12, 1);
  const cipher = createCipheriv("aes-256-gcm", contentKey, iv).setAAD(Buffer.from(head));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const wrapped = publicEncrypt({ key: kit.keys.rs.publicKey, oaepHash: "sha1" }, contentKey);
  return [head, ...[wrapped, iv, sealed, cipher.getAuthTag()].map((part) => base64url(part))].join(".");
}
const claimsBytes = (kit: Kit) => Buffer.from(JSON.stringify(kit.claims()));
const jwe: TokenCase[] = [
  malformed("E34", "a JWE to the issuer's public key", (kit) => encrypted(kit, {}, claimsBytes(kit))),
  malformed("E34", "a JWE with an honest token inside", (kit) =>
    encrypted(kit, { cty: "JWT" }, Buffer.from(kit.token())),
  ),
  malformed("E34", "a JWE, alg dir", (kit) => encrypted(kit, { alg: "dir" }, claimsBytes(kit))),
  malformed("E35", "a JWE with 2^31 rounds of PBES2", (kit) =>
    encrypted(kit, { alg: "PBES2-HS256+A128KW", p2c: 2 ** 31, p2s: "AAAA" }, claimsBytes(kit)),
  ),
  forbidden("E35", "2^31 rounds of PBES2 in a JWS header", {
    alg: "PBES2-HS256+A128KW",
    p2c: 2 ** 31,
    p2s: "AAAA",
  }),
  malformed("E36", "a JWE with a zip bomb", (kit) =>
    encrypted(kit, { zip: "DEF" }, deflateRawSync(Buffer.alloc(5_000_000))),
  ),
  malformed("E37", "a JWE with RSA1_5", (kit) => encrypted(kit, { alg: "RSA1_5" }, claimsBytes(kit))),
  malformed("E37", "a JWE with a point off its curve", (kit) =>
    encrypted(
      kit,
      { alg: "ECDH-ES", epk: { kty: "EC", crv: "P-256", x: "AAAA", y: "AAAA" } },
      claimsBytes(kit),
    ),
  ),
  forbidden("E37", "epk in a JWS header", { epk: { kty: "EC", crv: "P-256", x: "AAAA", y: "AAAA" } }),
  forbidden("E34", "enc in a JWS header", { enc: "A256GCM" }),
];

export const encodingCases: readonly TokenCase[] = [
  ...structure,
  ...encoding,
  ...duplicates,
  ...encodings,
  ...shapes,
  ...numbers,
  ...headerMembers,
  ...jwe,
];
