// What a broken API is, and how one is made of a good one.
import type { ApiScript, Outcome, Plain } from "../../support/scripted-api.ts";

/** One broken API. */
export interface BrokenApi {
  readonly name: string;
  readonly script: ApiScript;
  /** What is found beyond the notes, and nothing else. */
  readonly finds: string;
  readonly mend: RegExp;
  readonly sentence?: RegExp;
  readonly status?: 0 | 1;
}

/** Another answer where the outcome is one of these. */
export const changed =
  (
    on: readonly Outcome[],
    change: Partial<Plain> | ((right: Plain) => Partial<Plain>),
  ): NonNullable<ApiScript["answer"]> =>
  (right, _kit, outcome) =>
    on.includes(outcome) ? { ...right, ...(typeof change === "function" ? change(right) : change) } : right;
