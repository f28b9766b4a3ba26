// `npm run test:services`: the suites that need more than Node: frameworks of earlier versions, from install folders of
// their own. What can't be installed is said loudly and its suite skips; in CI it is a failure.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folders = join(root, "tools/services/old-frameworks");

const missing = readdirSync(folders).filter((name) => !install(join(folders, name)));
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--config", "vitest.services.config.ts"], {
  cwd: root,
  stdio: "inherit",
});
if (missing.length > 0) console.error(`\n!!! NOT TESTED: ${missing.join(", ")} could not be installed !!!\n`);
process.exit(missing.length > 0 && process.env.CI ? 1 : (status ?? 1));

/** @returns {boolean} whether what `package.json` asks for is there */
function install(cwd) {
  // npm writes this file last, so an install that was cut short has none.
  const done = join(cwd, "node_modules/.package-lock.json");
  if (existsSync(done) && statSync(done).mtimeMs > statSync(join(cwd, "package.json")).mtimeMs) return true;
  console.log(`installing ${cwd.slice(root.length + 1)}`);
  const args = [
    "install",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--loglevel=error",
  ];
  return spawnSync("npm", args, { cwd, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}
