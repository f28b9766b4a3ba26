// Frameworks of earlier versions, from install folders of their own: `old-frameworks/*/package.json` says which.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const folders = join(import.meta.dirname, "old-frameworks");

export const name = "old-frameworks";
export const debian = [];

export async function prepare() {
  const missing = readdirSync(folders).filter((folder) => !install(folder));
  if (missing.length > 0) throw new Error(`npm could not install ${missing.join(", ")}`);
  return {};
}

/** @returns {boolean} whether what `package.json` asks for is there */
function install(folder) {
  const cwd = join(folders, folder);
  // npm writes this file last, so an install that was cut short has none.
  const done = join(cwd, "node_modules/.package-lock.json");
  if (existsSync(done) && statSync(done).mtimeMs > statSync(join(cwd, "package.json")).mtimeMs) return true;
  console.log(`installing ${folder}`);
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
