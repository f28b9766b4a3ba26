// The command-line client that exists for our native clients' endpoints, from PyPI, kept in the user's cache.
import { existsSync } from "node:fs";
import { debianForVenv, installVenv, venvPath } from "./lib/venv.mjs";

const version = "2603.0.1";
const folder = `python-client-${version}`;
const given = process.env.SALLYPORT_PYTHON_CLIENT;

export const name = "python";
export const debian = given || existsSync(venvPath(folder)) ? [] : debianForVenv();

/** The Python that has it. */
export async function prepare() {
  const python = given ?? installVenv(folder, [`py-oidc-auth-client==${version}`]);
  if (!existsSync(python)) throw new Error(`there is no ${python}`);
  return { SALLYPORT_PYTHON_CLIENT: python };
}
