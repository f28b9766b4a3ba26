// A real browser, for what a person sees; and the examples, built, for it to look at.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const path = process.env.SALLYPORT_CHROMIUM ?? "/usr/bin/chromium";
const root = resolve(import.meta.dirname, "../..");

export const name = "chromium";
export const debian = existsSync(path) ? [] : ["chromium"];

export async function prepare() {
  if (!existsSync(path)) throw new Error(`there is no ${path}`);
  // Here, once: suites run side by side, and would build side by side.
  const built = spawnSync(process.execPath, ["tools/build.mjs", "--quiet"], { cwd: root, encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stderr);
  return { SALLYPORT_CHROMIUM: path };
}
