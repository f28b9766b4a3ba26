// How the command is called from where it is installed: below node_modules it is not in a shell's PATH, and `npx` finds it.
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import type { Io } from "./io.ts";

/**
 * The `node_modules/.bin` that the running command was started from; `undefined` where it is installed for all, or run from a clone's
 * sources.
 *
 * @param script `process.argv[1]`: the link in `.bin`, or the program that it stands for
 */
export function binFolderOf(script: string | undefined): string | undefined {
  if (script === undefined) return undefined;
  const folder = dirname(script);
  if (basename(folder) === ".bin" && basename(dirname(folder)) === "node_modules") return folder;
  const [, modules] = /^(.*?[\\/]node_modules)[\\/]/.exec(script) ?? [];
  const bin = modules === undefined ? undefined : join(modules, ".bin");
  return bin !== undefined && existsSync(join(bin, "sallyport")) ? bin : undefined;
}

/** Whether a shell finds the command by `npx` only. */
export function needsNpx({ env, binFolder }: Pick<Io, "env" | "binFolder">): boolean {
  return binFolder !== undefined || env.npm_command === "exec";
}

// Not a page's title, `sallyport token: …`.
const commandLine = /(?<!npx )\bsallyport (?=(?:dev|token|inspect|doctor|help)\b(?!:)|--)/g;

/** A text whose lines for a shell are such as can be pasted here. */
export function asCalled(text: string, io: Pick<Io, "env" | "binFolder">): string {
  return needsNpx(io) ? text.replace(commandLine, "npx sallyport ") : text;
}

/** The environment for a command of the user's, in which `sallyport` is the one that runs. */
export function childEnvOf({ env, binFolder }: Pick<Io, "env" | "binFolder">): Io["env"] {
  if (binFolder === undefined) return env;
  // Windows writes it `Path`.
  const name = Object.keys(env).find((one) => one.toUpperCase() === "PATH") ?? "PATH";
  return { ...env, [name]: [binFolder, env[name]].filter(Boolean).join(delimiter) };
}
