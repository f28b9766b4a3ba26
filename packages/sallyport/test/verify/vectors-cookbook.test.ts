// The JOSE cookbook (RFC 7520, RFC 8037, RFC 7797): what it signs in compact form verifies, everything else is refused.
import { expect, test } from "vitest";
import { AuthError } from "../../src/index.ts";
import type { Algorithm } from "../../src/verify/keys/algorithms.ts";
import { judgeJwk } from "../../src/verify/keys/jwk.ts";
import { createCompactParser, readTokenHeader } from "../../src/verify/token/compact.ts";
import { asymmetric, verifiesWithSecret, verifiesWithSet } from "../support/jws.ts";
import type { TestJwk } from "../support/signing.ts";
import { describeVectors, vectorFiles, vectorJson } from "../support/vectors.ts";

interface Example {
  readonly input: { readonly key: TestJwk; readonly alg?: Algorithm };
  readonly output: { readonly compact?: string; readonly json?: unknown; readonly json_flat?: unknown };
}
const parser = createCompactParser({ tokenBytes: 16_384, depth: 32 }, readTokenHeader);
function parseCode(token: string): string {
  try {
    parser.parse(token);
    return "parsed";
  } catch (error) {
    return error instanceof AuthError ? error.code : String(error);
  }
}
const refusedForms = ({ compact, json, json_flat: flat }: Example["output"]) =>
  [json, flat]
    .flatMap((form) => (form === undefined ? [] : [JSON.stringify(form)]))
    .concat(compact === undefined ? [] : [compact]);

// Examples in compact form that we verify; the rest has no compact form, detached content, or b64=false.
const verified = ["4_1", "4_2", "4_3", "4_4"];

describeVectors("JOSE cookbook", 26, (ran) => {
  for (const file of vectorFiles("jose-cookbook/jws/")) {
    test(`jws/${file}`, async () => {
      ran();
      const { input, output } = vectorJson<Example>(`jose-cookbook/jws/${file}`);
      const compact = output.compact ?? "";
      if (verified.some((start) => file.startsWith(start))) {
        const key: TestJwk = { ...input.key, alg: input.alg };
        const good = (jws: string) =>
          key.kty === "oct" ? verifiesWithSecret(jws, key) : verifiesWithSet(jws, [key]);
        expect(await good(compact)).toBe(true);
        expect(await good(compact.replace(".SXT", ".SXU"))).toBe(false);
        expect(parseCode(compact), "its payload is no JSON object").toBe("malformed_token");
      }
      for (const form of refusedForms(output)) expect(parseCode(form)).toBe("malformed_token");
    });
  }
  test("curve25519/jws.json", async () => {
    ran();
    const { input, output } = vectorJson<Example>("jose-cookbook/curve25519/jws.json");
    expect(await verifiesWithSet(output.compact ?? "", [input.key])).toBe(true);
    expect(await verifiesWithSet((output.compact ?? "").replace(".RXh", ".RXi"), [input.key])).toBe(false);
  });
  test("curve25519/ecdh-es.json", () => {
    ran();
    const { output } = vectorJson<Example>("jose-cookbook/curve25519/ecdh-es.json");
    for (const form of refusedForms(output)) expect(parseCode(form)).toBe("malformed_token");
  });
  for (const file of vectorFiles("jose-cookbook/jwe/")) {
    test(`jwe/${file}`, () => {
      ran();
      const forms = refusedForms(vectorJson<Example>(`jose-cookbook/jwe/${file}`).output);
      expect(forms.length).toBeGreaterThan(0);
      for (const form of forms) expect(parseCode(form)).toBe("malformed_token");
    });
  }
  for (const file of vectorFiles("jose-cookbook/rfc7797/").filter((name) => name.endsWith(".json"))) {
    test(`rfc7797/${file}`, () => {
      ran();
      const { output } = vectorJson<Example>(`jose-cookbook/rfc7797/${file}`);
      for (const form of refusedForms(output))
        expect(parseCode(form)).toMatch(/malformed_token|forbidden_header/);
    });
  }
  test("6.nesting_signatures_and_encryption.json", async () => {
    ran();
    const { sign, encrypt } = vectorJson<{ sign: Example; encrypt: Example }>(
      "jose-cookbook/6.nesting_signatures_and_encryption.json",
    );
    expect(
      await verifiesWithSet(sign.output.compact ?? "", [{ ...sign.input.key, alg: sign.input.alg }]),
    ).toBe(true);
    expect(parseCode(encrypt.output.compact ?? "")).toBe("malformed_token");
  });
});

describeVectors("JOSE cookbook JWK", 6, (ran) => {
  const answers: Record<string, "public" | "private" | string> = {
    "3_1.ec_public_key.json": "public",
    "3_2.ec_private_key.json": "private",
    "3_3.rsa_public_key.json": "public",
    "3_4.rsa_private_key.json": "private",
    "3_5.symmetric_key_mac_computation.json": "its kty is not RSA, EC or OKP",
    "3_6.symmetric_key_encryption.json": "its kty is not RSA, EC or OKP",
  };
  for (const file of vectorFiles("jose-cookbook/jwk/")) {
    test(file, () => {
      ran();
      const verdict = judgeJwk(vectorJson<TestJwk>(`jose-cookbook/jwk/${file}`), asymmetric);
      if (typeof verdict === "string") return expect(verdict).toBe(answers[file]);
      expect(verdict.hadPrivateMembers).toBe(answers[file] === "private");
      expect(Object.keys(verdict.material)).not.toContain("d");
    });
  }
});
