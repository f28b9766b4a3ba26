// `npm run test:services [-- FILTER…]`: the suites that need more than Node. Each file of `services/` brings one service; words
// given choose suites, and the services named so. What can't be had is said loudly and its suites skip; in CI it is a failure.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { installDebian } from "./services/lib/debian.mjs";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "tools/services");
const filters = process.argv.slice(2);

/**
 * @typedef {object} Service
 * @property {string} name
 * @property {string[]} debian packages of Debian to install; may be empty
 * @property {() => Promise<Record<string, string>>} prepare the suites' environment variables; throws where it can't be had
 */
const files = readdirSync(folder).filter((file) => file.endsWith(".mjs"));
/** @type {Service[]} */
const all = await Promise.all(files.map((file) => import(join(folder, file))));
const named = all.filter(({ name }) => filters.some((filter) => filter.includes(name)));
const services = named.length > 0 ? named : all;

const missing = [];
const trouble = installDebian(services.flatMap(({ debian }) => debian));
if (trouble) console.error(trouble);
const env = { ...process.env };
for (const { name, prepare } of services) {
  try {
    Object.assign(env, await prepare());
  } catch (error) {
    missing.push(`${name}: ${error.message}`);
  }
}

const status = await runVitest();
for (const sentence of missing) console.error(`\n!!! NOT TESTED: ${sentence} !!!`);
process.exit(missing.length > 0 && process.env.CI ? 1 : status);

/** @returns {Promise<number>} vitest's exit status; who ends us ends it too */
function runVitest() {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--config", "vitest.services.config.ts", ...filters];
  // In a process group of its own, so that its workers, which it would leave behind, hear of the end as well.
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: "inherit", detached: true });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.pid && process.kill(-child.pid, signal));
  return new Promise((done) => {
    child.on("exit", (code) => done(code ?? 1));
    child.on("error", () => done(1));
  });
}
