// What a check finds: rows of tables, from which come the report, its JSON, and docs/doctor.md.

/** `mend`: the set-up is broken or open. `advice`: it works, and should be better. `note`: good to know. */
export type Level = "mend" | "advice" | "note";

/** One check. */
export interface Check<Facts> {
  /** Stable: scripts compare it. */
  readonly id: string;
  readonly level: Level;
  /** What is wrong, in one sentence; for the documentation, and for the report where the check has no better words. */
  readonly says: string;
  /** What to do about it. Absent only from notes. */
  readonly mend?: string;
  /** `true` or a sentence of its own where there is something to say. */
  readonly test: (facts: Facts) => boolean | string | undefined;
}

/** What was found. */
export interface Finding {
  readonly id: string;
  readonly level: Level;
  readonly sentence: string;
  readonly mend: string | undefined;
}

/** Runs a table of checks. */
export function runChecks<Facts>(checks: readonly Check<Facts>[], facts: Facts): readonly Finding[] {
  return checks.flatMap(({ id, level, says, mend, test }) => {
    const found = test(facts);
    if (found === undefined || found === false || found === "") return [];
    return [{ id, level, sentence: found === true ? says : found, mend }];
  });
}

/** Checks that look at part of the facts only. */
export function lifted<Whole, Part>(
  checks: readonly Check<Part>[],
  part: (whole: Whole) => Part | undefined,
): readonly Check<Whole>[] {
  return checks.map((check) => ({
    ...check,
    test: (whole) => {
      const inner = part(whole);
      return inner === undefined ? undefined : check.test(inner);
    },
  }));
}
