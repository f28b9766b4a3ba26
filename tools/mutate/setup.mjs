// Loaded by vitest before each test file: the switch of the mutants, and what the file's tests reach.
import { appendFileSync } from "node:fs";
import { afterAll, expect } from "vitest";

const state = { active: Number(process.env.SALLYPORT_MUTANT ?? -1), reached: new Set() };
globalThis.mutantSwitch = state;
globalThis.__mutant = (number) => {
  state.reached.add(number);
  return number === state.active;
};

const report = process.env.SALLYPORT_REACHED;
afterAll(() => {
  if (report) appendFileSync(report, `${JSON.stringify([expect.getState().testPath, [...state.reached]])}\n`);
});
