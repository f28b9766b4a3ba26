// A signature of a length that its algorithm does not have is refused before any cryptography sees it.
import { beforeEach, expect, test, vi } from "vitest";
import { AuthError, createVerifier } from "../../src/index.ts";
import { platform } from "../../src/platform/node.ts";
import { createKit } from "../support/kit.ts";

vi.mock("../../src/platform/node.ts", async (original) => {
  const { platform: real } = await original<typeof import("../../src/platform/node.ts")>();
  return { platform: { ...real, verify: vi.fn(real.verify) } };
});
const verify = vi.mocked(platform.verify);
beforeEach(() => {
  verify.mockClear();
});

const kit = createKit();
const verifier = createVerifier(
  { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks, algorithms: ["ES256", "EdDSA"] },
  { now: () => kit.nowSeconds * 1000 },
);

test.each([
  ["ES256", kit.keys.es],
  ["EdDSA", kit.keys.ed],
])("%s", (_name, key) => {
  const good = kit.token({ key });
  expect(verifier.verifySync(good).subject).toBe("248289761001");
  expect(verify).toHaveBeenCalledOnce();
  for (const length of [1, 32, 63, 65, 72, 128]) {
    const bad = kit.token({ key, sign: () => new Uint8Array(length).fill(7) });
    expect(() => verifier.verifySync(bad)).toThrow(
      new AuthError("invalid_signature", "The signature does not verify with the issuer's key"),
    );
  }
  expect(verify).toHaveBeenCalledOnce();
});
