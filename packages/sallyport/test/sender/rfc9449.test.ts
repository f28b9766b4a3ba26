// RFC 9449's own examples, through the same door as every proof.
import { expect, test } from "vitest";
import { bindingOf } from "../../src/verify/sender/binding.ts";
import { createDpop } from "../../src/verify/sender/dpop.ts";
import { resolveDpop } from "../../src/verify/sender/options.ts";
import { createReplayMemory } from "../../src/verify/sender/replay.ts";
import { describeVectors, vectorJson } from "../support/vectors.ts";

interface Example {
  readonly proof?: string;
  readonly jkt?: string;
  readonly access_token?: string;
  readonly access_token_jwt?: string;
  readonly claims: {
    readonly htm: string;
    readonly htu: string;
    readonly iat: number;
    readonly cnf?: object;
  };
}
const { rfc9449 } = vectorJson<{ readonly rfc9449: readonly Example[] }>("spec-examples.json");

function start(publicUrl: string, nowSeconds: number) {
  const policy = resolveDpop({ dpop: "accepted" }, publicUrl, "test");
  if (!policy) throw new Error("DPoP is off");
  const now = () => nowSeconds * 1000;
  return createDpop(policy, { now, replayStore: createReplayMemory({ now }), tell: () => {} });
}

describeVectors("RFC 9449", 4, (ran) => {
  for (const [index, { proof, jkt, claims, ...example }] of rfc9449.entries()) {
    const opaque = example.access_token;
    test(`example ${index}`, async () => {
      ran();
      if (proof === undefined || jkt === undefined) {
        // §6.1: the claims of a bound token.
        expect(bindingOf(claims.cnf as never)).toEqual({ jkt: expect.any(String), certificate: undefined });
        return;
      }
      const { origin, pathname } = new URL(claims.htu);
      const presented = { scheme: "DPoP", method: claims.htm, url: pathname, proof } as const;
      const shown = { token: opaque ?? "any", issuer: "https://server.example.com", presented };
      const prove = async (changes: object = {}, key = jkt, at = claims.iat) =>
        start(origin, at).prove(key, { ...shown, ...changes });
      // §4.1 and §5: made for the token endpoint, they hash no token. §7.1: at the resource server.
      if (opaque === undefined) await expect(prove()).rejects.toMatchObject({ code: "invalid_dpop_proof" });
      else await expect(prove()).resolves.toBeUndefined();
      await expect(prove({ token: "another" })).rejects.toMatchObject({ code: "invalid_dpop_proof" });
      await expect(prove({}, jkt, claims.iat + 91)).rejects.toMatchObject({ code: "invalid_dpop_proof" });
      await expect(
        prove({ presented: { ...presented, proof: `${proof.slice(0, -4)}AAAA` } }),
      ).rejects.toMatchObject({
        code: "invalid_dpop_proof",
      });
      if (opaque !== undefined) {
        await expect(prove({}, `A${jkt.slice(1)}`)).rejects.toMatchObject({ code: "sender_constrained" });
      }
    });
  }
});
