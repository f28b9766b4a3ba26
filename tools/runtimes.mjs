// `npm run test:runtimes`: the core's tests on every runtime, against the packed package, and a live server on each.
//
//   --only NAME  one of tools/runtimes/* (node24, bun, …), or `node`, the one that runs this
//
// A runtime that can't be had is said loudly; in CI it is a failure, and so is one that runs fewer cases than another.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { bundleForWorkerd, bundleLive, bundleTests } from "./runtimes/bundle.mjs";
import { installRuntimes } from "./runtimes/install.mjs";
import { commands, runLive, serveTables } from "./runtimes/live/run.mjs";

const root = resolve(import.meta.dirname, "..");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const names = { node: "Node", bun: "Bun", deno: "Deno", workerd: "workerd" };
const tableTimeoutMs = 300_000;

// Below the repository, so that Node finds the frameworks where the tests do.
mkdirSync(join(root, "tools/runtimes/.run"), { recursive: true });
const folder = mkdtempSync(join(root, "tools/runtimes/.run/run-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const [{ runtimes: all, missing }, bundle] = await Promise.all([installRuntimes(), prepare()]);
const runtimes = all.filter(({ name }) => only === undefined || name === only);
if (!bundle.vectors)
  console.error("\n!!! SKIPPED: the independent vectors are not at ../shared/vectors !!!\n");

let passed = 0;
const failures = [];
const counts = new Map();
const queue = [...runtimes];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));

/** What the tables have by themselves, counted where nothing was bundled away: no run may have fewer. */
const [reference] = counts.values();
for (const [name, cases] of counts) {
  if (cases !== reference) failures.push(`${name} ran ${cases} cases, another runtime ${reference}`);
  if (cases < bundle.tableLength)
    failures.push(`${name} ran ${cases} cases, the tables alone have ${bundle.tableLength}`);
}
if (runtimes.length === 0) failures.push(`there is no runtime ${only}`);
if (missing.length > 0 && only === undefined) {
  console.error(`\n!!! NOT TESTED: ${missing.join("; ")} !!!\n`);
  if (process.env.CI) failures.push(...missing);
}
for (const failure of failures) console.error(`- ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);

async function prepare() {
  const { status } = spawnSync(process.execPath, [join(root, "tools/build.mjs"), "--quiet"], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the packages do not build");
  const target = join(folder, "node_modules/sallyport");
  mkdirSync(target, { recursive: true });
  const pack = ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const cwd = join(root, "packages/sallyport");
  const [{ filename }] = JSON.parse(
    execFileSync(npm, pack, { cwd, encoding: "utf8", shell: process.platform === "win32" }),
  );
  execFileSync("tar", ["xzf", filename, "-C", "node_modules/sallyport", "--strip-components=1"], {
    cwd: folder,
  });
  // What an application installs beside it. Not every runtime looks for packages above the folder.
  for (const name of ["openid-client", "oauth4webapi", "jose"]) {
    cpSync(join(root, "node_modules", name), join(folder, "node_modules", name), { recursive: true });
  }
  const bundle = await bundleTests(folder);
  await Promise.all([bundleForWorkerd(folder), bundleLive(folder)]);
  return bundle;
}

async function work() {
  for (let runtime = queue.shift(); runtime; runtime = queue.shift()) {
    const label = `${names[runtime.kind]} ${runtime.version}`;
    const start = performance.now();
    try {
      const tables =
        runtime.kind === "workerd" ? await serveTables(runtime, folder) : await runTables(runtime);
      const live = await runLive(runtime, folder);
      const wrong = [...tables.failures, ...live.failures];
      const seconds = Math.round((performance.now() - start) / 1000);
      console.log(
        `${label}: ${tables.cases} cases, ${tables.failures.length} failed; ` +
          `live ${live.passed + live.failures.length}, ${live.failures.length} failed (${seconds} s)`,
      );
      counts.set(label, tables.cases);
      passed += tables.cases - tables.failures.length + live.passed;
      failures.push(...wrong.map((one) => `${label}: ${one}`));
    } catch (error) {
      console.log(`${label}: did not run`);
      failures.push(`${label}: ${error.message}`);
    }
  }
}

/** @returns {Promise<{ cases: number, failures: string[] }>} */
function runTables(runtime) {
  return new Promise((ended, reject) => {
    const child = spawn(runtime.program, commands[runtime.kind]("main.mjs"), {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: tableTimeoutMs,
      killSignal: "SIGKILL",
    });
    let text = "";
    let errors = "";
    child.stdout.on("data", (data) => {
      text += data;
    });
    child.stderr.on("data", (data) => {
      errors += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const line = text.trim().split("\n").at(-1);
      if (line?.startsWith('{"cases"')) ended(JSON.parse(line));
      else reject(new Error(`the tables ended with ${code}: ${errors.slice(-2000)}${text.slice(-500)}`));
    });
  });
}
