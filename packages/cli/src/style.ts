// Colours for terminals (https://no-color.org, https://force-color.org), and text of others made harmless.
import type { Io, Output } from "./io.ts";

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], yellow: [33, 39], green: [32, 39] } as const;

/** Wraps text in a colour, or leaves it as it is. */
export type Style = Readonly<Record<keyof typeof codes, (text: string) => string>>;

/** The style that fits a stream: plain where it is no terminal, `NO_COLOR` is set, or `FORCE_COLOR` is 0. */
export function styleFor(output: Output, env: Io["env"]): Style {
  const on = wantsColour(output, env);
  const wrap =
    ([open, close]: readonly [number, number]) =>
    (text: string) =>
      on ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return Object.fromEntries(
    Object.entries(codes).map(([name, code]) => [name, wrap(code)]),
  ) as unknown as Style;
}

function wantsColour(output: Output, { FORCE_COLOR: force, NO_COLOR: no, TERM: term }: Io["env"]): boolean {
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  if (no !== undefined && no !== "") return false;
  return output.isTTY === true && term !== "dumb";
}

// Control characters, those that turn the direction of writing round, and line separators: a claim must not steer a terminal.
const steering = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Text of somebody else's, on one line, that can't steer a terminal. */
export function harmless(text: string, longest = 200): string {
  const short = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return short.replace(steering, escaped);
}

/** JSON with two spaces that can't steer a terminal; what it says is unchanged. */
export function harmlessJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(steering, (one) => (one === "\n" ? one : escaped(one)));
}

function escaped(character: string): string {
  return [...character]
    .flatMap((one) => Array.from({ length: one.length }, (_, index) => one.charCodeAt(index)))
    .map((code) => `\\u${code.toString(16).padStart(4, "0")}`)
    .join("");
}
