// `npm run mutate`: disables each refusal of the rooms of `mutate/rooms.mjs` in turn, and fails where no test notices.
//
//   --only TEXT  tries the refusals of files whose path has TEXT
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { equivalent } from "./mutate/equivalent.mjs";
import { floors } from "./mutate/rooms.mjs";
import { findSites } from "./mutate/sites.mjs";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "packages/sallyport/src");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";

const folder = mkdtempSync(join(tmpdir(), "mutants-"));
const planFile = join(folder, "plan.json");
const reportFile = join(folder, "report.jsonl");
const plan = makePlan();
writeFileSync(planFile, JSON.stringify(plan));
writeFileSync(reportFile, "");

process.on("exit", () => rmSync(folder, { recursive: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const started = Date.now();
const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
const mutants = plan.files.flatMap(({ path, sites, first }) =>
  sites.map((site, index) => ({ ...site, path: relative(root, path), number: first + index })),
);
let failed = 0;

if (mutants.length === 0) {
  console.log(`No refusal of the rooms stands in a file whose path has \`${only}\``);
  process.exit(1);
}
console.log(`${mutants.length} refusals; each test runs again for every refusal that happens in it`);
const good = await runTests([], { SALLYPORT_REPORT: reportFile });
const report = readFileSync(reportFile, "utf8").trim().split("\n").filter(Boolean);
const lines = report.map((line) => JSON.parse(line));
const noticed = new Set(lines.map((line) => line.noticed));
if (!good) {
  tell(whatWentWrong());
  console.log(`0 passed, ${failed} failed`);
  process.exit(1);
}

const unnoticed = mutants.filter(({ number }) => !noticed.has(number));
const queue = unnoticed.filter((mutant) => !excuseOf(mutant));
const excused = unnoticed.length - queue.length;
console.log(
  `${mutants.length - unnoticed.length} noticed (${seconds()}); ${queue.length} left, each on its own`,
);
await Promise.all(Array.from({ length: availableParallelism() }, work));
tellWrongExcuses();

console.log(`${mutants.length} refusals disabled in ${seconds()}, ${excused} of them excused as equivalent`);
console.log(`${mutants.length - excused - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** In a process of its own: what only happens while a file is loaded, and what a test can't show twice. */
async function work() {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const { number, path, line, text } = mutant;
    const suites = lines.filter(({ happened }) => happened?.includes(number)).map(({ suite }) => suite);
    if (suites.length > 0 && !(await runTests(suites, { SALLYPORT_MUTANT: String(number) }))) continue;
    tell(`SURVIVED ${path}:${line} ${text.slice(0, 120)} (happens in ${suites.length} suites)`);
  }
}

function excuseOf({ within, text }) {
  return equivalent.find((excuse) => excuse.within === within && text.startsWith(excuse.text));
}

/** An excuse is for one refusal, which is there and which no test notices. */
function tellWrongExcuses() {
  for (const excuse of equivalent) {
    const meant = mutants.filter((mutant) => excuseOf(mutant) === excuse);
    if (meant.some(({ number }) => noticed.has(number))) tell(`NO EXCUSE, a test notices: ${excuse.text}`);
    else if (meant.length > 1) tell(`NO EXCUSE, for ${meant.length} refusals at once: ${excuse.text}`);
    else if (meant.length === 0 && only === "") tell(`NO EXCUSE, no such refusal: ${excuse.text}`);
  }
}

function tell(problem) {
  failed += 1;
  console.log(problem);
}

function whatWentWrong() {
  const ended = lines.filter(({ happened }) => happened).map(({ suite }) => suite);
  const last = lines.findLast(({ trying, suite }) => trying !== undefined && !ended.includes(suite));
  if (!last) return "The tests fail without any refusal disabled";
  const { path, line, text } = mutants[last.trying];
  return `${relative(root, last.suite)} does not end without ${path}:${line} ${text.slice(0, 120)}`;
}

function makePlan() {
  let first = 0;
  const suites = [];
  const files = floors.flatMap((floor) => {
    const found = floor.sources
      .flatMap(filesBelow)
      .filter((path) => path.endsWith(".ts") && path.includes(only))
      .map((path) => {
        const text = readFileSync(path, "utf8");
        const sites = findSites(path, text, floor);
        const file = { path, text, sites, first };
        first += sites.length;
        return file;
      });
    if (found.some(({ sites }) => sites.length > 0)) suites.push(...floor.suites);
    return found;
  });
  const endless = files.flatMap(({ sites, first }) =>
    sites.flatMap((site, index) => (site.endless ? [first + index] : [])),
  );
  return { files, endless, suites };
}

/** A file, or all below a folder. */
function filesBelow(name) {
  const path = join(source, name);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true }).map((inner) => join(path, inner));
}

/** Whether the tests pass: of the suites named, or of all. */
function runTests(suites, env) {
  const alone = suites.length > 0;
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        ...["--config", "tools/mutate/vitest.config.mjs", "--root", root, "--bail", "1"],
        ...suites.map((path) => relative(root, path)),
      ],
      {
        cwd: root,
        // A group of its own: one that hangs in a worker is ended with its workers.
        detached: true,
        env: { ...process.env, NODE_NO_WARNINGS: "1", SALLYPORT_PLAN: planFile, ...env },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let complaints = "";
    child.stderr.on("data", (data) => {
      complaints += data;
    });
    const end = () => process.kill(-child.pid, "SIGKILL");
    // A mutant may make a test hang: that is noticed too.
    const timer = setTimeout(end, alone ? 60_000 : 900_000);
    process.on("exit", end);
    child.on("exit", (code) => {
      clearTimeout(timer);
      process.off("exit", end);
      if (!alone && code !== 0) console.error(complaints);
      done(code === 0);
    });
  });
}
