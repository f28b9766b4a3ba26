// Runs every file of the bundle, one after the other, and adds up.
import { runFile } from "vitest";
import { keepKeys, reuseKeys } from "./crypto.mjs";

/**
 * @param {readonly (readonly [name: string, load: () => Promise<unknown>])[]} files
 * @param {() => Promise<unknown>} shared loads what has keys of its own, and is shared by files
 * @returns {Promise<{ cases: number, skipped: number, failures: string[], each: Record<string, number> }>}
 */
export async function runAll(files, shared) {
  await shared();
  keepKeys();
  const sum = { cases: 0, skipped: 0, failures: [], each: {} };
  for (const [name, load] of files) {
    reuseKeys();
    const { passed, skipped, failures } = await runFile(name, load);
    sum.each[name] = passed + failures.length;
    sum.cases += passed + failures.length;
    sum.skipped += skipped;
    sum.failures.push(...failures);
  }
  return sum;
}
