// How a room describes its options: a row each, from which come the check at construction, the environment and the docs.

/** One option of the public configuration. */
export interface OptionRow {
  /** What a value must satisfy. */
  readonly check: (value: unknown) => boolean;
  /** Ends the sentence "`name` takes …". */
  readonly takes: string;
  /** The words that a text, or each of a list, may be: one that is nearly such a word is told which. */
  readonly words?: readonly string[];
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
  /** The rows of an option that is an object of options. */
  readonly members?: OptionTable;
  /** The rows of an object that it may be, none of which comes from the environment. */
  readonly orMembers?: OptionTable;
}

/** The options of one room, by name. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

/** Options that have their place somewhere else, and are looked for here. */
export interface Elsewhere {
  readonly table: OptionTable;
  /** Ends the sentence "it …": where one of them belongs. */
  readonly place: (name: string) => string;
}

/**
 * Refuses unknown options and values of the wrong form with one sentence that never repeats a value.
 *
 * @throws TypeError naming the option and what it takes, or where it belongs
 */
export function checkOptions(where: string, value: unknown, table: OptionTable, elsewhere?: Elsewhere): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${where} takes an object with options`);
  }
  for (const [name, given] of Object.entries(value)) {
    const row = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!row) throw new TypeError(`${where} has no option \`${name}\`${advice(name, table, elsewhere)}`);
    if (given !== undefined && !row.check(given)) {
      throw new TypeError(`${where}: \`${name}\` takes ${row.takes}${nearWord(given, row)}`);
    }
  }
}

/**
 * Checks both arguments of one function: its options, and what is alive. What is in the wrong one is told where to go.
 *
 * @throws TypeError as {@link checkOptions}
 */
export function checkArguments(
  where: string,
  options: unknown,
  optionTable: OptionTable,
  deps: unknown,
  depsTable: OptionTable,
): void {
  checkOptions(where, options, optionTable, {
    table: depsTable,
    place: (name) => `belongs into \`deps\`, the second argument: ${where}(options, { ${name} })`,
  });
  checkOptions(`${where}'s deps`, deps, depsTable, {
    table: optionTable,
    place: (name) => `belongs into the options, the first argument: ${where}({ ${name} }, deps)`,
  });
}

function advice(name: string, table: OptionTable, elsewhere: Elsewhere | undefined): string {
  const { table: others = {}, place = String } = elsewhere ?? {};
  if (Object.hasOwn(others, name)) return `: it ${place(name)}`;
  const owner = ownerOf(name, table);
  if (owner !== undefined) return `: it belongs into \`${owner}\`: { ${owner}: { ${name} } }`;
  const known = Object.keys(table);
  const near = nearest(name, [...known, ...Object.keys(others)]);
  if (near === undefined) return `. It has: ${known.join(", ")}`;
  return `; did you mean \`${near}\`?${Object.hasOwn(table, near) ? "" : ` It ${place(near)}`}`;
}

/** The option whose object has a member of this name: it was given one level too high. */
function ownerOf(name: string, table: OptionTable): string | undefined {
  const holds = ({ members, orMembers }: OptionRow) => Object.hasOwn(members ?? orMembers ?? {}, name);
  return Object.entries(table).find(([, row]) => holds(row))?.[0];
}

/** Ends a sentence on a value that is not one of the row's words; it repeats none but those. */
export function nearWord(given: unknown, { words = [] }: OptionRow): string {
  const list = Array.isArray(given) ? given : [given];
  const near = list
    .filter((one): one is string => typeof one === "string" && !words.includes(one))
    .map((one) => nearest(one, words))
    .find((one) => one !== undefined);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

const longestName = 64;

/** The known name that was probably meant: written otherwise, misspelt by a letter or two, or a part of it. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const asked = plain(name);
  if (asked.length < 3 || asked.length > longestName) return undefined;
  const ranked = known
    .map((one) => ({ one, distance: editDistance(asked, plain(one)) }))
    .sort((left, right) => left.distance - right.distance);
  const [best] = ranked;
  if (best && best.distance <= Math.min(2, Math.floor(asked.length / 3))) return best.one;
  return ranked.find(({ one }) => isPartOf(asked, plain(one)) || isPartOf(plain(one), asked))?.one;
}

/** `aud` begins `audience`, and `scopes` is in `requiredScopes`; fewer letters than that are in anything. */
function isPartOf(part: string, whole: string): boolean {
  return (part.length > 2 && whole.startsWith(part)) || (part.length > 4 && whole.includes(part));
}

/** Letters added, dropped, changed or swapped with their neighbour on the way from one word to the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        (last[column] as number) + 1,
        (next[column - 1] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1),
        swapped ? (before[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = next;
  }
  return last[to.length] as number;
}

export const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
export const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
export const isTextOrList = (value: unknown): boolean => isText(value) || isTextList(value);
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
/** Not `URL.canParse`: Node's, once it has been called often, says no to every URL with a letter from U+0080 to U+00FF. */
export function isUrl(value: unknown): value is string {
  if (!isText(value)) return false;
  try {
    return new URL(value) !== undefined;
  } catch {
    return false;
  }
}

export const isFunction = (value: unknown): boolean => typeof value === "function";
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isInteger = (least: number, greatest: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest;

/** RFC 6749 §3.3: what one scope may be made of. */
export const isScope = (value: unknown): value is string =>
  isText(value) && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value);
/** RFC 9728 §1.2 and RFC 6749 §3.1.2: a fragment has no place in it, and a query none that anybody could use. */
export const isBareUrl = (value: unknown): value is string => isUrl(value) && !/[?#\s]/.test(value);

/** A switch from one text; what is neither stays a text, and is refused for its form. */
export const parseBoolean = (text: string): unknown =>
  text === "true" ? true : text === "false" ? false : text;

/** JSON from one text; what is none stays a text, and is refused for its form. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A list from one text: separated by commas or spaces. */
export const parseList = (text: string): readonly string[] =>
  text.split(/[\s,]+/).filter((one) => one !== "");
