// `npm run check`: everything that must hold beside the tests. Runs all of it, then says what failed.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const bin = (name, file) => join(root, "node_modules", name, file);
const inside = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);

/** Every project there is: the packages as they are built, without Node's types, with their tests; examples, bench, tools. */
const projects = [...inside("packages"), ...inside("examples"), "bench", "tools"]
  .flatMap(inside)
  .filter((path) => /\/tsconfig(\.\w+)?\.json$/.test(path))
  // Compiled against the NestJS of this workspace; the suites run with the older ones.
  .concat("packages/sallyport/test/services/tsconfig.json");

/** @type {[name: string, args: string[]][]} */
const steps = [
  ["build", ["tools/build.mjs", "--quiet"]],
  ...projects.map((path) => /** @type {[string, string[]]} */ ([`types ${path}`, typesOf(path)])),
  ["biome", [bin("@biomejs/biome", "bin/biome"), "check", "--error-on-warnings", "."]],
  ["rooms", ["tools/check-rooms.mjs"]],
  ["unused code", [bin("knip", "bin/knip.js"), "--no-progress"]],
  ["lock file", ["tools/check-lock.mjs"]],
  ["documentation is fresh", ["tools/docs.mjs", "--check"]],
  ["packed packages", ["tools/pack-smoke.mjs"]],
];

const failed = [];
for (const [name, args] of steps) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  const good = status === 0;
  console.log(`${good ? "ok    " : "FAILED"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  if (!good) {
    failed.push(name);
    console.log(`${stdout}${stderr}`.trimEnd());
  }
}
if (failed.length > 0) console.log(`Failed: ${failed.join(", ")}`);
console.log(`${steps.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);

function typesOf(path) {
  return [bin("typescript", "bin/tsc"), "-p", path, "--noEmit"];
}
