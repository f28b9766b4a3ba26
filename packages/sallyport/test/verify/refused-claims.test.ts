// Claims of a wrong form: the log's sentence says which form, where another check would have refused with another one.
import { expect, test } from "vitest";
import { createVerifier } from "../../src/index.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const verifier = createVerifier(
  { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks },
  { now: () => kit.nowSeconds * 1000 },
);
const verify = (claims: Record<string, unknown>) => () => verifier.verifySync(kit.token({ claims }));

test.each(["act", "may_act"])("%s that is no actor, and one without a subject", (claim) => {
  for (const value of ["admin", 7, true, null, [], [{ sub: "a" }]]) {
    expect(verify({ [claim]: value }), JSON.stringify(value)).toThrow(`The token's ${claim} is not an actor`);
    expect(verify({ [claim]: { sub: "a", act: value } })).toThrow(/is not an actor/);
  }
  for (const sub of [undefined, "", 7]) {
    expect(verify({ [claim]: { sub } })).toThrow(`The token's ${claim} has no sub`);
  }
});

test("an audience that names nobody is no audience", () => {
  for (const aud of [[], "", [""], [kit.audience, 7], {}]) {
    expect(verify({ aud }), JSON.stringify(aud)).toThrow(
      "The token's aud is not a string or a list of strings",
    );
  }
});
