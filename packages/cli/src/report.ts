// Findings → lines for a terminal, or JSON for a program.
import { asCalled } from "./called.ts";
import { wrap } from "./command.ts";
import type { Finding, Level } from "./finding.ts";
import { exit, type Io } from "./io.ts";
import { harmless, harmlessJson, styleFor } from "./style.ts";

/** What a doctor looked at, and what it found. */
export interface Examination {
  /** What was looked at: an issuer's or an API's URL. */
  readonly subject: string;
  /** What a program may want to know beside the findings. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
  /** One sentence where all is well. */
  readonly well: string;
  /** Whether there was no answer at all. */
  readonly unreachable: boolean;
}

const words: Readonly<Record<Level, string>> = { mend: "MEND", advice: "advice", note: "note" };
const order: readonly Level[] = ["mend", "advice", "note"];

/** Writes what was found. Returns the exit status. */
export function report(examinations: readonly Examination[], io: Io, json: boolean): number {
  const all = examinations.flatMap(({ findings }) => findings);
  const status = examinations.some(({ unreachable }) => unreachable)
    ? exit.unanswered
    : all.some(({ level }) => level === "mend")
      ? exit.mend
      : exit.fine;
  if (json) {
    const answers = examinations.map(({ subject, facts, findings }) => ({ subject, ...facts, findings }));
    io.stdout.write(`${harmlessJson({ ok: status === exit.fine, examinations: answers })}\n`);
  } else {
    for (const examination of examinations) io.stdout.write(`${lines(examination, io).join("\n")}\n`);
  }
  return status;
}

function lines({ subject, findings, well }: Examination, io: Io): string[] {
  const style = styleFor(io.stdout, io.env);
  const colour = { mend: style.red, advice: style.yellow, note: style.dim };
  const sorted = order.flatMap((level) => findings.filter((one) => one.level === level));
  const each = sorted.flatMap(({ id, level, sentence, mend }) => [
    `${colour[level](words[level].padEnd(6))} ${style.bold(id)}`,
    ...wrap(asCalled(harmless(sentence, 600), io), 96).map((line) => `       ${line}`),
    ...(mend === undefined ? [] : indented(asCalled(mend, io))),
  ]);
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  const [toMend, advised] = [count("mend"), count("advice")];
  const sum =
    toMend > 0
      ? style.red(`${toMend} to mend${advised > 0 ? `, ${advised} to consider` : ""}`)
      : `${style.green(well)}${advised > 0 ? ` ${advised} to consider.` : ""}`;
  return [style.bold(harmless(subject)), ...each, sum];
}

function indented(mend: string): string[] {
  return wrap(mend, 93).map((line, index) => `       ${index === 0 ? "→" : " "} ${line}`);
}
