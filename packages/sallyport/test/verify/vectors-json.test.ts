// JSONTestSuite: every file as the bytes of a payload, of a header, and of a member within, in signed tokens.
import { expect, test } from "vitest";
import { AuthError, createVerifier } from "../../src/index.ts";
import { verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";
import { describeVectors, vectorBytes, vectorFiles } from "../support/vectors.ts";

const kit = createKit();
const verifier = createVerifier(
  { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks, cache: false },
  { now: () => kit.nowSeconds * 1000 },
);
async function answer(token: string): Promise<string> {
  try {
    await verifyHere(verifier, token);
    return "accept";
  } catch (error) {
    return error instanceof AuthError ? error.code : `not an AuthError: ${String(error)}`;
  }
}
const claims = JSON.stringify(kit.claims()).slice(0, -1);
const header = '{"alg":"RS256","kid":"rs-1","typ":"at+jwt"';
const within = (start: string, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${start},"x":`), bytes, Buffer.from("}")]);

// Valid JSON that is refused by a stricter rule of ours, and implementation-defined JSON that is accepted.
const stricter: Record<string, string> = {
  "y_object_duplicated_key.json": "duplicate members",
  "y_object_duplicated_key_and_value.json": "duplicate members",
};
const accepted: Record<string, string> = {
  "i_number_double_huge_neg_exp.json": "underflows to zero",
  "i_number_real_underflow.json": "underflows to zero",
  "i_number_too_big_neg_int.json": "a double, less exactly",
  "i_number_too_big_pos_int.json": "a double, less exactly",
  "i_number_very_big_negative_int.json": "a double, less exactly",
  "number_-9223372036854775808.json": "a double, less exactly",
  "number_-9223372036854775809.json": "a double, less exactly",
  "number_1.0.json": "a number",
  "number_1.000000000000000005.json": "a double, less exactly",
  "number_1000000000000000.json": "a number",
  "number_10000000000000000999.json": "a double, less exactly",
  "number_1e-999.json": "underflows to zero",
  "number_1e6.json": "a number",
  "number_9223372036854775807.json": "a double, less exactly",
  "number_9223372036854775808.json": "a double, less exactly",
  "object_key_nfc_nfd.json": "two names, never normalised",
  "object_key_nfd_nfc.json": "two names, never normalised",
  "string_with_escaped_NULL.json": "NUL is a character",
};
const expected = (file: string) =>
  (file.startsWith("y_") && !(file in stricter)) || file in accepted ? "accept" : "malformed_token";

for (const [folder, cases] of [
  ["test_parsing", 318],
  ["test_transform", 22],
] as const) {
  describeVectors(`JSONTestSuite ${folder}`, cases, (ran) => {
    test.each(vectorFiles(`JSONTestSuite/${folder}/`))("%s", async (file) => {
      ran();
      const bytes = vectorBytes(`JSONTestSuite/${folder}/${file}`);
      // As the whole: no file is a token's claims or header, but the reason tells objects from the rest.
      const whole = await answer(kit.token({ rawPayload: bytes }));
      const isObject = expected(file) === "accept" && /^\s*\{/.test(bytes.toString());
      expect(whole, "as the payload").toBe(isObject ? "missing_claim" : "malformed_token");
      expect(await answer(kit.token({ rawHeader: bytes })), "as the header").toBe("malformed_token");
      expect(await answer(kit.token({ rawPayload: within(claims, bytes) })), "within the payload").toBe(
        expected(file),
      );
      expect(await answer(kit.token({ rawHeader: within(header, bytes) })), "within the header").toBe(
        expected(file),
      );
    });
  });
}
