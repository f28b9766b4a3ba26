// What makes a shared secret none: each sign alone, on secrets that are good but for it.
import { expect, test } from "vitest";
import { secretFlaw } from "../../src/secret-quality.ts";

const guessed = "`secret` takes a random secret; this one could be guessed";
const aKey = "`secret` takes a random secret, not the text of a key or certificate";
const bytes = (text: string) => new TextEncoder().encode(text);

test.each<[string, string]>([
  ["few different characters, without a pattern", "k7kkq7Zqk7ZZ7qkqZ7kkZq7qZkk7Zq7kZ7"],
  ["a good text, repeated", "kR4wZx81Tb".repeat(4)],
  ["a good text, twice", "kR4wZx81TbQv93Lm".repeat(2)],
  ["a word that is in every leaked list", "kR4wZx81TbQv93LmPassw0rdXj27Gd5s"],
  ["a sentence", "correct horse battery staple and more of them"],
])("%s could be guessed", (_name, text) => {
  expect(secretFlaw(bytes(text))).toBe(guessed);
});

test("none of these is said of a random one", () => {
  expect(secretFlaw(bytes("kR4wZx81TbQv93LmYp6cN0eUfJ27Gd5s"))).toBeUndefined();
  expect(secretFlaw(bytes("kR4wZx81TbQv93LmYp6ckR4wZx81TbQ"))).toBeUndefined();
});

/** Bytes with the outline of DER: tag, length, and a first inner tag. */
function outlined(start: readonly number[], inner: number, length: number): Uint8Array {
  const body = Array.from({ length: length - 1 }, (_, index) => (index * 37 + 11) % 251);
  return Uint8Array.from([...start, inner, ...body]);
}

test.each<[string, Uint8Array]>([
  ["a SEQUENCE in a SEQUENCE", outlined([0x30, 40], 0x30, 40)],
  ["an INTEGER in a SEQUENCE", outlined([0x30, 40], 0x02, 40)],
  ["a length in a byte of its own", outlined([0x30, 0x81, 200], 0x30, 200)],
  ["a length in two", outlined([0x30, 0x82, 0x01, 0x2c], 0x30, 300)],
])("%s is a key, as bytes and in base64", (_name, der) => {
  expect(secretFlaw(der)).toBe(aKey);
  expect(secretFlaw(bytes(Buffer.from(der).toString("base64")))).toBe(aKey);
});

test.each<[string, Uint8Array]>([
  ["another tag outside", outlined([0x31, 40], 0x30, 40)],
  ["another tag inside", outlined([0x30, 40], 0x04, 40)],
  ["a length that is too great", outlined([0x30, 41], 0x30, 40)],
  ["a length that is too small", outlined([0x30, 39], 0x30, 40)],
  ["a length in four bytes, as no key has it", outlined([0x30, 0x84, 0, 0, 0, 40], 0x30, 40)],
])("%s is no key: random bytes may begin so", (_name, random) => {
  expect(secretFlaw(random)).toBeUndefined();
  expect(secretFlaw(bytes(Buffer.from(random).toString("base64")))).toBeUndefined();
});
