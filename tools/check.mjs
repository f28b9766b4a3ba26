// `npm run check`: everything that must hold beside the tests. Runs all of it, then says what failed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const bin = (name, file) => join(root, "node_modules", name, file);
const tsc = bin("typescript", "bin/tsc");
const projects = ["packages", "examples", "bench"]
  .flatMap((folder) =>
    folder === "bench" ? [folder] : readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  )
  .flatMap((folder) =>
    ["tsconfig.json", "tsconfig.web.json", "tsconfig.test.json"].map((file) => `${folder}/${file}`),
  )
  .filter((file) => existsSync(join(root, file)));

const steps = [
  ["build", ["tools/build.mjs", "--quiet"]],
  ...projects.map((project) => [`types ${project}`, [tsc, "-p", project, "--noEmit"]]),
  ["biome", [bin("@biomejs/biome", "bin/biome"), "check", "--error-on-warnings", "."]],
  ["rooms", ["tools/check-rooms.mjs"]],
  ["unused code", [bin("knip", "bin/knip.js")]],
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
console.log(`${steps.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
