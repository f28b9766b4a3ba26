// A condition made of several claims holds only where all of them are there as texts; and what is no condition.
import { expect, test } from "vitest";
import { createVerifier, type Preset, presets } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { holds } from "../../src/verify/issuers/preset.ts";

test("a template", () => {
  const condition = { claim: ["x"], template: "{0}:{1}", from: [["a"], ["b"]] } as const;
  expect(holds(condition, { x: "u:v", a: "u", b: "v" })).toBe(true);
  expect(holds(condition, { x: "u:w", a: "u", b: "v" })).toBe(false);
  expect(holds(condition, { x: "u:undefined", a: "u" })).toBe(false);
  expect(holds(condition, { x: "u:7", a: "u", b: 7 })).toBe(false);
  expect(holds(condition, { a: "u", b: "v" })).toBe(false);
});

const idp = fakeIssuer();
test.each([undefined, null, 7, "claim", true, [], {}, () => true])("%s is no condition", (condition) => {
  for (const [name, sentence] of [
    ["accept", "`accept` is a list of conditions"],
    ["refuse", "`refuse` is a list of conditions"],
  ] as const) {
    const preset = { ...presets.rfc9068, name: "house", [name]: [condition] } as unknown as Preset;
    expect(() => createVerifier({ ...idp.config, preset }, idp.deps)).toThrow(sentence);
  }
});
