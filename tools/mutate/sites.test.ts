// The mutation run's own tool: which refusals it finds, and that a disabled one is exactly that.
import { expect, test } from "vitest";
import { findSites, instrument } from "./sites.mjs";

const source = `
function judge(value) {
  if (value === 1 || (value === 2 || value === 3)) {
    note(value);
    throw new Error("small");
  }
  if (value === 4 && true) return "four";
  else if (value === 5) return;
  return later(value);
}
const later = (value) => {
  for (;;) {
    if (value === 6) throw new Error("six");
    if (value === 7) return false;
    return "good";
  }
};
`;

test("each refusal is found, with each alternative of its condition and the function around it", () => {
  const found = findSites("judge.ts", source);
  expect(found.map(({ kind, within, text }) => [kind, within, text])).toEqual([
    ["operand", "judge", "value === 1"],
    ["operand", "judge", "value === 2"],
    ["operand", "judge", "value === 3"],
    [
      "statement",
      "judge",
      'if (value === 1 || (value === 2 || value === 3)) { note(value); throw new Error("small");',
    ],
    ["statement", "judge", 'if (value === 4 && true) return "four";'],
    ["statement", "judge", "if (value === 5) return;"],
    ["statement", "later", 'if (value === 6) throw new Error("six");'],
    ["statement", "later", "if (value === 7) return false;"],
  ]);
  expect(found.map(({ line, endless }) => [line, endless])).toEqual([
    [3, false],
    [3, false],
    [3, false],
    [5, false],
    [7, false],
    [8, false],
    [13, true],
    [14, true],
  ]);
});

/** What the sample says of 1 to 8 with one refusal disabled, and which refusals happened. */
function outcomes(disabled: number) {
  const happened = new Set<number>();
  const mutant = (number: number) => {
    happened.add(number);
    return number === disabled;
  };
  const text = instrument(source, findSites("judge.ts", source), 0);
  const judge = new Function("__mutant", "note", `${text}; return judge;`)(mutant, () => {});
  const answers = [1, 2, 3, 4, 5, 6, 7, 8].map((value) => {
    try {
      return judge(value);
    } catch (error) {
      return (error as Error).message;
    }
  });
  return { answers, happened: [...happened].sort() };
}
const untouched = ["small", "small", "small", "four", undefined, "six", false, "good"];

test("with none disabled all is as it was, and each is asked where it refuses", () => {
  expect(outcomes(-1)).toEqual({ answers: untouched, happened: [0, 1, 2, 3, 4, 5, 6, 7] });
});

test.each([
  [0, { 1: "good" }],
  [1, { 2: "good" }],
  [2, { 3: "good" }],
  [3, { 1: "good", 2: "good", 3: "good" }],
  [4, { 4: "good" }],
  [5, { 5: "good" }],
  [6, { 6: "good" }],
  [7, { 7: "good" }],
])("refusal %i disabled alone: %j", (number, changed: Record<string, string>) => {
  const expected = untouched.map((answer, index) => changed[index + 1] ?? answer);
  expect(outcomes(number).answers).toEqual(expected);
});
