// Every sample token of every provider: accepted, or refused by its code.
import { expect, test } from "vitest";
import { AuthError, createVerifier, type PresetName } from "../../src/index.ts";
import { fakeIssuer, providerTokens, signSample } from "../../src/testing/index.ts";

const idps = new Map<string, ReturnType<typeof fakeIssuer>>();
const idpOf = (preset: PresetName) => {
  const idp = idps.get(preset) ?? fakeIssuer({ preset, audience: "my-api" });
  idps.set(preset, idp);
  return idp;
};

const rows = Object.entries(providerTokens).flatMap(([preset, samples]) =>
  samples.map((sample) => ({ preset: preset as PresetName, sample, id: `${preset}/${sample.id}` })),
);

test("every sample has an id of its own", () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test.each(rows)("$id", async ({ preset, sample }) => {
  const idp = idpOf(preset);
  const verifier = createVerifier(idp.config, idp.deps);
  const answer = await verifier.verify(await signSample(idp, sample)).catch((error: unknown) => error);
  if (sample.code === undefined) expect(answer).toMatchObject({ subject: expect.any(String) });
  else {
    expect(answer).toBeInstanceOf(AuthError);
    expect((answer as AuthError).code).toBe(sample.code);
  }
});
