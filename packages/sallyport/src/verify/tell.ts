// Security events: told to the listener and the logger, neither of which can hurt a request.
import { AuthError } from "../errors.ts";
import type { SecurityEvent } from "../events.ts";
import { quietly } from "../quietly.ts";
import type { Watch } from "../watch.ts";
import type { VerifierDeps } from "./options.ts";

/** Tells of something an operator should know. */
export type Tell = (event: Omit<SecurityEvent, "type" | "time">) => void;

/** Events that tell of everyday life; the rest are warnings. */
const quietEvents: readonly SecurityEvent["name"][] = [
  "preset_inferred",
  "keys_recovered",
  "keys_rotated",
  "introspection_recovered",
];

/** Makes what tells `deps.onEvent`, `deps.logger` and who looks on. */
export function createTell(
  deps: Pick<VerifierDeps, "onEvent" | "logger">,
  now: () => number,
  watch?: Watch,
): Tell {
  return (event) => {
    const whole: SecurityEvent = { type: "security", time: now(), ...event };
    const level = quietEvents.includes(event.name) ? "info" : "warn";
    quietly(() => watch?.security(whole));
    quietly(() => deps.onEvent?.(whole));
    quietly(() => deps.logger?.[level]({ event: event.name, issuer: event.issuer }, event.message));
  };
}

/** Tells of a good token that was meant for somebody else. */
export function tellConfusion(tell: Tell, error: unknown, issuer: string): void {
  if (!(error instanceof AuthError)) return;
  const { code, message } = error;
  if (code === "invalid_audience") {
    const what = "A good token of this issuer for another API was used here";
    tell({ name: "audience_confusion", issuer, message: `${what}: ${message}` });
  }
  if (code === "wrong_token_type") {
    const what = "A good token of this issuer that is no access token was used here";
    tell({ name: "token_type_confusion", issuer, message: `${what}: ${message}` });
  }
}
