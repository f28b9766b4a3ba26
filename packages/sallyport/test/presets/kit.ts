// What the preset tests share: an issuer a preset, and the code of a refusal.
import { AuthError, createVerifier, type PresetName, type VerifierOptions } from "../../src/index.ts";
import { createTestClock, type FakeIssuer, fakeIssuer, providerTokens } from "../../src/testing/index.ts";

const issuers = new Map<string, FakeIssuer>();
const clock = createTestClock("2030-01-01T00:00:00Z");

/** Seconds since 1970 on every issuer's clock. */
export const now = clock.now() / 1000;

/** One issuer a preset, so that each makes its key once. */
export function issuerOf(preset: PresetName): FakeIssuer {
  const idp = issuers.get(preset) ?? fakeIssuer({ preset, audience: "my-api", clock });
  issuers.set(preset, idp);
  return idp;
}

/** The code with which a token is refused, or `accepted`. */
export async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => "accepted",
    (error: unknown) => (error instanceof AuthError ? error.code : `not an AuthError: ${String(error)}`),
  );
}

/** Header and claims of a sample token. */
export function sampleOf(preset: PresetName, id: string) {
  const idp = issuerOf(preset);
  const sample = providerTokens[preset].find((one) => one.id === id);
  if (!sample) throw new TypeError(`no sample ${preset}/${id}`);
  return {
    header: sample.header,
    claims: sample.claims({ issuer: idp.issuer, audience: "my-api", now }) as Record<string, unknown>,
  };
}

/** Verifies a sample token with some claims changed; `undefined` takes one away. */
export async function verifySample(
  preset: PresetName,
  id: string,
  {
    claims = {},
    header = {},
    options = {},
  }: { claims?: object; header?: object; options?: VerifierOptions } = {},
) {
  const idp = issuerOf(preset);
  const sample = sampleOf(preset, id);
  const token = await idp.sign({ ...sample.header, ...header }, { ...sample.claims, ...claims });
  return createVerifier({ ...idp.config, ...options }, idp.deps).verify(token);
}
