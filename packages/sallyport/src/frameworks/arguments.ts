// What `required()`, `optional()` and their like are called with, sorted out and checked once for every framework.

import type { Requirement } from "../authorize/index.ts";
import type { GuardOptions } from "../http/index.ts";
import { checkOptions, isBoolean, isPlainObject, type OptionTable } from "../options.ts";

/** Options of `optional()`. */
export type OptionalOptions = Pick<GuardOptions, "onInvalid">;

/**
 * The requirement among the arguments of `required()`.
 *
 * @throws TypeError where there are several: the second would be left out without a word
 */
export function onlyRequirement(given: readonly (Requirement | undefined)[]): Requirement | undefined {
  refuseRequest("auth.required", given);
  if (given.length > 1) throw new TypeError("required() takes one requirement; join several by allOf()");
  return given[0];
}

/** Rows of {@link OptionalOptions}. */
const optionalTable = {
  onInvalid: {
    check: (value) => value === "refuse" || value === "anonymous",
    takes: "refuse or anonymous",
    words: ["refuse", "anonymous"],
    doc: "Whether who brings a bad token is refused, or comes in as nobody.",
    default: "`refuse`",
  },
} as const satisfies OptionTable;

/**
 * The requirement of `optional()`, and its options as a guard takes them.
 *
 * @param given its arguments, the requirement first
 * @param where what the caller's code calls it
 * @throws TypeError where an option is unknown or of the wrong form, or stands among the requirements
 */
export function optionalRules(
  given: readonly unknown[],
  where = "auth.optional",
): { needed: Requirement | undefined; rules: GuardOptions } {
  refuseRequest(where, given);
  const [needed, options = {}] = given;
  if (isPlainObject(needed) && Object.hasOwn(needed, "onInvalid")) {
    throw new TypeError(
      `${where}: \`onInvalid\` is no requirement: it belongs into the options, the last argument`,
    );
  }
  checkOptions(where, options, optionalTable);
  const { onInvalid = "refuse" } = options as OptionalOptions;
  return { needed: needed as Requirement | undefined, rules: { optional: true, onInvalid } };
}

/** Rows of the options that a middleware takes where there is no `optional()`. */
const guardTable = {
  optional: {
    check: isBoolean,
    takes: "true or false",
    doc: "Whether a request without credentials goes on as nobody.",
    default: "`false`",
  },
  ...optionalTable,
} as const satisfies OptionTable;

/**
 * @param where what the caller's code calls it
 * @throws TypeError where an option is unknown or of the wrong form
 */
export function checkGuardOptions(where: string, options: unknown): void {
  checkOptions(where, options, guardTable);
}

/**
 * Sorts out whether a requirement comes ahead of the handler.
 *
 * @throws TypeError where something comes behind the handler: a requirement there would be left out without a word
 */
export function requirementFirst(given: readonly unknown[]): {
  needed: Requirement | undefined;
  handler: unknown;
} {
  const { needed, handler, rest } = split(given);
  if (typeof handler === "function" && rest.some((one) => one !== undefined)) {
    throw new TypeError("auth.required takes nothing behind the handler: a requirement comes ahead of it");
  }
  return { needed, handler };
}

/**
 * The same for `optional()`, whose options come behind the handler.
 *
 * @throws TypeError as {@link optionalRules}
 */
export function optionsLast(given: readonly unknown[]) {
  const { needed, handler, rest } = split(given);
  return { handler, ...optionalRules([needed, rest[0]]) };
}

function split(given: readonly unknown[]) {
  const [first, second, ...rest] = given;
  return typeof first === "function"
    ? { needed: undefined, handler: first, rest: [second, ...rest] }
    : { needed: first as Requirement | undefined, handler: second, rest };
}

/**
 * For what takes no arguments: called with a request, it was itself put where its result belongs, and would answer nobody.
 *
 * @throws TypeError where there are arguments
 */
export function takesNothing(where: string, given: readonly unknown[]): void {
  if (given.length > 0) {
    throw new TypeError(`${where} takes no arguments: did you mean ${where}(), with the parentheses?`);
  }
}

/** For a guard that something else calls than the framework that it was made for. */
export function wrongFramework(own: string): TypeError {
  return new TypeError(
    `This guard is of sallyport/${own}, and another framework called it: import sallyport() from that one's subpath`,
  );
}

/** What a framework calls with a request: the function was put there, not what it returns. */
function refuseRequest(where: string, given: readonly unknown[]): void {
  const [first] = given;
  const called =
    given.length > 2 ||
    (given.length === 2 && typeof given[1] === "function") ||
    (typeof first === "object" && first !== null && "headers" in first);
  if (called)
    throw new TypeError(`${where} takes no request: did you mean ${where}(), with the parentheses?`);
}
