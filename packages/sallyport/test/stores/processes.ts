// Stores in processes of their own, used as if they were here. They run what is built: `npm test` builds first.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type SessionStore, storeVerbs } from "../../src/session/index.ts";

/** A store in another process. */
export interface StoreProcess {
  readonly store: SessionStore;
  /** Ends it, as `kill -9` does if asked to. */
  stop(signal?: "SIGKILL"): Promise<void>;
}

interface Message {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly code?: string;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const program = fileURLToPath(new URL("store-process.mjs", import.meta.url));
/** @throws Error by rejection, where the store can't be made there */
export async function startStoreProcess(kind: string, address: string, prefix = ""): Promise<StoreProcess> {
  const child = spawn(process.execPath, [program, kind, address, ...(prefix === "" ? [] : [prefix])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting = new Map<number, Waiting>();
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.once("line", (line) => {
      const { failed } = JSON.parse(line) as { readonly failed?: string };
      if (failed === undefined) resolve();
      else reject(new Error(failed));
    });
    child.once("exit", () => reject(new Error("The process ended")));
  });
  lines.on("line", (line) => {
    const { id, value, error, code } = JSON.parse(line) as Message;
    const { resolve, reject } = waiting.get(id) as Waiting;
    waiting.delete(id);
    if (error === undefined) resolve(value);
    else reject(Object.assign(new Error(error), { code }));
  });
  let count = 0;
  const call = (verb: string, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      count += 1;
      waiting.set(count, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id: count, verb, args })}\n`);
    });
  const store = Object.fromEntries(
    storeVerbs.map((verb) => [verb, (...args: readonly unknown[]) => call(verb, args)]),
  ) as unknown as SessionStore;
  return { store, stop: (signal) => end(child, signal) };
}

async function end(child: ChildProcess, signal?: "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (signal) child.kill(signal);
  else child.stdin?.end();
  await ended;
}
