// Vitest's runner for a mutation run: each test again for every refusal that happened in it, with that refusal disabled.
import { appendFileSync, openSync, readFileSync, readSync } from "node:fs";
import { TestRunner } from "vitest";

const { SALLYPORT_PLAN: planFile, SALLYPORT_REPORT: report, SALLYPORT_MUTANT: alone } = process.env;
const { endless } = JSON.parse(readFileSync(planFile, "utf8"));
/** A refusal that happens in hundreds of tests which are not about it would take longer than all others. */
const mostTries = 30;
const longestMs = 4000;
// As it is before a test takes the clock in hand.
const now = performance.now.bind(performance);
let disabled = Number(alone ?? -1);
const inFile = new Set();
const inTest = new Set();

// The instrumented sources ask this when they are about to refuse, and only then.
globalThis.__mutant = (number) => {
  inFile.add(number);
  inTest.add(number);
  return number === disabled;
};

/** With `SALLYPORT_MUTANT` the tests run once, with that refusal disabled. Otherwise the report gets what they notice. */
export default class MutationRunner extends TestRunner {
  /** Two tests at a time would meet each other's mutants. */
  onBeforeRunFiles(files) {
    for (const file of files) runInSequence(file);
  }

  /** @override */
  async onBeforeRunTask(test) {
    await super.onBeforeRunTask(test);
    if (alone !== undefined) return;
    this.attempts = attempts(test.file.filepath);
    this.next = this.attempts.next();
    // Retries, not repetitions: how many is known after the first run only.
    test.retry = { count: Number.MAX_SAFE_INTEGER, condition: () => !this.next.done };
  }

  /** @override */
  onBeforeTryTask(test) {
    super.onBeforeTryTask(test);
    if (alone === undefined) disabled = this.next.value;
  }

  onAfterRetryTask({ result }) {
    if (alone !== undefined) return;
    disabled = -1;
    this.next = this.attempts.next(result.state === "pass");
    if (!this.next.done) Object.assign(result, { state: "fail", errors: [new Error("To be run again")] });
    else if (this.next.value) Object.assign(result, { state: "pass", errors: undefined });
  }

  /** @override */
  onAfterRunFiles(files) {
    super.onAfterRunFiles();
    for (const { filepath } of files) write({ suite: filepath, happened: [...inFile] });
  }
}

/**
 * What to disable in one test's next run (-1: nothing); is told whether that run passed. Returns whether the test is good.
 * A mutant is noticed only where the test, run once more without it, passes: else the test can't be run twice, or an
 * earlier mutant left something behind.
 */
function* attempts(path) {
  inTest.clear();
  const start = now();
  if (!(yield -1)) return false;
  // What waits for seconds is not waited for again and again: what only it notices is tried on its own.
  if (now() - start > longestMs) return true;
  for (const number of [...inTest]) {
    if (endless.includes(number) || isSettled(number)) continue;
    write({ trying: number, suite: path });
    // Twice, so that it is not by chance.
    if ((yield number) || (yield number)) continue;
    if (!(yield -1)) break;
    write({ noticed: number });
  }
  return true;
}

const settled = new Set();
const tries = new Map();
const unread = report ? openSync(report, "r") : undefined;
const buffer = Buffer.alloc(65_536);
let tail = "";

/** Whether any worker has noticed it, or enough tests have not: the rest see it on its own. Of the report, only what is new is read. */
function isSettled(number) {
  for (let size = readSync(unread, buffer, {}); size > 0; size = readSync(unread, buffer, {})) {
    const lines = (tail + buffer.toString("latin1", 0, size)).split("\n");
    tail = lines.pop();
    for (const { noticed, trying } of lines.map((line) => JSON.parse(line))) {
      if (noticed !== undefined) settled.add(noticed);
      if (trying === undefined) continue;
      tries.set(trying, (tries.get(trying) ?? 0) + 1);
      if (tries.get(trying) === mostTries) settled.add(trying);
    }
  }
  return settled.has(number);
}

function write(line) {
  if (report) appendFileSync(report, `${JSON.stringify(line)}\n`);
}

function runInSequence(task) {
  task.concurrent = false;
  for (const inner of task.tasks ?? []) runInSequence(inner);
}
