// `sallyport inspect` on sight: tokens of many kinds, and every sample of every provider, called what they are.
import type { PresetName } from "sallyport";
import { type FakeIssuer, fakeIssuer, providerTokens, signSample } from "sallyport/testing";
import { expect, test } from "vitest";
import { observations } from "../../src/inspect/observations.ts";
import { kinds } from "./kinds.ts";
import { idp, inspected } from "./support.ts";

test.each(kinds)("$name is known on sight", async ({ token, says, words }) => {
  const text = await token();
  const { json, stdout, status } = await inspected(text);
  const ids = json.observations.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(says.split(" ")));
  const heavy = observations.filter(({ level }) => level !== "note").map(({ id }) => id);
  expect(ids.filter((id) => heavy.includes(id)).filter((id) => !says.split(" ").includes(id))).toEqual([]);
  expect(json.observations.map(({ sentence, mend }) => `${sentence} ${mend ?? ""}`).join("\n")).toMatch(
    words,
  );
  const signature = text.split(".").at(-1) ?? "";
  if (signature.length > 4) expect(stdout).not.toContain(signature);
  expect(status).toBe(json.form === "broken" ? 1 : 0);
});

test("every observation is made of some token", () => {
  const made = new Set(kinds.flatMap(({ says }) => says.split(" ")));
  expect(observations.map(({ id }) => id).filter((id) => !made.has(id))).toEqual([]);
});

const samples = Object.entries(providerTokens).flatMap(([preset, tokens]) =>
  tokens.map((sample) => ({ preset: preset as PresetName, sample, name: `${preset}: ${sample.id}` })),
);
const issuers = new Map<string, FakeIssuer>();
function issuerOf(preset: PresetName): FakeIssuer {
  const issuer = issuers.get(preset) ?? fakeIssuer({ preset, clock: idp.clock });
  issuers.set(preset, issuer);
  return issuer;
}
const wrongKinds = { id: "id_token", logout: "logout_token", refresh: "refresh_token" } as const;

// These differ from what is accepted by what no claim says: a missing `typ`, a second audience.
const twins = ["rfc9068: id-token-untyped", "google-id-token: for-two-audiences"];

test.each(samples.filter(({ name }) => !twins.includes(name)))(
  "$name is called what it is",
  async ({ preset, sample }) => {
    const issuer = issuerOf(preset);
    const { json } = await inspected(await signSample(issuer, sample));
    const ids = json.observations.map(({ id }) => id);
    const called = Object.values(wrongKinds).filter((id) => ids.includes(id));
    // Google's and the workloads' tokens are ID tokens in form, and the presets that take them say so.
    const right = sample.code === undefined ? [] : [wrongKinds[sample.use as "id"]];
    if (sample.code === undefined || sample.use in wrongKinds) expect(called).toEqual(right);
  },
);
