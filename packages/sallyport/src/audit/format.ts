// An event as one readable line, safe to print: whatever a caller put into its name stays on the line and inside its quotes.
import type { AuthEvent, DecisionEvent, SecurityEvent, SessionEvent } from "../events.ts";

/** Longer values are cut: a line stays a line. */
const longestValue = 256;

/**
 * One line for people, without a line ending.
 *
 * @example
 * ```ts
 * formatEvent(event);
 * // refused GET /admin 403 insufficient_scope subject=s1 issuer=https://idp.example.org client=web — The caller lacks roles Admin
 * ```
 */
export function formatEvent(event: AuthEvent): string {
  if (event.type === "decision") return formatDecision(event);
  return event.type === "session" ? formatSession(event) : formatSecurity(event);
}

function formatDecision(event: DecisionEvent): string {
  const { outcome, method, route, status, code, subject, issuer, clientId, actor, requestId, reason } = event;
  const parts = [outcome, ...[method, route].map(bare), status, code];
  const named = { subject, issuer, client: clientId, actor, request: requestId };
  return line(parts, named, reason);
}

function formatSession(event: SessionEvent): string {
  const { name, outcome, code, subject, issuer, clientId, ended, requestId, reason } = event;
  const named = { subject, issuer, client: clientId, ended: ended?.toString(), request: requestId };
  return line(["session", name, outcome, code], named, reason);
}

function formatSecurity({ name, issuer, message }: SecurityEvent): string {
  return line(["security", name], { issuer }, message);
}

function line(
  parts: readonly (string | number | undefined)[],
  named: Readonly<Record<string, string | undefined>>,
  sentence: string | undefined,
): string {
  const fields = Object.entries(named)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${bare(value)}`);
  const words = [...parts.filter((part) => part !== undefined), ...fields].join(" ");
  return sentence === undefined ? words : `${words} — ${escapeControls(sentence)}`;
}

/** A value as it is where it can't be mistaken for anything else; as a JSON string otherwise. */
function bare(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const short = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
  return /^[\p{L}\p{N}\p{M}!-!#-<>-~…]+$/u.test(short) ? short : escapeControls(JSON.stringify(short));
}

/**
 * Escapes what is not to be seen, or moves what is: controls, line and paragraph separators, bidirectional and zero-width
 * characters, lone surrogates. In JSON text they can only stand inside strings, so the text stays the same JSON.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}
