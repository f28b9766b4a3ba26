// JSON read without JSON.parse's knowledge of former objects: V8 from 13.6 on (Node 24) may misread an escaped name.
import type { JsonObject, JsonValue } from "../../identity.ts";

/**
 * Whether `JSON.parse` may have misread a member's name. V8 expects of an object the members that others had, and where
 * those had `\` for a name, it takes the first character of an escape for it: `{"a":1,"\u0061":2}` has two names then,
 * and a duplicate goes unseen. Whatever is misread so has a backslash in it.
 */
export function mayBeMisread(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth <= 0) return false;
  if (Array.isArray(value)) return value.some((item) => mayBeMisread(item, depth - 1));
  return Object.entries(value).some(([name, inner]) => name.includes("\\") || mayBeMisread(inner, depth - 1));
}

/**
 * Reads an object again, one string at a time.
 *
 * @param text what `JSON.parse` has taken
 * @returns `undefined` where two members have one name, one is named `__proto__`, or `depth` is exceeded
 */
export function readByHand(text: string, depth: number): JsonObject | undefined {
  // A string, a mark, or a number, `true`, `false` or `null`; white space is between them.
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? [];
  let at = 0;

  function value(left: number): JsonValue | undefined {
    const piece = pieces[at++] as string;
    if (piece === "{") return left > 0 ? object(left - 1) : undefined;
    if (piece === "[") return left > 0 ? list(left - 1) : undefined;
    return JSON.parse(piece);
  }

  function object(left: number): JsonObject | undefined {
    const members: Record<string, JsonValue> = {};
    while (pieces[at] !== "}") {
      if (pieces[at] === ",") at += 1;
      const name: string = JSON.parse(pieces[at] as string);
      at += 2;
      const inner = value(left);
      if (inner === undefined || name === "__proto__" || Object.hasOwn(members, name)) return undefined;
      members[name] = inner;
    }
    at += 1;
    return members;
  }

  function list(left: number): JsonValue[] | undefined {
    const items: JsonValue[] = [];
    while (pieces[at] !== "]") {
      if (pieces[at] === ",") at += 1;
      const item = value(left);
      if (item === undefined) return undefined;
      items.push(item);
    }
    at += 1;
    return items;
  }

  return value(depth) as JsonObject | undefined;
}
