// ed25519-speccheck: our answer to each case is pinned. Weak keys are refused before any signature is looked at.
import { expect, test } from "vitest";
import { platform } from "../../src/platform/node.ts";
import { algorithms } from "../../src/verify/keys/algorithms.ts";
import { judgeJwk } from "../../src/verify/keys/jwk.ts";
import { base64url } from "../support/signing.ts";
import { describeVectors, vectorJson } from "../support/vectors.ts";

// What RFC 8032 leaves open (2, 3: small or mixed order in R or A, cofactorless equation holds) is the runtime's answer. Of a
// small R, Node 20 and 22 say yes, 24 and 26 no; nobody but the key's owner can make such a signature.
const answers: Record<number, "key refused" | "either" | boolean> = {
  0: "key refused",
  1: "key refused",
  2: "either",
  3: true,
  4: false,
  5: false,
  6: false,
  7: false,
  8: false,
  9: false,
  10: "key refused",
  11: "key refused",
};

describeVectors("ed25519-speccheck", 12, (ran) => {
  const cases = () =>
    vectorJson<{ message: string; pub_key: string; signature: string }[]>("ed25519-speccheck/cases.json");
  for (const [index, one] of cases().entries()) {
    test(`case ${index}`, async () => {
      ran();
      const x = base64url(Buffer.from(one.pub_key, "hex"));
      const verdict = judgeJwk({ kty: "OKP", crv: "Ed25519", x }, ["EdDSA"]);
      if (typeof verdict === "string") return expect("key refused").toBe(answers[index]);
      const key = await platform.importKey(verdict.material, algorithms.EdDSA);
      const message = Buffer.from(one.message, "hex").toString("latin1");
      const answer = await platform.verify(algorithms.EdDSA, key, message, Buffer.from(one.signature, "hex"));
      expect(answer).toBe(answers[index] === "either" ? answer : answers[index]);
    });
  }
});
