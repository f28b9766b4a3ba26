// Packages of PyPI in a virtual environment of their own, kept in the user's cache.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sallyport");

/** Debian's Python comes without what makes environments. */
export function debianForVenv() {
  return spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0 ? [] : ["python3-venv"];
}

/** @param {string} name the environment's folder in the cache; with the versions in it, so that others get another */
export function venvPath(name) {
  return join(cache, name);
}

/**
 * Makes the environment where it is not there yet. Made beside its place, and moved there at the end: an install that was cut short
 * is none. Only its `bin/python` works after that, which is all that is used.
 *
 * @param {string} name
 * @param {string[]} requirements with their versions
 * @returns {string} its Python
 */
export function installVenv(name, requirements) {
  const home = venvPath(name);
  const python = join(home, "bin/python");
  if (existsSync(python)) return python;
  console.log(`installing ${requirements.join(" ")} into ${home}`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "installing-"));
  try {
    run("python3", ["-m", "venv", work]);
    run(join(work, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...requirements]);
    try {
      renameSync(work, home);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(python)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return python;
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error) throw new Error(`${command} can't be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} failed: ${`${stdout}${stderr}`.trim().slice(-600)}`);
}
