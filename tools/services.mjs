// `npm run test:services`: the suites that need more than Node: frameworks of earlier versions, from install folders of their own.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folders = join(root, "tools/services/old-frameworks");
const missing = [];

for (const name of readdirSync(folders)) {
  const cwd = join(folders, name);
  if (existsSync(join(cwd, "node_modules"))) continue;
  console.log(`installing ${name}`);
  const { status } = spawnSync(
    "npm",
    ["install", "--no-audit", "--no-fund", "--no-package-lock", "--workspaces=false"],
    {
      cwd,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  if (status !== 0) missing.push(name);
}
if (missing.length > 0) {
  console.error(`\n!!! NOT TESTED: ${missing.join(", ")} could not be installed !!!\n`);
  if (process.env.CI) process.exit(1);
}

const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--config", "vitest.services.config.ts"], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, SALLYPORT_MISSING: missing.join() },
});
process.exit(status ?? 1);
