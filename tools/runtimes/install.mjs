// The runtimes as npm packages: each in a folder of its own, installed once, all at a time.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folders = import.meta.dirname;

/** @typedef {{ name: string, kind: "node" | "bun" | "deno" | "workerd", program: string, version: string }} Runtime */

/**
 * Every runtime there is: the Node that runs this, and each folder here with a `package.json`.
 *
 * @returns {Promise<{ runtimes: Runtime[], missing: string[] }>} `missing`: why each of the others can't be had
 */
export async function installRuntimes() {
  const own = { name: "node", kind: /** @type {const} */ ("node"), program: process.execPath };
  const names = readdirSync(folders).filter((name) => existsSync(join(folders, name, "package.json")));
  const found = await Promise.all([
    { ...own, version: process.versions.node },
    ...names.map(async (name) => {
      const cwd = join(folders, name);
      const complaint = await install(cwd);
      const kind = /** @type {Runtime["kind"]} */ (name.replace(/\d+$/, ""));
      const program = programOf(cwd, kind);
      const version = program && versionOf(program);
      return version
        ? { name, kind, program, version }
        : `${name}: ${complaint || "npm installed no program"}`;
    }),
  ]);
  return {
    runtimes: found.filter((one) => typeof one !== "string"),
    missing: found.filter((one) => typeof one === "string"),
  };
}

/** @returns {Promise<string>} what npm complained of; empty where all is well */
function install(cwd) {
  // Written last, so an install that was cut short has none.
  const stamp = join(cwd, "node_modules/.installed");
  const wanted = readFileSync(join(cwd, "package.json"), "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return Promise.resolve("");
  console.log(`installing ${join("tools/runtimes", cwd.slice(folders.length + 1))}`);
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  return new Promise((ended) => {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const child = spawn(npm, ["install", "--workspaces=false", ...options], {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
      shell: process.platform === "win32",
    });
    let complaint = "";
    child.stderr.on("data", (data) => {
      complaint += data;
    });
    child.on("error", (error) => ended(error.message));
    child.on("close", (code) => {
      if (code === 0) writeFileSync(stamp, wanted);
      ended(code === 0 ? "" : complaint.trim() || `npm ended with ${code}`);
    });
  });
}

/** Not `.bin`: of an optional package it is not always there. */
function programOf(cwd, kind) {
  const modules = join(cwd, "node_modules");
  const file = process.platform === "win32" ? `${kind}.exe` : kind;
  const candidates =
    kind === "node"
      ? (existsSync(modules) ? readdirSync(modules) : []).map((name) => join(modules, name, "bin", file))
      : [join(modules, ".bin", process.platform === "win32" ? `${kind}.cmd` : kind)];
  return candidates.find((path) => existsSync(path));
}

function versionOf(program) {
  const { stdout, status } = spawnSync(program, ["--version"], { encoding: "utf8" });
  return status === 0 ? /\d[\d.-]*\d/.exec(stdout)?.[0] : undefined;
}
