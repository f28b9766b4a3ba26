// What the provider granted, where it is not what was asked for (RFC 6749 §3.3, §5.1).
import { harmless } from "../style.ts";

const listed = (scope: string) => scope.split(" ").filter((one) => one !== "");

/**
 * One sentence for the person, or `undefined` where there is nothing to say: an answer without `scope` has granted what was asked for.
 *
 * @param asked what was asked for; `undefined`: what the provider thinks right
 * @param granted the answer's `scope`
 */
export function scopeDifference(asked: string | undefined, granted: string | undefined): string | undefined {
  if (asked === undefined || granted === undefined) return undefined;
  const [wanted, given] = [new Set(listed(asked)), new Set(listed(granted))];
  if (wanted.size === given.size && [...wanted].every((one) => given.has(one))) return undefined;
  const what = given.size === 0 ? "no scope" : `another scope: ${harmless([...given].join(" "))}`;
  return `The provider granted ${what} (asked for: ${harmless([...wanted].join(" "))})`;
}
