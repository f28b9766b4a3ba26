// Attacks on the algorithm, the signature and the key (RFC 8725 §2.1, §3.1, §3.10).
import { base64url } from "../../base64url.ts";
import { segment, signJws, type TestKey } from "../sign.ts";
import type { HostileKit, HostileRow } from "./types.ts";

const noneSpellings = ["none", "None", "NONE", "nOnE"];
const evil = "https://attacker.example/keys.json";

const text = (value: string) => new TextEncoder().encode(value);

async function pem({ publicKey }: TestKey): Promise<string> {
  const der = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const base64 = btoa(String.fromCharCode(...der));
  return `-----BEGIN PUBLIC KEY-----\n${(base64.match(/.{1,64}/g) ?? []).join("\n")}\n-----END PUBLIC KEY-----\n`;
}

const hmacSecrets: readonly [string, string, (kit: HostileKit) => Uint8Array | Promise<Uint8Array>][] = [
  ["pem", "public key as PEM", async ({ key }) => text(await pem(key))],
  [
    "pem-trimmed",
    "public key as PEM without its last line end",
    async ({ key }) => text((await pem(key)).trim()),
  ],
  [
    "der",
    "public key as DER",
    async ({ key }) => new Uint8Array(await crypto.subtle.exportKey("spki", key.publicKey)),
  ],
  ["jwk", "public key as JWK text", ({ key }) => text(JSON.stringify(key.jwk))],
  ["jwks", "key set's text", ({ jwks }) => text(JSON.stringify(jwks))],
  ["number", "public key's number", ({ key }) => text(String(key.jwk.n ?? key.jwk.x))],
  ["nothing", "empty secret", () => new Uint8Array()],
];

const siblings = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

const unknownKids = [
  ["random", "random"],
  ["other-case", "KEY-1"],
  ["path", "../../../../dev/null"],
  ["sql", "key-1' OR '1'='1"],
  ["prototype", "__proto__"],
  ["constructor", "constructor"],
  ["url", evil],
] as const;

const malformedKids: readonly [string, unknown][] = [
  ["number", 1],
  ["list", ["key-1"]],
  ["object", { key: 1 }],
  ["empty", ""],
  ["null", null],
  ["huge", "k".repeat(2000)],
];

const carriedKeys: readonly [string, (kit: HostileKit) => Record<string, unknown>][] = [
  ["jwk", ({ stranger }) => ({ jwk: stranger.jwk })],
  ["jku", () => ({ jku: evil })],
  ["x5u", () => ({ x5u: evil })],
  ["x5c", () => ({ x5c: ["MIIBszCCAVmgAwIBAgIUexample"] })],
];

const forbidden: readonly [string, string, Record<string, unknown>][] = [
  ["crit-unknown", "crit names an extension nobody knows", { crit: ["example"], example: true }],
  ["crit-empty", "crit is empty", { crit: [] }],
  ["crit-registered", "crit names alg", { crit: ["alg"] }],
  ["crit-null", "crit is null", { crit: null }],
  ["b64", "b64 without crit", { b64: false }],
  ["b64-crit", "b64 with crit", { b64: false, crit: ["b64"] }],
  ["zip", "zip in a JWS", { zip: "DEF" }],
  ["cty", "cty announces a nested token", { cty: "JWT" }],
  ["enc", "enc in a JWS", { enc: "A256GCM" }],
  ["epk", "epk in a JWS", { epk: {} }],
  ["p2c", "p2c asks for two billion hashes", { p2c: 2_147_483_647 }],
];

export const keyAttacks: readonly HostileRow[] = [
  ...noneSpellings.map(
    (alg): HostileRow => ({
      id: `alg-${alg}`,
      name: `alg ${alg}, without a signature`,
      code: "malformed_token",
      make: ({ header, payload }) => signJws({ ...header, alg }, payload, null),
    }),
  ),
  ...noneSpellings.map(
    (alg): HostileRow => ({
      id: `alg-${alg}-signed`,
      name: `alg ${alg}, with a signature that once was good`,
      code: "disallowed_alg",
      make: ({ headers }) => headers({ alg }),
    }),
  ),
  ...([undefined, null, "", ["RS256"], { RS256: true }, 256] as const).map(
    (alg): HostileRow => ({
      id: `alg-${alg === undefined ? "missing" : JSON.stringify(alg)}`,
      name: "alg is missing, or not a non-empty string",
      code: "malformed_token",
      make: ({ headers }) => headers({ alg }),
    }),
  ),
  {
    id: "alg-lower-case",
    name: "alg in lower case, signed with the issuer's key",
    code: "disallowed_alg",
    make: ({ headers, key }) => headers({ alg: key.algorithm.toLowerCase() }),
  },
  ...siblings.map(
    (alg): HostileRow => ({
      id: `alg-${alg}-on-other-key`,
      name: `alg ${alg} on a key of another algorithm`,
      code: ({ key, preset }) => {
        if (key.algorithm === alg || (alg === "EdDSA" && key.algorithm === "Ed25519")) return undefined;
        return (preset.algorithms as readonly string[]).includes(alg) ? "key_not_found" : "disallowed_alg";
      },
      make: ({ headers }) => headers({ alg }),
    }),
  ),
  ...hmacSecrets.flatMap(([id, name, secret]) =>
    ["HS256", "HS384", "HS512"].map(
      (alg): HostileRow => ({
        id: `${alg.toLowerCase()}-with-${id}`,
        name: `${alg} with the ${name}`,
        code: "disallowed_alg",
        make: async (kit) => signJws({ ...kit.header, alg }, kit.payload, await secret(kit)),
      }),
    ),
  ),
  ...carriedKeys.map(
    ([member, changes]): HostileRow => ({
      id: `header-${member}`,
      name: `the header brings its own key (${member})`,
      code: "forbidden_header",
      make: (kit) => signJws({ ...kit.header, ...changes(kit) }, kit.payload, kit.stranger),
    }),
  ),
  ...forbidden.map(
    ([id, name, changes]): HostileRow => ({
      id: `header-${id}`,
      name: `${name}, signed with the issuer's key`,
      code: "forbidden_header",
      make: ({ headers }) => headers(changes),
    }),
  ),
  {
    id: "key-of-a-stranger",
    name: "signed with another key that has the issuer's kid",
    code: "invalid_signature",
    make: ({ header, payload, stranger }) => signJws(header, payload, stranger),
  },
  {
    id: "key-by-thumbprint",
    name: "signed with another key, whose thumbprint is in x5t",
    code: "invalid_signature",
    make: ({ header, payload, stranger }) => signJws({ ...header, x5t: "YTAxOTM4" }, payload, stranger),
  },
  ...unknownKids.map(
    ([id, kid]): HostileRow => ({
      id: `kid-${id}`,
      name: `kid of no published key (${id})`,
      code: "key_not_found",
      make: ({ header, payload, stranger }) => signJws({ ...header, kid }, payload, stranger),
    }),
  ),
  ...malformedKids.map(
    ([id, kid]): HostileRow => ({
      id: `kid-${id}`,
      name: `kid that is no name (${id})`,
      code: "malformed_token",
      make: ({ headers }) => headers({ kid }),
    }),
  ),
  ...signatureAttacks(),
];

function signatureAttacks(): HostileRow[] {
  const changed = (id: string, name: string, change: (signature: Uint8Array) => Uint8Array): HostileRow => ({
    id: `signature-${id}`,
    name,
    code: "invalid_signature",
    make: ({ token }) => {
      const end = token.lastIndexOf(".");
      const bytes = Uint8Array.from(
        atob(
          token
            .slice(end + 1)
            .replace(/-/g, "+")
            .replace(/_/g, "/"),
        ),
        (character) => character.charCodeAt(0),
      );
      return `${token.slice(0, end)}.${base64url(change(bytes))}`;
    },
  });
  return [
    changed("zeros", "a signature of zeros (CVE-2022-21449)", (bytes) => new Uint8Array(bytes.length)),
    changed("ones", "a signature of ones", (bytes) => new Uint8Array(bytes.length).fill(0xff)),
    changed("flipped", "one bit of the signature flipped", (bytes) => bytes.with(7, (bytes[7] ?? 0) ^ 1)),
    changed("short", "the signature's last bytes cut off", (bytes) => bytes.slice(0, -2)),
    changed("long", "two bytes after the signature", (bytes) => new Uint8Array([...bytes, 0, 0])),
    {
      id: "signature-of-another-payload",
      name: "the payload exchanged after signing",
      code: "invalid_signature",
      make: ({ token, payload }) => {
        const [header, , signature] = token.split(".");
        return `${header}.${segment({ ...payload, jti: "another" })}.${signature}`;
      },
    },
    {
      id: "signature-of-another-header",
      name: "the header exchanged after signing",
      code: "invalid_signature",
      make: ({ token, header }) => {
        const [, payload, signature] = token.split(".");
        return `${segment({ ...header, note: "x" })}.${payload}.${signature}`;
      },
    },
  ];
}
