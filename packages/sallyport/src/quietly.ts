// Calling what is the user's, or only looks on: its failure is its own.
import { isThenable } from "./chain.ts";

/**
 * Calls a listener, a logger or a client of metrics. What it throws is swallowed, and so is what its promise rejects with: a
 * rejection that nobody handles would end the process.
 *
 * @returns what it gave; `undefined` where it threw
 */
export function quietly<Result>(call: () => Result): Result | undefined {
  try {
    const answer = call();
    if (isThenable(answer)) answer.then(undefined, () => {});
    return answer;
  } catch {
    return undefined;
  }
}
