// Secrets from where no history and no list of processes shows them: standard input, a file, a prompt without an echo.
import { readFileSync } from "node:fs";
import { type Input, type Io, UnansweredError, UsageError } from "./io.ts";

const longest = 65_536;

/**
 * All of standard input.
 *
 * @throws UsageError where it is too long
 */
export async function readAll(input: Input): Promise<string> {
  let text = "";
  for await (const chunk of input) {
    text += chunk;
    if (text.length > longest) throw new UsageError("Standard input is longer than any token (64 KiB)");
  }
  return text;
}

/**
 * One line that the terminal does not show, and that no line editor's limit cuts (canonical mode ends at 4096 bytes).
 *
 * @throws UsageError where standard input is no terminal; UnansweredError where the answer is Ctrl-C
 */
export async function askHidden(question: string, { stdin, stderr }: Io, elsewhere: string): Promise<string> {
  if (!stdin.isTTY || !stdin.setRawMode) throw new UsageError(elsewhere);
  // Before the question is seen: what is pasted at once must not be echoed, either.
  stdin.setRawMode(true);
  stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = "";
      const listener = (chunk: Buffer | string) => {
        for (const character of chunk.toString()) {
          const done = character === "\r" || character === "\n" || character === "\u0004";
          if (done || character === "\u0003") {
            stdin.removeListener("data", listener);
            if (done) resolve(text);
            else reject(new UnansweredError("Stopped"));
            return;
          }
          text = character === "\u007f" || character === "\b" ? text.slice(0, -1) : text + character;
        }
      };
      stdin.on("data", listener);
      stdin.resume();
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

/**
 * A secret in a file; a line ending at its end is dropped.
 *
 * @throws UsageError where it can't be read, or is empty
 */
export function readSecretFile(path: string, option: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new UsageError(`${option}: the file can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (text === "") throw new UsageError(`${option}: the file is empty`);
  return text;
}
