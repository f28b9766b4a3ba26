// Algorithm and signature: whoever can choose the algorithm, or bring the key, must not get in.
import { constants, createHash, privateEncrypt, sign } from "node:crypto";
import type { Algorithm } from "../../src/index.ts";
import type { Kit } from "../support/kit.ts";
import { base64url, hmac, signBytes } from "../support/signing.ts";
import type { TokenCase } from "./types.ts";

const all: readonly Algorithm[] = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];
const withAll = () => ({ algorithms: all });

const none: TokenCase[] = ["none", "None", "NONE", "nOnE"].flatMap((alg, index): TokenCase[] => {
  const id = `A0${index + 1}`;
  return [
    {
      id,
      name: `alg ${alg}, no signature`,
      token: (kit) => kit.token({ header: { alg }, sign: () => "" }),
      expect: "malformed_token",
    },
    {
      id,
      name: `alg ${alg}, with some signature`,
      token: (kit) => kit.token({ header: { alg } }),
      expect: "disallowed_alg",
    },
    {
      id,
      name: `alg ${alg}, every algorithm allowed`,
      config: withAll,
      token: (kit) => kit.token({ header: { alg }, sign: () => "AA" }),
      expect: "disallowed_alg",
    },
  ];
});

const notAString: TokenCase[] = [undefined, null, "", ["RS256"], { alg: "RS256" }, 256, true, []].map(
  (alg) => ({
    id: alg === undefined || alg === null || alg === "" ? "A06" : "A07",
    name: `alg ${alg === undefined ? "missing" : JSON.stringify(alg)}`,
    token: (kit) => kit.token({ header: { alg } }),
    expect: "malformed_token",
  }),
);

const wrongCase: TokenCase[] = [
  "rs256",
  "Rs256",
  "RS256 ",
  " RS256",
  "RS-256",
  "RS256\u0000",
  "ＲＳ256",
  "sha256",
].map((alg) => ({
  id: "A08",
  name: `alg ${JSON.stringify(alg)}, really signed with RS256`,
  token: (kit) => kit.token({ header: { alg } }),
  expect: "disallowed_alg",
}));

// The public key in every form in which a careless verifier might hold it, used as an HMAC secret.
const publicForms: Record<string, (kit: Kit) => string | Uint8Array> = {
  "A09 the PEM": ({ keys }) => keys.rs.publicKey.export({ type: "spki", format: "pem" }),
  "A09 the PEM without its last newline": ({ keys }) =>
    String(keys.rs.publicKey.export({ type: "spki", format: "pem" })).trim(),
  "A10 the PKCS#1 PEM": ({ keys }) => keys.rs.publicKey.export({ type: "pkcs1", format: "pem" }),
  "A11 the DER": ({ keys }) => keys.rs.publicKey.export({ type: "spki", format: "der" }),
  "A14 the JWK's text": ({ keys }) => JSON.stringify(keys.rs.jwk),
  "A14 the JWK's text, indented": ({ keys }) => JSON.stringify(keys.rs.jwk, null, 2),
  "A14 the key set's text": ({ jwks }) => JSON.stringify(jwks),
  "A16 the modulus as text": ({ keys }) => String(keys.rs.jwk.n),
  "A16 the modulus as bytes": ({ keys }) => Buffer.from(String(keys.rs.jwk.n), "base64url"),
  "A17 nothing": () => "",
  "A17 the word undefined": () => "undefined",
  "A17 the word null": () => "null",
  "A17 32 zero bytes": () => new Uint8Array(32),
};
const confusion: TokenCase[] = Object.entries(publicForms).flatMap(([what, secret]) =>
  ["HS256", "HS384", "HS512"].map(
    (alg): TokenCase => ({
      id: what.slice(0, 3),
      name: `${alg} under ${what.slice(4)}`,
      token: (kit) => kit.token({ header: { alg }, sign: (input) => hmac(alg, secret(kit), input) }),
      expect: "disallowed_alg",
    }),
  ),
);

const keyAndAlgorithm: TokenCase[] = [
  {
    id: "A20",
    name: "RS512 of a key published for RS256, RS512 not allowed",
    token: (kit) => kit.token({ header: { alg: "RS512" }, signAs: "RS512" }),
    expect: "disallowed_alg",
  },
  ...["RS384", "RS512"].map(
    (alg): TokenCase => ({
      id: "A20",
      name: `${alg} of a key published for RS256, ${alg} allowed`,
      config: withAll,
      token: (kit) => kit.token({ header: { alg }, signAs: alg }),
      expect: "key_not_found",
    }),
  ),
  {
    id: "A21",
    name: "PS256 of a key published for RS256",
    token: (kit) => kit.token({ header: { alg: "PS256" }, signAs: "PS256" }),
    expect: "key_not_found",
  },
  {
    id: "A21",
    name: "a PSS signature under the header RS256",
    token: (kit) => kit.token({ signAs: "PS256" }),
    expect: "invalid_signature",
  },
  {
    id: "A22",
    name: "RS256 of a key published for PS256",
    token: (kit) => kit.token({ key: kit.keys.ps, header: { alg: "RS256" }, signAs: "RS256" }),
    expect: "key_not_found",
  },
  {
    id: "A22",
    name: "a PKCS#1 signature under the header PS256",
    token: (kit) => kit.token({ key: kit.keys.ps, signAs: "RS256" }),
    expect: "invalid_signature",
  },
  {
    id: "A23",
    name: "a key without alg, and RS512 is not allowed",
    keys: (kit) => [{ ...kit.keys.rs.jwk, alg: undefined }],
    token: (kit) => kit.token({ header: { alg: "RS512" }, signAs: "RS512" }),
    expect: "disallowed_alg",
  },
  {
    id: "A23",
    name: "a key without alg serves the first RSA algorithm, and no other",
    keys: (kit) => [{ ...kit.keys.rs.jwk, alg: undefined }],
    token: (kit) => kit.token({ header: { alg: "PS256" }, signAs: "PS256" }),
    expect: "key_not_found",
  },
  {
    id: "A23",
    name: "a key without alg serves the first RSA algorithm",
    keys: (kit) => [{ ...kit.keys.rs.jwk, alg: undefined }],
    token: (kit) => kit.token(),
    expect: "accept",
  },
  {
    id: "A23",
    name: "a key whose own alg is not allowed is no key",
    keys: (kit) => [{ ...kit.keys.rs.jwk, kid: "rs-512", alg: "RS512" }, ...kit.jwks.keys],
    token: (kit) => kit.token({ header: { kid: "rs-512" } }),
    expect: "key_not_found",
  },
  {
    id: "A25",
    name: "ES256 with a P-384 key",
    config: withAll,
    keys: (kit) => [kit.keys.es384.jwk, ...kit.jwks.keys],
    token: (kit) =>
      kit.token({
        key: kit.keys.es384,
        header: { alg: "ES256" },
        sign: (input) => p384WithSha256(kit, input),
      }),
    expect: "key_not_found",
  },
  {
    id: "A25",
    name: "ES256 with a P-384 key published as ES256",
    config: withAll,
    keys: (kit) => [{ ...kit.keys.es384.jwk, alg: "ES256" }, ...kit.jwks.keys],
    token: (kit) =>
      kit.token({
        key: kit.keys.es384,
        header: { alg: "ES256" },
        sign: (input) => p384WithSha256(kit, input),
      }),
    expect: "key_not_found",
  },
  {
    id: "A25",
    name: "ES256 with a P-384 key published without alg",
    config: withAll,
    keys: (kit) => [{ ...kit.keys.es384.jwk, alg: undefined }, ...kit.jwks.keys],
    token: (kit) =>
      kit.token({
        key: kit.keys.es384,
        header: { alg: "ES256" },
        sign: (input) => p384WithSha256(kit, input),
      }),
    expect: "key_not_found",
  },
];

function p384WithSha256({ keys }: Kit, input: string): Uint8Array {
  return sign("sha256", Buffer.from(input), { key: keys.es384.privateKey, dsaEncoding: "ieee-p1363" });
}

// A key that the caller brings along. Refused whoever signed: such a header has no place in an access token.
const broughtKeys: Record<string, (kit: Kit) => Record<string, unknown>> = {
  "A26 jwk": ({ keys }) => ({ jwk: keys.attacker.jwk }),
  "A26 jwk null": () => ({ jwk: null }),
  "A27 jku": () => ({ jku: "https://attacker.example/keys" }),
  "A27 jku of the issuer's host": ({ issuer }) => ({ jku: `${issuer}/keys` }),
  "A28 x5u": () => ({ x5u: "https://attacker.example/chain.pem" }),
  "A29 x5c": ({ keys }) => ({
    x5c: [keys.attacker.publicKey.export({ type: "spki", format: "der" }).toString("base64")],
  }),
  "A29 x5c empty": () => ({ x5c: [] }),
};
const embedded: TokenCase[] = Object.entries(broughtKeys).flatMap(([what, header]) =>
  (["attacker", "rs"] as const).map(
    (signer): TokenCase => ({
      id: what.slice(0, 3),
      name: `${what.slice(4)} in the header, signed by ${signer === "rs" ? "the issuer" : "the attacker"}`,
      token: (kit) => kit.token({ key: kit.keys[signer], header: header(kit) }),
      expect: "forbidden_header",
    }),
  ),
);
const thumbprints: TokenCase[] = ["x5t", "x5t#S256"].map((name) => ({
  id: "A29",
  name: `${name} of the attacker's certificate, signed by the attacker`,
  token: (kit) =>
    kit.token({
      key: kit.keys.attacker,
      header: { [name]: createHash("sha1").update(String(kit.keys.attacker.jwk.n)).digest("base64url") },
    }),
  expect: "invalid_signature",
}));

const n256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const bytes32 = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
const psychic: TokenCase[] = (
  [
    ["r = s = 0", 0n, 0n],
    ["r = 0, s = 1", 0n, 1n],
    ["r = 1, s = 0", 1n, 0n],
    ["r = s = 1", 1n, 1n],
    ["r = s = n", n256, n256],
    ["r = n, s = 1", n256, 1n],
    ["r = s = n - 1", n256 - 1n, n256 - 1n],
    ["r = s = 2^256 - 1", 2n ** 256n - 1n, 2n ** 256n - 1n],
  ] as const
).map(([what, r, s]) => ({
  id: "A30",
  name: `ES256 with ${what}`,
  token: (kit) => kit.token({ key: kit.keys.es, sign: () => Buffer.concat([bytes32(r), bytes32(s)]) }),
  expect: "invalid_signature",
}));

const es = (kit: Kit, change: (signature: Buffer, input: string) => Uint8Array) =>
  kit.token({
    key: kit.keys.es,
    sign: (input) => change(signBytes("ES256", kit.keys.es.privateKey, Buffer.from(input)), input),
  });
const ecdsaForms: TokenCase[] = Object.entries<(signature: Buffer, input: string, kit: Kit) => Uint8Array>({
  "two trailing zeros": (signature) => Buffer.concat([signature, Buffer.alloc(2)]),
  "two leading zeros": (signature) => Buffer.concat([Buffer.alloc(2), signature]),
  "62 bytes": (signature) => signature.subarray(0, 62),
  "the first half": (signature) => signature.subarray(0, 32),
  "padded to 66 bytes, 33 each": (signature) =>
    Buffer.concat([Buffer.alloc(1), signature.subarray(0, 32), Buffer.alloc(1), signature.subarray(32)]),
  DER: (_signature, input, kit) => sign("sha256", Buffer.from(input), kit.keys.es.privateKey),
  twice: (signature) => Buffer.concat([signature, signature]),
  "halves swapped": (signature) => Buffer.concat([signature.subarray(32), signature.subarray(0, 32)]),
}).map(([what, change]) => ({
  id: "A33",
  name: `an ECDSA signature, ${what}`,
  token: (kit) => es(kit, (signature, input) => change(signature, input, kit)),
  expect: "invalid_signature",
}));

const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const littleEndian = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const toLittleEndian = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
const edwards: TokenCase[] = [1n, 2n, 8n].map((times) => ({
  id: "A35",
  name: `Ed25519 with S + ${times} L`,
  token: (kit) =>
    kit.token({
      key: kit.keys.ed,
      sign: (input) => {
        const signature = signBytes("EdDSA", kit.keys.ed.privateKey, Buffer.from(input));
        const s = littleEndian(signature.subarray(32)) + times * order;
        return Buffer.concat([signature.subarray(0, 32), toLittleEndian(s)]);
      },
    }),
  expect: "invalid_signature",
}));

// Points of order 1, 2, 4 and 8, and encodings that are not reduced: with such a key anyone's signature verifies.
const weakPoints: Record<string, string> = {
  identity: "0100000000000000000000000000000000000000000000000000000000000000",
  "identity with the sign bit": "0100000000000000000000000000000000000000000000000000000000000080",
  "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
  "order 4 with the sign bit": "0000000000000000000000000000000000000000000000000000000000000080",
  "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "order 8, another": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "order 8 with the sign bit": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "p, not reduced": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "p + 1, not reduced": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};
const weakKeys: TokenCase[] = Object.entries(weakPoints).map(([what, hex]) => ({
  id: "A36",
  name: `an Ed25519 key of small order or not canonical: ${what}`,
  keys: (kit) => [
    { kty: "OKP", crv: "Ed25519", x: base64url(Buffer.from(hex, "hex")), kid: "weak", alg: "EdDSA" },
    ...kit.jwks.keys,
  ],
  token: (kit) =>
    kit.token({
      key: kit.keys.ed,
      header: { kid: "weak" },
      sign: () => Buffer.concat([Buffer.from(weakPoints.identity as string, "hex"), Buffer.alloc(32)]),
    }),
  expect: "key_not_found",
}));

const sha256Prefix = Buffer.from("3031300d060960864801650304020105000420", "hex");
const digest = (input: string) => createHash("sha256").update(input).digest();
/** A signature whose padded block is exactly this. */
function raw({ keys }: Kit, block: Buffer): Buffer {
  return privateEncrypt({ key: keys.rs.privateKey, padding: constants.RSA_NO_PADDING }, block);
}
const ff = (count: number) => Buffer.alloc(count, 0xff);
const forged: Record<string, (input: string) => Buffer[]> = {
  "garbage after the hash": (input) => [
    Buffer.from([0, 1]),
    ff(8),
    Buffer.from([0]),
    sha256Prefix,
    digest(input),
  ],
  "block type 2": (input) => [Buffer.from([0, 2]), ff(202), Buffer.from([0]), sha256Prefix, digest(input)],
  "block type 0": (input) => [Buffer.from([0, 0]), ff(202), Buffer.from([0]), sha256Prefix, digest(input)],
  "no DigestInfo": (input) => [Buffer.from([0, 1]), ff(221), Buffer.from([0]), digest(input)],
  "no NULL parameters": (input) => [
    Buffer.from([0, 1]),
    ff(204),
    Buffer.from([0]),
    Buffer.from("302f300b0609608648016503040201" + "0420", "hex"),
    digest(input),
  ],
  "a long-form length": (input) => [
    Buffer.from([0, 1]),
    ff(201),
    Buffer.from([0]),
    Buffer.from("308131300d060960864801650304020105000420", "hex"),
    digest(input),
  ],
  "another hash's name": (input) => [
    Buffer.from([0, 1]),
    ff(202),
    Buffer.from([0]),
    Buffer.from("3031300d060960864801650304020205000420", "hex"),
    digest(input),
  ],
  "padding that is not FF": (input) => [
    Buffer.from([0, 1]),
    Buffer.alloc(202, 0xfe),
    Buffer.from([0]),
    sha256Prefix,
    digest(input),
  ],
  "no separator": (input) => [Buffer.from([0, 1]), ff(203), sha256Prefix, digest(input)],
};
const pkcs1: TokenCase[] = Object.entries(forged).map(([what, parts]) => ({
  id: "A37",
  name: `PKCS#1 padding: ${what}`,
  token: (kit) =>
    kit.token({
      sign: (input) =>
        raw(kit, Buffer.concat([Buffer.concat(parts(input)), Buffer.alloc(256)]).subarray(0, 256)),
    }),
  expect: "invalid_signature",
}));

const pss: TokenCase[] = [
  ...[0, 20, 31, 33, 64, 222].map(
    (saltLength): TokenCase => ({
      id: "A38",
      name: `PSS with a salt of ${saltLength} bytes`,
      token: (kit) =>
        kit.token({
          key: kit.keys.ps,
          sign: (input) =>
            sign("sha256", Buffer.from(input), {
              key: kit.keys.ps.privateKey,
              padding: constants.RSA_PKCS1_PSS_PADDING,
              saltLength,
            }),
        }),
      expect: "invalid_signature",
    }),
  ),
  ...["sha384", "sha512", "sha1"].map(
    (hash): TokenCase => ({
      id: "A38",
      name: `PSS over ${hash} under the header PS256`,
      token: (kit) =>
        kit.token({
          key: kit.keys.ps,
          sign: (input) =>
            sign(hash, Buffer.from(input), {
              key: kit.keys.ps.privateKey,
              padding: constants.RSA_PKCS1_PSS_PADDING,
              saltLength: 32,
            }),
        }),
      expect: "invalid_signature",
    }),
  ),
];

const cut: TokenCase[] = [
  ...(["rs", "ps", "es", "ed"] as const).flatMap((name): TokenCase[] => [
    {
      id: "A39",
      name: `${name}: signature one byte short`,
      token: (kit) => signed(kit, name, (signature) => signature.subarray(0, -1)),
      expect: "invalid_signature",
    },
    {
      id: "A39",
      name: `${name}: signature one byte long`,
      token: (kit) => signed(kit, name, (signature) => Buffer.concat([signature, Buffer.from([0])])),
      expect: "invalid_signature",
    },
    {
      id: "A39",
      name: `${name}: one bit of the signature changed`,
      token: (kit) =>
        signed(kit, name, (signature) => signature.map((byte, index) => (index === 9 ? byte ^ 1 : byte))),
      expect: "invalid_signature",
    },
    {
      id: "A39",
      name: `${name}: signature of another token`,
      token: (kit) =>
        signed(kit, name, () => signBytes(kit.keys[name].alg, kit.keys[name].privateKey, Buffer.from("x"))),
      expect: "invalid_signature",
    },
    {
      id: "A39",
      name: `${name}: signature empty`,
      token: (kit) => signed(kit, name, () => Buffer.alloc(0)),
      expect: "malformed_token",
    },
  ]),
  {
    id: "A39",
    name: "signature segment missing",
    token: (kit) => kit.token().split(".").slice(0, 2).join("."),
    expect: "malformed_token",
  },
  {
    id: "A39",
    name: "only the signature",
    token: (kit) => kit.token().split(".")[2],
    expect: "malformed_token",
  },
  {
    id: "A39",
    name: "header empty",
    token: (kit) => `.${kit.token().split(".").slice(1).join(".")}`,
    expect: "malformed_token",
  },
  {
    id: "A39",
    name: "payload empty",
    token: (kit) => kit.token().replace(/\..*\./, ".."),
    expect: "malformed_token",
  },
];

function signed(
  kit: Kit,
  name: "rs" | "ps" | "es" | "ed",
  change: (signature: Buffer) => Uint8Array,
): string {
  const key = kit.keys[name];
  return kit.token({ key, sign: (input) => change(signBytes(key.alg, key.privateKey, Buffer.from(input))) });
}

const twoIssuers = (kit: Kit) => ({
  issuers: [
    { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks },
    { issuer: "https://other.example", audience: kit.audience, jwks: { keys: [kit.keys.other.jwk] } },
  ],
});
const severalIssuers: TokenCase[] = [
  {
    id: "A40",
    name: "signed with another trusted issuer's key of the same kid",
    config: twoIssuers,
    token: (kit) => kit.token({ key: kit.keys.other }),
    expect: "invalid_signature",
  },
  {
    id: "A40",
    name: "the other way round",
    config: twoIssuers,
    token: (kit) => kit.token({ claims: { iss: "https://other.example" } }),
    expect: "invalid_signature",
  },
  {
    id: "B12",
    name: "each issuer with its own key of the same kid",
    config: twoIssuers,
    token: (kit) => kit.token({ key: kit.keys.other, claims: { iss: "https://other.example" } }),
    expect: "accept",
    gives: { issuer: "https://other.example" },
  },
  {
    id: "A40",
    name: "a kid that only the other issuer has",
    config: twoIssuers,
    token: (kit) => kit.token({ key: kit.keys.es, claims: { iss: "https://other.example" } }),
    expect: "key_not_found",
  },
];

const honest: TokenCase[] = [
  ...(["rs", "ps", "es", "ed"] as const).map(
    (name): TokenCase => ({
      id: "A00",
      name: `honest ${name}`,
      token: (kit) => kit.token({ key: kit.keys[name] }),
      expect: "accept",
      gives: {
        issuer: "https://issuer.example",
        subject: "248289761001",
        scopes: ["orders:read", "profile"],
        kind: "user",
      },
    }),
  ),
  {
    id: "A00",
    name: "Ed25519 is EdDSA for an Ed25519 key",
    token: (kit) => kit.token({ key: kit.keys.ed, header: { alg: "Ed25519" } }),
    expect: "accept",
  },
  {
    id: "A00",
    name: "ES384 where it is allowed",
    config: withAll,
    keys: (kit) => [kit.keys.es384.jwk, ...kit.jwks.keys],
    token: (kit) => kit.token({ key: kit.keys.es384 }),
    expect: "accept",
  },
];

export const algorithmCases: readonly TokenCase[] = [
  ...honest,
  ...none,
  ...notAString,
  ...wrongCase,
  ...confusion,
  ...keyAndAlgorithm,
  ...embedded,
  ...thumbprints,
  ...psychic,
  ...ecdsaForms,
  ...edwards,
  ...weakKeys,
  ...pkcs1,
  ...pss,
  ...cut,
  ...severalIssuers,
];
