// What is written down of sign-ins, renewals and logouts: one event each, what counts it, and a line of the log where it went wrong.
import type { AuthError } from "../errors.ts";
import type { SecurityEvent, SessionEvent } from "../events.ts";
import { quietly } from "../quietly.ts";
import type { SessionContent, TokenRenewal } from "../session/index.ts";
import type { Logger } from "../verify/index.ts";
import type { Watch } from "../watch.ts";

/** Whom it is about, as far as that is known: a session's content says all of it. */
export interface Concerned extends Partial<Pick<SessionContent, "issuer" | "subject" | "clientId">> {
  /** The provider's name in the configuration. */
  readonly provider: string;
}

/** How it went. */
export interface Told {
  readonly name: SessionEvent["name"];
  readonly of?: Concerned | undefined;
  /** Absent where it went well. */
  readonly error?: AuthError | undefined;
  readonly ended?: number | undefined;
  readonly requestId?: string | undefined;
}

/** Writes down what happens to sessions. Never throws. */
export interface Trail {
  /** A sign-in, a renewal or a logout has come to its end. */
  session(told: Told): void;
  /** Something an operator should know. */
  security(event: Omit<SecurityEvent, "type" | "time">, details?: object): void;
}

/** What {@link createTrail} needs. */
export interface TrailDeps {
  readonly now: () => number;
  readonly logger?: Logger | undefined;
  /** Whether `logger` has the events already, from a sink of its own. Default: false. */
  readonly logged?: boolean | undefined;
  readonly onEvent?: ((event: SessionEvent | SecurityEvent) => void) | undefined;
  readonly watch?: Pick<Watch, "session" | "security"> | undefined;
  /** The providers' names: what is counted goes by these alone. */
  readonly providers: readonly string[];
}

export function createTrail(deps: TrailDeps): Trail {
  const { now, onEvent, watch, providers } = deps;
  const logger = deps.logged ? undefined : deps.logger;

  return {
    session({ name, of, error, ended, requestId }) {
      const outcome = error === undefined ? "ok" : error.status === 503 ? "failed" : "refused";
      const { code, message: reason } = error ?? {};
      const { provider, issuer = provider, subject, clientId } = of ?? {};
      // A session may be of a provider that was configured once.
      const counted = providers.find((one) => one === provider);
      if (watch) quietly(() => watch.session({ name, outcome, code, issuer: counted }));
      const event = { type: "session", time: now(), name, outcome, code, reason } as const;
      if (onEvent) quietly(() => onEvent({ ...event, issuer, subject, clientId, ended, requestId }));
      if (error && logger) {
        const details = { event: logNameOf(name, error), code, ...(issuer !== undefined && { issuer }) };
        quietly(() => logger.warn(details, error.message));
      }
    },
    security(event, details) {
      const whole: SecurityEvent = { type: "security", time: now(), ...event };
      if (watch) quietly(() => watch.security(whole));
      if (onEvent) quietly(() => onEvent(whole));
      const { name, issuer, message } = event;
      quietly(() => logger?.warn({ event: name, issuer, ...details }, message));
    },
  };
}

/** The log's own names: of what went wrong, and where. */
function logNameOf(name: SessionEvent["name"], { code }: AuthError): string {
  if (name === "renewal") return code === "session_ended" ? "session_not_renewed" : "refresh_failed";
  return name.startsWith("native_") ? "token_failed" : `${name}_failed`;
}

/** The renewals of browsers' sessions, each of them written down. */
export function writtenDown(renewal: TokenRenewal, trail: Trail): TokenRenewal {
  return {
    discard: (content) => renewal.discard(content),
    async renew(content) {
      try {
        const renewed = await renewal.renew(content);
        trail.session({ name: "renewal", of: content });
        return renewed;
      } catch (thrown) {
        trail.session({ name: "renewal", of: content, error: thrown as AuthError });
        throw thrown;
      }
    },
  };
}
