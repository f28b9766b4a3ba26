// `sallyport <command> …`: finds the command, reads its options, runs it, and turns what it throws into one sentence.
import { readFileSync } from "node:fs";
import { nearest } from "sallyport/diagnose";
import { asCalled } from "./called.ts";
import { type Command, commandHelp, overview } from "./command.ts";
import { commands } from "./commands/index.ts";
import { exit, type Io, RefusedError, UnansweredError, UsageError } from "./io.ts";
import { readOptions } from "./options.ts";
import { styleFor } from "./style.ts";

/**
 * Runs the command line.
 *
 * @param args what stands behind `sallyport`
 * @returns the exit status: 0, 1 or 2, as {@link exit} has them
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const style = styleFor(io.stderr, io.env);
  try {
    return await dispatch(args, io);
  } catch (error) {
    const known =
      error instanceof UsageError || error instanceof UnansweredError || error instanceof RefusedError;
    const sentence = known
      ? error.message
      : `It failed: ${error instanceof Error ? error.message : "unknown"}`;
    io.stderr.write(`${style.red("sallyport:")} ${asCalled(sentence, io)}\n`);
    return error instanceof RefusedError ? exit.mend : exit.unanswered;
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = args;
  const style = styleFor(io.stdout, io.env);
  if (first === "--version" || first === "-v") return say(io, `${version()}\n`);
  if (first === "--help" || first === "-h") return say(io, overview(commands, style));
  if (first === "help") {
    const [name] = rest;
    return say(io, name === undefined ? overview(commands, style) : commandHelp(find(name), style));
  }
  if (first === undefined) {
    io.stderr.write(asCalled(overview(commands, styleFor(io.stderr, io.env)), io));
    return exit.unanswered;
  }
  const found = find(first);
  if (rest.includes("--help") || rest.includes("-h")) return say(io, commandHelp(found, style));
  try {
    return await found.run(readOptions(rest, found.options, io.env, found.strayArgument), io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message} (sallyport help ${found.name})`);
  }
}

function say(io: Io, text: string): number {
  io.stdout.write(asCalled(text, io));
  return exit.fine;
}

function find(name: string): Command {
  const found = commands.find((one) => one.name === name);
  if (found) return found;
  const names = commands.map((one) => one.name);
  // What is typed in a command's place may be a token, pasted: it is not repeated.
  const near = nearest(name, [...names, "help"]);
  const hint = near === undefined ? `: there are ${names.join(", ")}` : `; did you mean ${near}?`;
  throw new UsageError(`There is no such command${hint} (sallyport --help)`);
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
