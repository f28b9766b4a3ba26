// Sessions that a sign-in has just replaced: no answer that is still on its way may remove the cookie that the sign-in has set.
import { createRecent } from "../recent.ts";

/** So long an answer with a newer cookie may be on its way, in milliseconds. */
export const answerMs = 60_000;

/** @param most sessions that are remembered */
export function createReplaced(most: number, now: () => number) {
  const times = createRecent<number>(most);
  return {
    add: (id: string) => times.set(id, now()),
    /** Whether a session was replaced so lately that its request may have been sent before. */
    has: (id: string) => now() - (times.get(id) ?? Number.NEGATIVE_INFINITY) < answerMs,
    clear: times.clear,
  };
}
