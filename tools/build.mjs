// Builds what is stale, in order of dependence: `node tools/build.mjs [--quiet]`. Quick when nothing has changed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(import.meta.dirname, "..");
/** A folder is built from its own files and from what was built before it. */
export const targets = [
  "packages/sallyport",
  "packages/dev-idp",
  "packages/cli",
  "examples/quick-start",
  "examples/relying-party",
  "examples/setup",
  "examples/server-rendered",
  "examples/single-page",
];

/** Fingerprint of a folder's sources: names, sizes and times. */
export function fingerprint(folder) {
  const hash = createHash("sha256");
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (/^(node_modules|test|dist(\.\d+)?)$/.test(entry.name)) continue;
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

/**
 * Builds one folder unless its stamp says that it is built. Returns whether it built.
 *
 * @throws Error where the compiler fails; the build before it stays, and stays stale
 */
export function build(folder, seed, run = runTsc) {
  const dist = join(folder, "dist");
  const stamp = `${seed}${fingerprint(folder)}`;
  const stampFile = join(dist, ".built");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return { built: false, stamp };
  // Beside it and from nothing: what a deleted source left behind is gone, and two builds at once don't mix.
  const fresh = `${dist}.${process.pid}`;
  try {
    run(folder, fresh);
    writeFileSync(join(fresh, ".built"), stamp);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return { built: true, stamp };
}

function runTsc(folder, outDir) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  if (!existsSync(tsc)) throw new Error("tsc is not installed: run `npm install` first");
  const args = [tsc, "-p", folder, "--outDir", outDir, "--noEmitOnError"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${stdout}${stderr}Building ${relative(root, folder)} failed`);
}

function buildOrExit(folder, seed) {
  try {
    return build(folder, seed);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const quiet = process.argv.includes("--quiet");
  // The compiler and the settings that all share count as sources, too.
  const shared = ["tsconfig.base.json", "node_modules/typescript/package.json"].map((path) =>
    join(root, path),
  );
  let seed = shared.map((path) => (existsSync(path) ? statSync(path).mtimeMs : 0)).join();
  for (const target of targets) {
    const start = performance.now();
    const { built, stamp } = buildOrExit(join(root, target), seed);
    seed = createHash("sha256").update(stamp).digest("hex");
    if (built || !quiet)
      console.log(`${built ? "built" : "fresh"} ${target} (${Math.round(performance.now() - start)} ms)`);
  }
}
