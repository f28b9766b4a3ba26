// The command in this process with streams of its own, and as the built program in a child.
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Io, main } from "../../src/index.ts";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  readonly binFolder?: string;
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
  /** Hears what is said to the person while the command runs. */
  readonly onStderr?: (all: string) => void;
  readonly onStdout?: (all: string) => void;
}

/** Runs the command in this process. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const said = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr", heard?: (all: string) => void) => ({
    write(text: string) {
      said[name] += text;
      heard?.(said[name]);
    },
  });
  const io: Io = {
    stdin: Readable.from(options.stdin === undefined ? [] : [options.stdin]) as Io["stdin"],
    stdout: stream("stdout", options.onStdout),
    stderr: stream("stderr", options.onStderr),
    env: options.env ?? {},
    binFolder: options.binFolder,
    fetch: options.fetch ?? globalThis.fetch,
    now: options.now ?? Date.now,
    untilStopped: () => options.signal ?? new AbortController().signal,
  };
  const status = await main(args, io);
  return { status, ...said };
}

/** Runs the command for its JSON. */
export async function runJson<Answer>(
  args: readonly string[],
  options?: RunOptions,
): Promise<Ran & { readonly json: Answer }> {
  const ran = await run([...args, "--json"], options);
  if (ran.stdout === "") throw new Error(`No JSON came: ${ran.stderr}`);
  return { ...ran, json: JSON.parse(ran.stdout) as Answer };
}

export const bin = fileURLToPath(new URL("../../bin/sallyport.js", import.meta.url));

/** The environment of a child: nothing of the one who runs the tests. */
export const childEnv = (extra: Record<string, string> = {}) => ({
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "",
  ...extra,
});

/** Runs the built program. */
export function runBin(args: readonly string[], { stdin = "", env = {} }: RunOptions = {}): Promise<Ran> {
  const child = spawn(process.execPath, [bin, ...args], { env: childEnv(env) });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      said[name] += chunk.toString();
    });
  // Whoever refuses at once reads nothing.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  return new Promise((resolve) => {
    child.on("close", (status) => resolve({ status, ...said }));
  });
}
