// Every hostile token, against every preset: refused, and by the code it says.
import { expect, test } from "vitest";
import { AuthError, createVerifier, type PresetName, presets } from "../../src/index.ts";
import { fakeIssuer, hostileTokens, type TestAlgorithm } from "../../src/testing/index.ts";

const issuers: readonly (readonly [PresetName, TestAlgorithm | undefined])[] = [
  ...(Object.keys(presets) as PresetName[]).map((preset) => [preset, undefined] as const),
  ["rfc9068", "EdDSA"],
  ["rfc9068", "PS256"],
  ["keycloak", "Ed25519"],
  ["keycloak", "ES512"],
  ["authentik", "ES384"],
];

test.each(issuers)("%s %s: every hostile token is refused by its code", async (preset, algorithm) => {
  const idp = fakeIssuer({ preset, ...(algorithm && { algorithm }) });
  const verifier = createVerifier(idp.config, idp.deps);
  await verifier.verify(await idp.token());
  const tokens = await hostileTokens(idp);
  const wrong: string[] = [];
  for (const { id, token, code } of tokens) {
    const answer = await verifier.verify(token).then(
      () => "accepted",
      (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
    );
    if (answer !== code) wrong.push(`${id}: ${answer}, not ${code}`);
  }
  expect(wrong).toEqual([]);
  expect(tokens.length).toBeGreaterThan(170);
  // The shape of a bearer token (RFC 6750 §2.1): every one of them can be sent.
  for (const { token } of tokens) expect(token).toMatch(/^[A-Za-z0-9\-._~+/]+=*$/);
  expect(new Set(tokens.map(({ id }) => id)).size).toBe(tokens.length);
});
