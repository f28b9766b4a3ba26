// The two platforms side by side: the same keys, signatures and texts must get the same answers.
import { describe, expect, test } from "vitest";
import { platform as node } from "../../src/platform/node.ts";
import type { AlgorithmRow, Platform, PlatformKey } from "../../src/platform/types.ts";
import { platform as web } from "../../src/platform/web.ts";
import { type Algorithm, algorithms } from "../../src/verify/keys/algorithms.ts";
import { createTestKey, hmac, signBytes, type TestJwk } from "../support/signing.ts";

const platforms: [string, Platform][] = [
  ["node", node],
  ["web", web],
];
const text = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0";
const secret = Buffer.from(
  "9f1c0e6b2a7d4485b3e1760c5d8fa294e07b6c13d2f5489a1e3c7b60d94f82a59f1c0e6b2a7d4485b3e1760c5d8fa294e07b6c13d2f5489a1e3c7b60d94f82a5",
  "hex",
);
const names = Object.keys(algorithms) as Algorithm[];
const keys = new Map(
  names.map((name) => [name, algorithms[name].kty === "oct" ? undefined : createTestKey("k", name)]),
);
const material = ({ kty, crv, n, e, x, y }: TestJwk) => ({ kty, crv, n, e, x, y });

async function importOn(platform: Platform, name: Algorithm): Promise<PlatformKey> {
  const row: AlgorithmRow = algorithms[name];
  const key = keys.get(name);
  if (!key) return platform.importSecret(secret, row);
  return platform.importKey(JSON.parse(JSON.stringify(material(key.jwk))), row);
}
const isError = (thrown: unknown) => thrown instanceof Error;
/** Deno's WebCrypto takes a point that is on no curve, and throws at each signature then. */
async function servesNothing(platform: Platform, key: PlatformKey): Promise<boolean> {
  const verify = async (signature: Uint8Array) => platform.verify(algorithms.ES256, key, text, signature);
  const answers = await Promise.allSettled([new Uint8Array(64), signatureOf("ES256")].map(verify));
  return answers.every((one) => one.status === "rejected" || !one.value);
}
const signatureOf = (name: Algorithm): Uint8Array => {
  const key = keys.get(name);
  return key ? signBytes(name, key.privateKey, Buffer.from(text)) : hmac(name, secret, text);
};

describe.each(platforms)("%s", (_name, platform) => {
  test.each(names)("%s: the signature verifies, and nothing like it does", async (name) => {
    const row = algorithms[name];
    const key = await importOn(platform, name);
    const signature = signatureOf(name);
    expect(await platform.verify(row, key, text, signature)).toBe(true);
    expect(await platform.verify(row, key, `${text} `, signature)).toBe(false);
    expect(await platform.verify(row, key, "", signature)).toBe(false);
    expect(await platform.verify(row, key, text, new Uint8Array(signature.length))).toBe(false);
    for (const at of [0, 1, signature.length >> 1, signature.length - 1]) {
      const changed = Uint8Array.from(signature, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(await platform.verify(row, key, text, changed)).toBe(false);
    }
    for (const length of [0, 1, 31, 32, 33, 63, 64, 65, 96, 132, 255, 256, 257, 1000]) {
      if (length === signature.length) continue;
      expect(await platform.verify(row, key, text, new Uint8Array(length).fill(1)), `${length} bytes`).toBe(
        false,
      );
    }
  });

  test("a signature of one algorithm is none of another's", async () => {
    const rsa = names.filter((name) => algorithms[name].kty === "RSA");
    const shared = keys.get("RS256");
    for (const signer of rsa) {
      for (const reader of rsa) {
        const row = algorithms[reader];
        const key = await platform.importKey(JSON.parse(JSON.stringify(material(shared?.jwk ?? {}))), row);
        const signature = shared ? signBytes(signer, shared.privateKey, Buffer.from(text)) : new Uint8Array();
        expect(await platform.verify(row, key, text, signature), `${signer} read as ${reader}`).toBe(
          signer === reader,
        );
      }
    }
  });

  const badKeys: [string, Algorithm, TestJwk][] = [
    ["a point off its curve", "ES256", { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) }],
    ["a coordinate missing", "ES256", { kty: "EC", crv: "P-256", x: "A".repeat(43) }],
    ["a curve of another algorithm", "ES256", material(createTestKey("k", "ES384").jwk)],
    ["no members", "RS256", { kty: "RSA" }],
    ["an Ed25519 key of 31 bytes", "EdDSA", { kty: "OKP", crv: "Ed25519", x: "A".repeat(41) }],
  ];
  test.each(badKeys)(
    "a key is refused by an exception the importer can catch: %s",
    async (what, name, jwk) => {
      const work = (async () => platform.importKey(JSON.parse(JSON.stringify(jwk)), algorithms[name]))();
      // Node takes a key of any curve; the verifier has judged the curve before (see the K18 cases).
      if (platform === node && what.startsWith("a curve of another"))
        await expect(work).resolves.toBeDefined();
      else expect(await work.then((key) => servesNothing(platform, key), isError)).toBe(true);
    },
  );

  test("random numbers are 32 bits, and differ", () => {
    const numbers = Array.from({ length: 64 }, () => platform.randomUint32());
    expect(numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 2 ** 32)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(60);
  });

  const texts: [encoded: string, text: string | undefined][] = [
    ["", ""],
    ["e30", "{}"],
    ["4oKs", "€"],
    ["8J-YgA", "😀"],
    ["77u_e30", undefined],
    ["e307v7_", undefined],
    ["e33vu78", "{}\ufeff"],
    ["_-4", undefined],
    ["wK8", undefined],
    ["7aCA", undefined],
    ["9JCAgA", undefined],
    ["AA", "\u0000"],
    ["e30=", undefined],
    ["e31", undefined],
    ["e3", undefined],
    ["e", undefined],
    ["e30 ", undefined],
    ["e3\n0", undefined],
    ["4oK+", undefined],
    ["\u0165\u0133\u0130", undefined],
  ];
  test.each(texts)("the text of %j", (encoded, expected) => {
    expect(platform.decodeText(encoded)).toBe(expected);
  });

  test("long texts, beyond any scratch space", () => {
    for (const length of [24_575, 32_768, 32_769, 200_000]) {
      const long = "€".repeat(length / 3) + "x".repeat(length % 3);
      expect(platform.decodeText(Buffer.from(long).toString("base64url"))).toBe(long);
      expect(platform.decodeText(`${Buffer.from(long).toString("base64url")}*`)).toBeUndefined();
    }
  });

  test("what was decoded stays as it is while other things are decoded", () => {
    const bytes = platform.decodeBase64url("AQIDBA");
    for (let count = 0; count < 10_000; count += 1) platform.decodeBase64url("_____w");
    expect([...(bytes ?? [])]).toEqual([1, 2, 3, 4]);
  });
});
