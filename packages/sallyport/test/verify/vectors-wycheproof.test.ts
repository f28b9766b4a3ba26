// Wycheproof (C2SP): JWS, JWK, and the primitives beneath, on both platforms.
import { createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { platform as node } from "../../src/platform/node.ts";
import type { AlgorithmRow } from "../../src/platform/types.ts";
import { platform as web } from "../../src/platform/web.ts";
import { type Algorithm, algorithms } from "../../src/verify/keys/algorithms.ts";
import { createSecretKeys } from "../../src/verify/keys/static-keys.ts";
import { verifiesWithSecret, verifiesWithSet } from "../support/jws.ts";
import type { TestJwk } from "../support/signing.ts";
import { describeVectors, vectorJson } from "../support/vectors.ts";

interface Suite<Group> {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}
interface JwsGroup {
  readonly comment: string;
  readonly public?: TestJwk;
  readonly private?: TestJwk;
  readonly tests: readonly { tcId: number; comment: string; jws: string; result: string }[];
}

// Cases whose label we do not follow, and why.
const otherwise: Record<number, readonly [expected: boolean, why: string]> = {
  346: [false, "a PS384 signature under a key whose alg says PS256: one key, one algorithm"],
  350: [false, "a PS384 signature under a key whose alg says PS256: one key, one algorithm"],
  347: [false, "the key's alg is ES521, which is no registered name"],
  351: [false, "the key's alg is ES521, which is no registered name"],
  367: [true, "labelled invalid, byte for byte the valid case 357"],
  370: [true, "labelled invalid, byte for byte the valid case 357"],
  372: [false, "labelled valid, with a question mark in the header"],
  373: [false, "labelled valid, with a question mark in the payload"],
};

describeVectors("Wycheproof JWS", 401, (ran) => {
  const suite = vectorJson<Suite<JwsGroup>>("wycheproof/json_web_signature_test.json");
  for (const group of suite.testGroups) {
    const key = group.public ?? group.private ?? {};
    for (const { tcId, comment, jws, result } of group.tests) {
      const [expected, why] = otherwise[tcId] ?? [result === "valid", ""];
      test(`tc ${tcId} ${group.comment} ${comment}${why ? ` (${why})` : ""}`, async () => {
        ran();
        expect(await (key.kty === "oct" ? verifiesWithSecret(jws, key) : verifiesWithSet(jws, [key]))).toBe(
          expected,
        );
      });
    }
  }
});

interface KeyGroup {
  readonly comment: string;
  readonly public?: { keys: readonly TestJwk[] };
  readonly private: { keys: readonly TestJwk[] };
  readonly tests: readonly { tcId: number; comment: string; jws: string; result: string }[];
}
describeVectors("Wycheproof JWK", 26, (ran) => {
  const suite = vectorJson<Suite<KeyGroup>>("wycheproof/json_web_key_test.json");
  for (const group of suite.testGroups) {
    const { keys } = group.public ?? group.private;
    for (const { tcId, comment, jws, result } of group.tests) {
      // Symmetric keys have no place in a published set, so the valid cases 2, 13, 14 and 15 are refused as well.
      const symmetric = keys.every(({ kty }) => kty === "oct");
      test(`tc ${tcId} ${group.comment} ${comment}`, async () => {
        ran();
        expect(await verifiesWithSet(jws, keys)).toBe(result === "valid" && !symmetric);
        const [only] = keys;
        if (!symmetric || keys.length !== 1 || !only) return;
        expect(await verifiesWithSecret(jws, only)).toBe(result === "valid");
        if (/short|empty/.test(comment)) {
          const secret = Buffer.from(String(only.k), "base64url");
          expect(() => createSecretKeys(secret, [only.alg as Algorithm])).toThrow(TypeError);
        }
      });
    }
  }
});

interface PrimitiveGroup {
  readonly publicKeyJwk?: TestJwk;
  readonly publicKeyDer?: string;
  readonly tests: readonly {
    tcId: number;
    key?: string;
    msg: string;
    sig?: string;
    tag?: string;
    result: string;
    flags: string[];
  }[];
}
const primitives: [file: string, algorithm: Algorithm, cases: number][] = [
  ["ecdsa_secp256r1_sha256_p1363", "ES256", 262],
  ["ecdsa_secp384r1_sha384_p1363", "ES384", 280],
  ["ecdsa_secp521r1_sha512_p1363", "ES512", 318],
  ["ed25519", "EdDSA", 151],
  ["hmac_sha256", "HS256", 174],
  ["hmac_sha384", "HS384", 174],
  ["hmac_sha512", "HS512", 174],
  ["rsa_pss_2048_sha256_mgf1_32", "PS256", 108],
  ["rsa_pss_2048_sha384_mgf1_48", "PS384", 141],
  ["rsa_pss_4096_sha512_mgf1_64", "PS512", 179],
  ["rsa_signature_2048_sha256", "RS256", 259],
  ["rsa_signature_2048_sha384", "RS384", 258],
  ["rsa_signature_2048_sha512", "RS512", 259],
  ["rsa_signature_4096_sha256", "RS256", 258],
];
const hex = (text = "") => Buffer.from(text, "hex");

for (const [file, algorithm, cases] of primitives) {
  describeVectors(`Wycheproof ${file}`, 1, (ran) => {
    test(`${cases} signatures, the same answer on both platforms`, async () => {
      const suite = vectorJson<Suite<PrimitiveGroup>>(`wycheproof/primitives/${file}_test.json`);
      const row: AlgorithmRow = algorithms[algorithm];
      const wrong: string[] = [];
      let count = 0;
      for (const group of suite.testGroups) {
        for (const { tcId, key, msg, sig, tag, result } of group.tests) {
          count += 1;
          const answer = (on: typeof node) =>
            check(on, row, publicJwk(group), hex(key), hex(msg), hex(sig ?? tag));
          const [onNode, onWeb] = [await answer(node), await answer(web)];
          // Acceptable are only PKCS#1 encodings without NULL, which RFC 8017 leaves open: refused here.
          // A shortened HMAC is no JWS signature (RFC 7518 §3.2).
          const whole = tag === undefined || hex(tag).length === row.hashBytes;
          if (onNode !== (result === "valid" && whole)) wrong.push(`tc ${tcId}: ${onNode} for ${result}`);
          // The web platform takes text: only messages that are ASCII can be handed to it.
          if (hex(msg).every((byte) => byte < 0x80) && onWeb !== onNode)
            wrong.push(`tc ${tcId}: the platforms differ`);
        }
      }
      expect(wrong).toEqual([]);
      expect(count).toBe(cases);
      ran();
    });
  });
}

function publicJwk({ publicKeyJwk, publicKeyDer }: PrimitiveGroup): TestJwk | undefined {
  if (publicKeyJwk ?? !publicKeyDer) return publicKeyJwk;
  return {
    ...createPublicKey({ key: hex(publicKeyDer), format: "der", type: "spki" }).export({ format: "jwk" }),
  };
}

async function check(
  on: typeof node,
  row: AlgorithmRow,
  jwk: TestJwk | undefined,
  secret: Buffer,
  message: Buffer,
  signature: Buffer,
): Promise<boolean> {
  if (row.signatureBytes !== undefined && row.signatureBytes !== signature.length) return false;
  const { kid: _kid, alg: _alg, ...material } = jwk ?? {};
  const key = row.kty === "oct" ? await on.importSecret(secret, row) : await on.importKey(material, row);
  return on.verify(row, key, message.toString("latin1"), signature);
}
