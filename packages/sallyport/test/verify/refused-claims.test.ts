// Claims of a wrong form: the log's sentence says which form, where another check would have refused with another one.
import { expect, test } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { verifyHere } from "../support/at-once.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const verifier = createVerifier(
  { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks },
  { now: () => kit.nowSeconds * 1000 },
);
const verify = (claims: Record<string, unknown>) => verifyHere(verifier, kit.token({ claims }));

test.each(["act", "may_act"])("%s that is no actor, and one without a subject", async (claim) => {
  for (const value of ["admin", 7, true, null, [], [{ sub: "a" }]]) {
    await expect(verify({ [claim]: value }), JSON.stringify(value)).rejects.toThrow(
      `The token's ${claim} is not an actor`,
    );
    await expect(verify({ [claim]: { sub: "a", act: value } })).rejects.toThrow(/is not an actor/);
  }
  for (const sub of [undefined, "", 7]) {
    await expect(verify({ [claim]: { sub } })).rejects.toThrow(`The token's ${claim} has no sub`);
  }
});

test("an audience that names nobody is no audience", async () => {
  for (const aud of [[], "", [""], [kit.audience, 7], {}]) {
    await expect(verify({ aud }), JSON.stringify(aud)).rejects.toThrow(
      "The token's aud is not a string or a list of strings",
    );
  }
});
