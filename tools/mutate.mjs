// `npm run mutate`: disables each refusal of verify/ and authorize/ in turn, and fails where no test notices.
//
//   --sample N   tries every Nth mutant only (a quick look; CI tries all)
//   --only TEXT  tries mutants of files whose path has TEXT
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { equivalent } from "./mutate/equivalent.mjs";
import { findSites } from "./mutate/sites.mjs";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "packages/sallyport/src");
const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

const folder = mkdtempSync(join(tmpdir(), "mutants-"));
const planFile = join(folder, "plan.json");
const reachedFile = join(folder, "reached.jsonl");
const noticedFile = join(folder, "noticed.json");
const plan = makePlan();
writeFileSync(planFile, JSON.stringify(plan));
writeFileSync(reachedFile, "");

const started = Date.now();
const mutants = plan.files.flatMap(({ path, sites, first }) =>
  sites.map((site, index) => ({ ...site, path: relative(root, path), number: first + index })),
);
const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;

console.log(`${mutants.length} refusals; first, all of them over the tables, in one process`);
await orExit(runTests([], -1, { SALLYPORT_NOTICED: noticedFile }), "The sweep failed");
const noticed = new Set(JSON.parse(readFileSync(noticedFile, "utf8")));
console.log(
  `${noticed.size} noticed there (${seconds()}); the others one by one, by the suites that reach them`,
);
await orExit(runTests([], -1, { SALLYPORT_REACHED: reachedFile }), "The tests fail without any mutant");
const reach = readFileSync(reachedFile, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

const sample = Number(option("--sample") ?? 1);
const chosen = mutants.filter(({ number }) => number % sample === 0);
const queue = chosen.filter(({ number }) => !noticed.has(number));
const survivors = [];
let excused = 0;
let tried = chosen.length - queue.length;
await Promise.all(Array.from({ length: Math.max(1, Math.min(4, availableParallelism())) }, work));

console.log(`\n${tried} refusals disabled in ${seconds()}; ${excused} excused as equivalent`);
console.log(`${tried - survivors.length} passed, ${survivors.length} failed`);
rmSync(folder, { recursive: true });
process.exit(survivors.length === 0 ? 0 : 1);

async function orExit(run, problem) {
  if ((await run) === 0) return;
  console.error(problem);
  process.exit(1);
}

async function work() {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const excuse = equivalent.find(
      ({ file, text }) => mutant.path.endsWith(file) && mutant.text.startsWith(text),
    );
    if (excuse) {
      excused += 1;
      continue;
    }
    const files = reach.filter(([, numbers]) => numbers.includes(mutant.number)).map(([path]) => path);
    tried += 1;
    const killed = files.length > 0 && (await runTests(files, mutant.number, {})) !== 0;
    process.stdout.write(killed ? "." : "S");
    if (!killed) {
      survivors.push(mutant);
      console.log(
        `\nSURVIVED ${mutant.path}:${mutant.line}  ${mutant.text.split("\n")[0]} (${files.length} suites)`,
      );
    }
  }
}

function makePlan() {
  const only = option("--only") ?? "";
  const paths = ["verify", "authorize"].flatMap((room) =>
    readdirSync(join(source, room))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(source, room, name)),
  );
  let first = 0;
  const files = paths
    .filter((path) => path.includes(only))
    .map((path) => {
      const sites = findSites(path, readFileSync(path, "utf8"));
      const file = { path, sites, first };
      first += sites.length;
      return file;
    });
  return { files };
}

function runTests(files, number, env) {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--config",
        "tools/mutate/vitest.config.mjs",
        "--root",
        root,
        ...(number < 0 ? [] : ["--bail", "1"]),
        ...files.map((path) => relative(root, path)),
      ],
      {
        cwd: root,
        env: { ...process.env, SALLYPORT_PLAN: planFile, SALLYPORT_MUTANT: String(number), ...env },
        stdio: number < 0 ? ["ignore", "ignore", "inherit"] : "ignore",
      },
    );
    // A mutant may make a test hang: that is noticed too.
    const timer = setTimeout(() => child.kill("SIGKILL"), number < 0 ? 1_500_000 : 120_000);
    child.on("exit", (code) => {
      clearTimeout(timer);
      done(code ?? 1);
    });
  });
}
