// The fake issuer of `sallyport/testing`, against the real verifier.
import { expect, test } from "vitest";
import { createVerifier, type PresetName, presets } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

test.each(Object.keys(presets) as PresetName[])("%s: token() is accepted", async (preset) => {
  const idp = fakeIssuer({ preset });
  const verifier = createVerifier(idp.config, idp.deps);
  const identity = await verifier.verify(await idp.token());
  expect(identity.issuer).toBe(idp.issuer);
});
