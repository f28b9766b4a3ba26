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

const answers = `
function judge(value) {
  if (known) return known;
  for (const one of [1, 2]) {
    if (one !== value) continue;
    return "found";
  }
  if (value === 3) return removed(value);
  const name = value === 4 ? "four" : undefined;
  return value === 5 || value === 6 ? false : name;
}
const known = undefined;
const removed = (value) => "removed " + value;
`;
const options = { everyWayOut: true };

test("where answers have many forms, every way out is found, but not the handing out of what is there", () => {
  expect(findSites("judge.ts", answers)).toEqual([]);
  expect(findSites("judge.ts", answers, options).map(({ kind, text }) => [kind, text])).toEqual([
    ["statement", "if (one !== value) continue;"],
    ["statement", "if (value === 3) return removed(value);"],
    ["otherwise", "value === 4"],
    ["operand", "value === 5"],
    ["operand", "value === 6"],
  ]);
});

/** What a sample says of 1 to 8 with one refusal disabled, and which refusals happened. */
function outcomes(disabled: number, sample = source, found = findSites("judge.ts", sample)) {
  const happened = new Set<number>();
  const mutant = (number: number) => {
    happened.add(number);
    return number === disabled;
  };
  const text = instrument(sample, found, 0);
  const judge = new Function("__mutant", "note", `${text}; return judge;`)(mutant, () => {});
  const said = [1, 2, 3, 4, 5, 6, 7, 8].map((value) => {
    try {
      return judge(value);
    } catch (error) {
      return (error as Error).message;
    }
  });
  return { answers: said, happened: [...happened].sort() };
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

test.each([
  [-1, ["found", "found", "removed 3", "four", false, false, undefined, undefined]],
  [0, ["found", "found", "found", "found", "found", "found", "found", "found"]],
  [1, ["found", "found", undefined, "four", false, false, undefined, undefined]],
  [2, ["found", "found", "removed 3", "four", false, false, "four", "four"]],
  [3, ["found", "found", "removed 3", "four", undefined, false, undefined, undefined]],
  [4, ["found", "found", "removed 3", "four", false, undefined, undefined, undefined]],
])("way out %i disabled alone", (number, expected) => {
  const { answers: said, happened } = outcomes(number, answers, findSites("judge.ts", answers, options));
  expect(said).toEqual(expected);
  if (number < 0) expect(happened).toEqual([0, 1, 2, 3, 4]);
});
