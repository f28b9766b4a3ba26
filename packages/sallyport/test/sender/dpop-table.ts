// Loops over the DPoP table with vitest; the platform is whatever the test file that calls this has chosen.
import { describe, expect, test } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { dpopCases, publicUrl, requestOf } from "../cases/dpop.ts";
import { assertRefusal } from "../support/assert-refusal.ts";
import { createKit } from "../support/kit.ts";

export function runDpopTable(): void {
  const kit = createKit();

  describe("section D", () => {
    test.each(dpopCases.map((one) => [`${one.id} ${one.name}`, one] as const))("%s", async (_, one) => {
      const { token, presented } = requestOf(one, kit);
      const verifier = createVerifier(
        {
          issuer: kit.issuer,
          audience: kit.audience,
          jwks: kit.jwks,
          publicUrl: one.publicUrl ?? publicUrl,
          ...(one.dpop !== undefined && { dpop: one.dpop }),
        },
        { now: () => kit.nowSeconds * 1000 },
      );
      // Twice with the token known, too: whatever is cached, the proof is looked at.
      if (one.expect === "accept") {
        expect((await verifier.verify(token, presented)).subject).toBe("248289761001");
      } else {
        for (const time of ["first", "second"]) {
          const error = await verifier.verify(token, presented).then(
            () => new Error(`accepted the ${time} time`),
            (thrown: unknown) => thrown,
          );
          assertRefusal(error, one.expect, token);
          if (one.because) expect((error as Error).message).toMatch(one.because);
        }
      }
      const { token: honest, presented: proven } = requestOf(
        { id: "D00", name: "honest", expect: "accept" },
        kit,
      );
      if (one.dpop === undefined && one.publicUrl === undefined)
        expect(await verifier.verify(honest, proven)).toBeDefined();
    });
  });
}
