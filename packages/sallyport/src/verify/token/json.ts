// Strict JSON of a token: one object, no duplicate member, bounded depth, and nothing that another parser reads otherwise.
import type { JsonObject, JsonValue } from "../../identity.ts";
import { mayBeMisread, readByHand } from "./json-by-hand.ts";

/**
 * Parses a JSON object as a JWS header or payload has to be (RFC 7519 §7.2, RFC 7515 §5.2), frozen to the bottom.
 *
 * Refused, by `undefined`: anything but an object; duplicate members at any level, escaped or not (RFC 8725 §2.6);
 * nesting beyond `depth`; lone surrogates and numbers beyond a double (RFC 7493 §2.1, §2.2); a member named
 * `__proto__`, which would reach the prototype in code that copies by assignment; more than {@link mostMembers} members,
 * or objects and lists: a kilobyte of tiny ones costs twenty times what a kilobyte of text does.
 */
export function parseStrictObject(text: string, depth: number): JsonObject | undefined {
  if (text.length > mostMembers && isCrowded(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (text.includes("\\") && mayBeMisread(value)) value = readByHand(text);
  const surrogates = text.includes("\\u");
  const members = countMembers(value as object, depth, surrogates);
  // JSON.parse keeps the last of two members of one name. Every member has exactly one colon outside a string, so
  // fewer members than colons means that one was dropped; escaped names need no care, JSON.parse has folded them.
  const unique = members === countLikelyColons(text) || members === countColons(text);
  return unique ? (value as JsonObject) : undefined;
}

const mostMembers = 1024;

/** Whether there may be too much to parse; brackets inside strings count too. */
function isCrowded(text: string): boolean {
  return (
    countLikelyColons(text) > mostMembers ||
    countBelow(text, "{", mostMembers) + countBelow(text, "[", mostMembers) > mostMembers
  );
}

function countBelow(text: string, sought: string, enough: number): number {
  let count = 0;
  for (let at = text.indexOf(sought); at >= 0 && count <= enough; at = text.indexOf(sought, at + 1))
    count += 1;
  return count;
}

/** Counts the members of a tree and freezes it; NaN, which equals no count, is a refusal. */
function countMembers(value: object, depth: number, surrogates: boolean): number {
  if (depth <= 0) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as JsonValue[]) count += countValue(item, depth, surrogates);
  } else {
    for (const name in value) {
      if (name === "__proto__" || (surrogates && !name.isWellFormed())) return Number.NaN;
      count += 1 + countValue((value as Record<string, JsonValue>)[name], depth, surrogates);
    }
  }
  Object.freeze(value);
  return count;
}

function countValue(value: JsonValue | undefined, depth: number, surrogates: boolean): number {
  if (typeof value === "string") return surrogates && !value.isWellFormed() ? Number.NaN : 0;
  if (typeof value === "number") return Number.isFinite(value) ? 0 : Number.NaN;
  return typeof value === "object" && value !== null ? countMembers(value, depth - 1, surrogates) : 0;
}

/**
 * Counts the colons behind a quote or white space: all that separate a name from its value, and those inside strings
 * that look so. Never too few, so where as many members were found, none was dropped; and four times as quick.
 */
function countLikelyColons(text: string): number {
  let colons = 0;
  for (let index = text.indexOf(":"); index >= 0; index = text.indexOf(":", index + 1)) {
    const before = text.charCodeAt(index - 1);
    if (before === 0x22 || before <= 0x20) colons += 1;
  }
  return colons;
}

/** Counts the colons outside strings. */
function countColons(text: string): number {
  let colons = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) inString = !inString;
    else if (code === 0x5c) index += 1;
    else if (code === 0x3a && !inString) colons += 1;
  }
  return colons;
}
