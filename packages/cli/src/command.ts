// What a command is, and its page of help.
import type { Io } from "./io.ts";
import type { OptionTable, Values } from "./options.ts";
import type { Style } from "./style.ts";

/** One command, as a row of {@link commands}. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly usage: readonly string[];
  /** Paragraphs below the options. */
  readonly notes: readonly string[];
  readonly options: OptionTable;
  /** Why it takes no argument beside its options. */
  readonly strayArgument: string;
  /** @returns the exit status */
  readonly run: (values: Values, io: Io) => Promise<number>;
}

/** Makes a command whose `run` knows the types of its own options. */
export function command<Table extends OptionTable>(
  row: Omit<Command, "options" | "run"> & {
    readonly options: Table;
    readonly run: (values: Values<Table>, io: Io) => Promise<number>;
  },
): Command {
  return { ...row, run: (values, io) => row.run(values as Values<Table>, io) };
}

/** The page of one command. */
export function commandHelp({ name, summary, usage, notes, options }: Command, style: Style): string {
  const rows = Object.entries(options)
    .filter(([, { refused }]) => refused === undefined)
    .map(([option, { takes, doc, env, values }]) => {
      const list = values ? ` One of ${values.join(", ")}.` : "";
      const variables = env ? ` (${env.join(" or ")})` : "";
      return [
        takes === undefined ? `--${option}` : `--${option} ${takes}`,
        `${doc}${list}${variables}`,
      ] as const;
    });
  return [
    `${style.bold(`sallyport ${name}`)}: ${summary}`,
    "",
    ...usage.map((line) => `  ${line}`),
    "",
    ...columns([...rows, ["--help", "This text."]]),
    ...notes.flatMap((note) => ["", ...wrap(note, 96)]),
    "",
  ].join("\n");
}

/** The page of all commands. */
export function overview(commands: readonly Command[], style: Style): string {
  return [
    `${style.bold("sallyport")}: verified identity, from the command line`,
    "",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "  sallyport help <command>   what a command takes",
    "  sallyport --version",
    "",
    "Exit status: 0 fine, 1 something must be mended or was refused, 2 no answer (a mistake in the call, out of reach).",
    "",
  ].join("\n");
}

/** Rows of two columns; the second is wrapped. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(32, Math.max(...rows.map(([first]) => first.length)));
  return rows.flatMap(([first, second]) => {
    const lines = wrap(second, 94 - width);
    const head = first.length > width ? [`  ${first}`] : [];
    const left = first.length > width ? "" : first;
    return [...head, ...lines.map((line, index) => `  ${(index === 0 ? left : "").padEnd(width)}   ${line}`)];
  });
}

export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
