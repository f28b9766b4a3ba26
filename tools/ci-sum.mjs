// The last line of a CI run: what every suite counted, added up. A step that failed without counting is one failure.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, failedSteps] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(folder)) {
  const text = stripColours(readFileSync(join(folder, name), "utf8"));
  // vitest: "      Tests  1 failed | 12 passed | 3 skipped (16)"; our own tools: "12 passed, 1 failed".
  for (const [, counts] of text.matchAll(/^\s*Tests\s+(.*)$/gm)) add(counts);
  for (const [line] of text.matchAll(/^\d+ passed, \d+ failed(, \d+ skipped)?$/gm)) add(line);
}
if (sum.failed === 0) sum.failed = Number(failedSteps);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exit(sum.failed === 0 && sum.passed > 0 ? 0 : 1);

function add(counts) {
  for (const [, number, kind] of counts.matchAll(/(\d+) (passed|failed|skipped|todo)/g)) {
    sum[kind === "todo" ? "skipped" : kind] += Number(number);
  }
}

function stripColours(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of.
  return text.replace(/\u001b\[[0-9;]*m/g, "");
}
