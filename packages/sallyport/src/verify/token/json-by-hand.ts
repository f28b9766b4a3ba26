// JSON read without JSON.parse's knowledge of former objects: V8 from 13.6 on (Node 24) may misread an escaped name.
import type { JsonValue } from "../../identity.ts";

/**
 * Whether `JSON.parse` may have misread a member's name. V8 expects of an object the members that others had, and where
 * those had `\` for a name, it takes the first character of an escape for it: `{"a":1,"\u0061":2}` has two names then,
 * and a duplicate goes unseen. Whatever is misread so has a backslash in it.
 */
export function mayBeMisread(value: unknown): boolean {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return inner.some(([name, one]) => name.includes("\\") || mayBeMisread(one));
}

/**
 * Reads JSON again, one string at a time. Of members with one name the last is kept, as `JSON.parse` keeps it.
 *
 * @param text what `JSON.parse` has taken
 */
export function readByHand(text: string): JsonValue {
  // A string, a mark, or a number, `true`, `false` or `null`; white space is between them.
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? [];
  let at = 0;

  function value(): JsonValue {
    const piece = pieces[at++] as string;
    if (piece === "{") return Object.fromEntries(all("}", member));
    return piece === "[" ? all("]", value) : JSON.parse(piece);
  }

  function member(): [string, JsonValue] {
    const name: string = JSON.parse(pieces[at] as string);
    at += 2;
    return [name, value()];
  }

  function all<Item>(end: string, next: () => Item): Item[] {
    const items: Item[] = [];
    while (pieces[at] !== end) {
      if (pieces[at] === ",") at += 1;
      items.push(next());
    }
    at += 1;
    return items;
  }

  return value();
}
