// Builds what is stale, in order of dependence: `node tools/build.mjs [--quiet]`. Quick when nothing has changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(import.meta.dirname, "..");
/** A folder is built from its own files and from what was built before it. */
export const targets = ["packages/sallyport", "packages/dev-idp", "examples/quick-start"];

/** Fingerprint of a folder's sources: names, sizes and times. */
export function fingerprint(folder) {
  const hash = createHash("sha256");
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === "node_modules" || entry.name === "dist" || entry.name === "test") continue;
      const inner = join(path, entry.name);
      if (entry.isDirectory()) visit(inner);
      else {
        const { mtimeMs, size } = statSync(inner);
        hash.update(`${inner}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  visit(folder);
  return hash.digest("hex");
}

/** Builds one folder unless its stamp says that it is built. Returns whether it built. */
export function build(folder, seed, run = runTsc) {
  const dist = join(folder, "dist");
  const stampFile = join(dist, ".built");
  const stamp = `${seed}${fingerprint(folder)}`;
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return { built: false, stamp };
  // From nothing, so that what a deleted source left behind is gone.
  rmSync(dist, { recursive: true, force: true });
  run(folder);
  writeFileSync(stampFile, stamp);
  return { built: true, stamp };
}

function runTsc(folder) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", folder], { stdio: "inherit" });
  if (status !== 0) {
    console.error(`Building ${folder} failed`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const quiet = process.argv.includes("--quiet");
  let seed = "";
  for (const target of targets) {
    const start = performance.now();
    const { built, stamp } = build(join(root, target), seed);
    seed = createHash("sha256").update(stamp).digest("hex");
    if (built || !quiet) console.log(`${built ? "built" : "fresh"} ${target} (${Math.round(performance.now() - start)} ms)`);
  }
}
