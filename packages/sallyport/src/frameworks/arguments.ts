// What `required()`, `optional()` and their like are called with, sorted out and checked once for every framework.

import type { Requirement } from "../authorize/index.ts";
import type { GuardOptions } from "../http/index.ts";
import { checkOptions, isBoolean, isPlainObject, type OptionTable } from "../options.ts";

/** Options of `required()`. */
export type RequiredOptions = Pick<GuardOptions, "by">;

/** Options of `optional()`. */
export type OptionalOptions = Pick<GuardOptions, "by" | "onInvalid">;

/** A requirement, and the rules of a guard beside it. */
export interface Rules {
  readonly needed: Requirement | undefined;
  readonly rules: GuardOptions;
}

const requiredTable = {
  by: {
    check: (value) => value === "token" || value === "session",
    takes: "token or session",
    words: ["token", "session"],
    doc: "The one way in that is taken.",
    default: "both",
  },
} as const satisfies OptionTable;

/** Rows of {@link OptionalOptions}. */
const optionalTable = {
  onInvalid: {
    check: (value) => value === "refuse" || value === "anonymous",
    takes: "refuse or anonymous",
    words: ["refuse", "anonymous"],
    doc: "Whether who brings a bad token is refused, or comes in as nobody.",
    default: "`refuse`",
  },
  ...requiredTable,
} as const satisfies OptionTable;

/**
 * The requirement of `required()`, and its options as a guard takes them.
 *
 * @param given its arguments, the requirement first
 * @param where what the caller's code calls it
 * @throws TypeError where there are several requirements, since the second would be left out without a word; where an option is
 * unknown or of the wrong form, or stands among the requirements
 */
export function requiredRules(given: readonly unknown[], where = "auth.required"): Rules {
  refuseRequest(where, given);
  const [needed, options = {}, ...more] = given;
  if (more.length > 0 || isRequirement(options)) {
    throw new TypeError("required() takes one requirement; join several by allOf()");
  }
  return {
    needed: requirementIn(where, needed, requiredTable),
    rules: rulesOf(where, options, requiredTable),
  };
}

/**
 * The requirement of `optional()`, and its options as a guard takes them.
 *
 * @param given its arguments, the requirement first
 * @param where what the caller's code calls it
 * @throws TypeError where an option is unknown or of the wrong form, or stands among the requirements
 */
export function optionalRules(given: readonly unknown[], where = "auth.optional"): Rules {
  refuseRequest(where, given);
  const [needed, options = {}] = given;
  const rules = { optional: true, onInvalid: "refuse", ...rulesOf(where, options, optionalTable) } as const;
  return { needed: requirementIn(where, needed, optionalTable), rules };
}

/** Without what is undefined: it would stand in a default's place. */
function rulesOf(where: string, options: unknown, table: OptionTable): GuardOptions {
  checkOptions(where, options, table);
  return Object.fromEntries(Object.entries(options as object).filter(([, value]) => value !== undefined));
}

function requirementIn(where: string, needed: unknown, table: OptionTable): Requirement | undefined {
  const option = isPlainObject(needed) && Object.keys(table).find((name) => Object.hasOwn(needed, name));
  if (!option) return needed as Requirement | undefined;
  throw new TypeError(
    `${where}: \`${option}\` is no requirement: it belongs into the options, the last argument`,
  );
}

/** Whether something in the options' place has nothing of theirs. */
function isRequirement(options: unknown): boolean {
  if (!isPlainObject(options)) return false;
  const names = Object.keys(options);
  return names.length > 0 && !names.some((name) => Object.hasOwn(requiredTable, name));
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
 * The arguments of `required()` where it takes a handler: a requirement comes ahead of it, options behind.
 *
 * @throws TypeError where a requirement comes behind the handler, and would be left out without a word; and as {@link requiredRules}
 */
export function handlerOfRequired(given: readonly unknown[]): Rules & { readonly handler: unknown } {
  const { needed, handler, rest } = split(given);
  const [options, ...more] = rest.filter((one) => one !== undefined);
  if (typeof handler === "function" && (more.length > 0 || isRequirement(options))) {
    throw new TypeError("auth.required takes nothing behind the handler: a requirement comes ahead of it");
  }
  return { handler, ...requiredRules([needed, options]) };
}

/**
 * The same for `optional()`.
 *
 * @throws TypeError as {@link optionalRules}
 */
export function handlerOfOptional(given: readonly unknown[]): Rules & { readonly handler: unknown } {
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
