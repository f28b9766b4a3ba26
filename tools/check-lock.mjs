// The lock file names no registry: whoever installs takes the packages from their own. Integrity says that they are the same.
import { readFileSync } from "node:fs";

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const problems = Object.entries(lock.packages).flatMap(([path, { link, resolved, integrity }]) => {
  if (link || !path.includes("node_modules/")) return [];
  if (resolved !== undefined)
    return [`${path} names where it came from: npm config omit-lockfile-registry-resolved`];
  return integrity === undefined ? [`${path} has no integrity`] : [];
});
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
