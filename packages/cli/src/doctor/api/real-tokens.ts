// Real tokens for `doctor --api`: from standard input, or from commands of the user's own, never from the arguments.
import { spawn } from "node:child_process";
import { childEnvOf } from "../../called.ts";
import { bare } from "../../inspect/token-text.ts";
import { type Io, UsageError } from "../../io.ts";
import { readAll } from "../../prompt.ts";

/**
 * Runs a command in the user's shell; what it writes to standard output is the token.
 *
 * @throws UsageError where it fails or writes nothing
 */
export async function tokenFromCommand(
  command: string | undefined,
  option: string,
  io: Io,
): Promise<string | undefined> {
  if (command === undefined) return undefined;
  // Its prompts and complaints are for the person at the keyboard.
  const child = spawn(command, {
    shell: true,
    env: childEnvOf(io) as NodeJS.ProcessEnv,
    stdio: ["inherit", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const status = await new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  if (status !== 0)
    throw new UsageError(`--${option}: the command failed${status === null ? "" : ` with status ${status}`}`);
  return required(bare(output), `--${option}: the command wrote no token`);
}

/** @throws UsageError where nothing comes */
export async function tokenFromStdin(io: Io): Promise<string> {
  return required(bare(await readAll(io.stdin)), "--token-stdin: no token came on standard input");
}

function required(token: string, sentence: string): string {
  // What is no token must not become a header.
  if (token === "" || !/^[\x21-\x7e]+$/.test(token)) throw new UsageError(sentence);
  return token;
}
