// Ready-made sinks: a logger, JSON lines, a function.
import type { AuthEvent, DecisionEvent, SecurityEvent, SessionEvent } from "../events.ts";
import { escapeControls, formatEvent } from "./format.ts";
import type { AuditSink } from "./sink-queue.ts";

type Level = "info" | "warn" | "error";

/** A logger of pino's shape. */
export type AuditLogger = { readonly [name in Level]: (details: object, message: string) => void };

/** A sink that writes to a logger. */
export interface LoggerSink extends AuditSink {
  readonly logger: AuditLogger;
}

const securityLevels: Readonly<Record<SecurityEvent["name"], Level>> = {
  preset_inferred: "info",
  keys_recovered: "info",
  introspection_recovered: "info",
  keys_rotated: "info",
  key_refused: "warn",
  dpop_replay: "warn",
  replay_store_failed: "error",
  unknown_kid_flood: "warn",
  introspection_flood: "warn",
  audience_confusion: "warn",
  token_type_confusion: "warn",
  keys_fetch_failed: "error",
  introspection_failed: "error",
  introspection_refused_us: "error",
  private_key_published: "error",
  client_secret_old: "warn",
};

const sessionLevels: Readonly<Record<SessionEvent["outcome"], Level>> = {
  ok: "info",
  refused: "warn",
  failed: "error",
};

/**
 * Writes to pino or a logger of its shape: allowed requests as `info`, refused ones as `warn`, answers of 503 as `error`, and so
 * sign-ins, renewals and logouts; security events by their weight. The message is {@link formatEvent}'s line, the details are the event's fields.
 *
 * @example
 * ```ts
 * const auth = sallyport(options, { audit: loggerSink(pino()) });
 * ```
 */
export function loggerSink(logger: AuditLogger): LoggerSink {
  return {
    name: "logger",
    logger,
    batchSize: 1,
    write: (events) => {
      for (const event of events) logger[levelOf(event)](detailsOf(event), formatEvent(event));
    },
  };
}

/** What a logger hears that was given for other things: refused requests alone. Verifier and sign-in log their own events. */
export function refusalSink(logger: AuditLogger): AuditSink {
  const { write } = loggerSink(logger);
  return { name: "logger", batchSize: 1, write: (events) => write(events.filter(isRefusal)) };
}

/**
 * Writes JSON, one object a line, whatever is in the events: control characters, U+2028 and their like are escaped.
 *
 * @param write receives the text of one or several whole lines
 *
 * @example
 * ```ts
 * const auth = sallyport(options, { audit: jsonLinesSink((text) => appendFile("audit.jsonl", text)) });
 * ```
 */
export function jsonLinesSink(write: (text: string) => unknown): AuditSink {
  return {
    name: "json-lines",
    write: (events) =>
      write(
        events.map((event) => `${escapeControls(JSON.stringify(event))}\n`).join(""),
      ) as void | Promise<void>,
  };
}

/**
 * Calls a function with each event, one call at a time: a promise is waited for before the next. A sink of your own with
 * a `write` for batches gets more through.
 */
export function functionSink(receive: (event: AuthEvent) => unknown): AuditSink {
  return {
    name: "function",
    batchSize: 1,
    write: ([event]) => receive(event as AuthEvent) as void | Promise<void>,
  };
}

function isRefusal(event: AuthEvent): event is DecisionEvent {
  return event.type === "decision" && event.outcome === "refused";
}

/** What somebody should see who sees little: all but what went well. */
export function isNoticeable(event: AuthEvent): boolean {
  if (event.type === "decision") return isRefusal(event);
  return event.type === "security" || event.outcome !== "ok";
}

function levelOf(event: AuthEvent): Level {
  if (event.type === "security") return securityLevels[event.name];
  if (event.type === "session") return sessionLevels[event.outcome];
  if (event.outcome !== "refused") return "info";
  return event.status === 503 ? "error" : "warn";
}

// A logger has a time, a message and often a name of its own.
function detailsOf(event: AuthEvent): object {
  if (event.type === "security") return { event: event.name, issuer: event.issuer };
  if (event.type === "session") {
    const { type: _type, time: _time, name, ...fields } = event;
    return { event: name, ...fields };
  }
  const { type, time: _time, ...fields } = event;
  return { event: type, ...fields };
}
