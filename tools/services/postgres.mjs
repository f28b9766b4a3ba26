// PostgreSQL, for the session store that keeps its sessions there. The suite starts it as a user who is not root: initdb refuses root.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const versions = "/usr/lib/postgresql";
const folder = process.env.SALLYPORT_POSTGRES_BIN ?? newest();

export const name = "postgres";
export const debian = folder === undefined ? ["postgresql"] : [];

export async function prepare() {
  const found = folder ?? newest();
  if (found === undefined) throw new Error(`there is no initdb in ${versions}`);
  return { SALLYPORT_POSTGRES_BIN: found };
}

/** @returns {string | undefined} the folder of the newest version's programs */
function newest() {
  if (!existsSync(versions)) return undefined;
  const folders = readdirSync(versions)
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(versions, version, "bin"));
  return folders.find((path) => existsSync(join(path, "initdb")));
}
