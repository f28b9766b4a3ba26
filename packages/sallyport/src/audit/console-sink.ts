// What a newcomer sees who has configured no log: refusals, failed sign-ins and security events on the console, in development only.
import type { AuthEvent } from "../events.ts";
import { escapeControls, formatEvent } from "./format.ts";
import type { AuditSink } from "./sink-queue.ts";
import { type AuditLogger, isNoticeable } from "./sinks.ts";

/** What {@link consoleSink} needs; for tests. */
export interface ConsoleSinkDeps {
  readonly print?: (line: string) => void;
  readonly now?: () => number;
}

const linesPerSecond = 10;

/** Prints at most ten lines a second; what is beyond is counted in one line when the second is over. */
export function consoleSink({ print = warn, now = Date.now }: ConsoleSinkDeps = {}): AuditSink {
  let since = Number.NEGATIVE_INFINITY;
  let printed = 0;
  let hidden = 0;

  function show(event: AuthEvent): void {
    const age = now() - since;
    if (age >= 1000 || age < 0) {
      tellHidden();
      since = now();
      printed = 0;
    }
    if (printed < linesPerSecond) {
      printed += 1;
      print(`sallyport: ${formatEvent(event)}`);
      return;
    }
    hidden += 1;
    if (hidden === 1) {
      const timer = setTimeout(tellHidden, 1000 - age);
      (timer as { unref?: () => void }).unref?.();
    }
  }

  function tellHidden(): void {
    if (hidden === 0) return;
    print(`sallyport: ${hidden} more events within this second`);
    hidden = 0;
  }

  return {
    name: "console",
    write: (events) => {
      for (const event of events) if (isNoticeable(event)) show(event);
    },
  };
}

/** The same console for what is said beside the events: where sign-ins come back to, for one. */
export const consoleLogger: AuditLogger = { info: say, warn: say, error: say };

function say(_details: object, message: string): void {
  warn(`sallyport: ${escapeControls(message)}`);
}

/** Whether this is a developer's machine: a runtime with `process.env` whose NODE_ENV is unset or `development`. */
export function isDevelopment(): boolean {
  const { process } = globalThis as {
    readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  };
  const { env } = process ?? {};
  // A runtime without an environment is an edge worker, in production as likely as not.
  return env !== undefined && (env.NODE_ENV || "development") === "development";
}

function warn(line: string): void {
  // biome-ignore lint/suspicious/noConsole: the one place that speaks without having been given a logger
  globalThis.console.warn(line);
}
