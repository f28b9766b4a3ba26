// How a room describes its options: a row each, from which come the check at construction, the environment and the docs.

/** One option of the public configuration. */
export interface OptionRow {
  /** What a value must satisfy. */
  readonly check: (value: unknown) => boolean;
  /** Ends the sentence "`name` takes …". */
  readonly takes: string;
  /** One or two sentences for the reference page. */
  readonly doc: string;
  /** The default, in words for the reference page. */
  readonly default?: string;
  /** Environment variables that set it, the first one found wins; `_FILE` names a file that holds the value. */
  readonly env?: readonly string[];
  /** How the variable's text becomes a value. Default: as it is. */
  readonly parse?: (text: string) => unknown;
  /** Whether the value must stay out of every output. */
  readonly secret?: boolean;
}

/** The options of one room, by name. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

/**
 * Refuses unknown options and values of the wrong form with one sentence that never repeats a value.
 *
 * @throws TypeError naming the option and what it takes
 */
export function checkOptions(where: string, value: unknown, table: OptionTable): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${where} takes an object with options`);
  }
  for (const [name, given] of Object.entries(value)) {
    const row = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!row)
      throw new TypeError(`${where} has no option \`${name}\`${suggestion(name, Object.keys(table))}`);
    if (given !== undefined && !row.check(given)) {
      throw new TypeError(`${where}: \`${name}\` takes ${row.takes}`);
    }
  }
}

function suggestion(name: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, "");
  const near = known.find(
    (one) =>
      plain(one) === plain(name) || plain(one) === `${plain(name)}s` || `${plain(one)}s` === plain(name),
  );
  return near ? `; did you mean \`${near}\`?` : `. It has: ${known.join(", ")}`;
}

export const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
export const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
export const isTextOrList = (value: unknown): boolean => isText(value) || isTextList(value);
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isFunction = (value: unknown): boolean => typeof value === "function";
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isInteger = (least: number, greatest: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest;

/** A list from one text: separated by commas or spaces. */
export const parseList = (text: string): readonly string[] =>
  text.split(/[\s,]+/).filter((one) => one !== "");
