// Loaded by vitest before each test file: the switch of one mutant, and what the file's tests reach.
import { appendFileSync } from "node:fs";
import { afterAll, expect } from "vitest";

const active = Number(process.env.SALLYPORT_MUTANT ?? -1);
const reached = new Set();
globalThis.__mutant = (number) => {
  reached.add(number);
  return number === active;
};

const report = process.env.SALLYPORT_REACHED;
afterAll(() => {
  if (report) appendFileSync(report, `${JSON.stringify([expect.getState().testPath, [...reached]])}\n`);
});
