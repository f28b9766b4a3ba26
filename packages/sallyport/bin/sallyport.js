#!/usr/bin/env node
// `npx sallyport` with the library alone: hands on to the command where that is installed, and says how to get it where not.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const name = "@sallyport/cli";
// Beside the library, or in the project from which it was called.
const places = [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href];

const program = places.map(find).find((path) => path !== undefined);
if (program !== undefined) {
  await import(pathToFileURL(program).href);
} else if (process.argv[2] === "--version") {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`${version}\n`);
} else {
  process.stderr.write(
    `The command is a package of its own, so that the library brings nothing that an API does not need: install \`${name}\` beside \`sallyport\`, as Sallyport's README says.\n`,
  );
  process.exitCode = 2;
}

/** @param {string} place */
function find(place) {
  try {
    const path = join(dirname(createRequire(place).resolve(`${name}/package.json`)), "bin/sallyport.js");
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
