// Arguments → values, by a table of options: what is unknown, misspelt, double or without its value is refused by name.
import { parseArgs } from "node:util";
import { nearest } from "sallyport/diagnose";
import { type Io, UsageError } from "./io.ts";

/** One option of a command. */
export interface OptionRow {
  /** What it takes, for the help: `URL`. Absent: a switch. */
  readonly takes?: string;
  readonly doc: string;
  /** Environment variables that stand for it; the first that is set wins. */
  readonly env?: readonly string[];
  /** The only values it takes. */
  readonly values?: readonly string[];
  readonly multiple?: boolean;
  /** Why it exists only to be refused: the sentence says how else. */
  readonly refused?: string;
}

export type OptionTable = Readonly<Record<string, OptionRow>>;

type ValueOf<Row> = Row extends { readonly takes: string }
  ? Row extends { readonly multiple: true }
    ? readonly string[]
    : string | undefined
  : boolean;

/** Values by option: texts, lists, or whether a switch is set. */
export type Values<Table extends OptionTable = OptionTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>;
};

/**
 * Reads the arguments of one command. No value is ever repeated in an error: it may be a secret that stands in the wrong place.
 *
 * @param strayArgument why the command takes no argument of its own
 * @throws UsageError
 */
export function readOptions<Table extends OptionTable>(
  args: readonly string[],
  table: Table,
  env: Io["env"],
  strayArgument: string,
): Values<Table> {
  const options = Object.fromEntries(
    Object.entries<OptionRow>(table).map(([name, { takes, multiple = false }]) => [
      name,
      { type: takes === undefined ? ("boolean" as const) : ("string" as const), multiple },
    ]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const values = new Map<string, string | boolean | string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") throw new UsageError(strayArgument);
    if (token.kind === "option-terminator") continue;
    const { name, value, inlineValue, rawName } = token;
    const row = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!row || rawName !== `--${name}`) throw new UsageError(unknown(rawName, Object.keys(table)));
    values.set(name, read(name, row, value, inlineValue === true, values.get(name)));
  }
  const entries = Object.entries<OptionRow>(table).map(([name, row]) => [
    name,
    values.get(name) ?? fromEnvironment(name, row, env),
  ]);
  return Object.fromEntries(entries) as Values<Table>;
}

function read(
  name: string,
  row: OptionRow,
  value: string | undefined,
  inline: boolean,
  before: string | boolean | string[] | undefined,
): string | boolean | string[] {
  if (row.refused !== undefined) throw new UsageError(row.refused);
  if (row.takes === undefined) {
    if (value !== undefined) throw new UsageError(`--${name} is a switch and takes no value`);
    return true;
  }
  if (value === undefined || value.trim() === "" || (!inline && value.startsWith("--"))) {
    throw new UsageError(`--${name} takes ${row.takes}; it has none`);
  }
  requireListed(`--${name}`, row, value);
  if (row.multiple) return [...((before as string[] | undefined) ?? []), value];
  if (before !== undefined) throw new UsageError(`--${name} is given twice`);
  return value;
}

function fromEnvironment(
  name: string,
  row: OptionRow,
  env: Io["env"],
): string | boolean | string[] | undefined {
  const variable = row.env?.find((one) => env[one] !== undefined && env[one] !== "");
  const text = variable === undefined ? undefined : env[variable];
  if (row.takes === undefined) {
    if (text !== undefined && text !== "true" && text !== "false")
      throw new UsageError(`${variable} (for --${name}) takes true or false`);
    return text === "true";
  }
  if (text !== undefined) requireListed(variable as string, row, text);
  if (row.multiple) return text === undefined ? [] : text.split(/[\s,]+/).filter((one) => one !== "");
  return text;
}

function requireListed(what: string, { values }: OptionRow, value: string): void {
  if (values === undefined || values.includes(value)) return;
  const near = nearest(value, values);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new UsageError(`${what} takes one of ${values.join(", ")}${hint}`);
}

function unknown(rawName: string, names: readonly string[]): string {
  if (!/^--?[a-z][\w-]{0,40}$/i.test(rawName))
    return "There is an option here that the command does not have";
  const near = nearest(rawName, names);
  const hint = near === undefined ? "" : `; did you mean --${near}?`;
  return `There is no option ${rawName}${hint}`;
}
