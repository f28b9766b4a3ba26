// Which version of a package was measured.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/** `name version`, as installed. Not every package exports its package.json, so its folder is looked for. */
export function named(name) {
  const folder = require.resolve.paths(name).find((path) => existsSync(join(path, name, "package.json")));
  const { version } = JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8"));
  return `${name} ${version}`;
}
