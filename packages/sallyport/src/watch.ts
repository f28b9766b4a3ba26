// The port of metrics and traces: what looks on while an application decides. It is called within the request, not behind a
// queue as the audit's sinks are, and is handed no event: building one costs more than counting it.
import type { AuthError, AuthErrorCode } from "./errors.ts";
import type { DecisionEvent, SecurityEvent, SessionEvent } from "./events.ts";

/** Metrics or traces. One may watch any number of applications. */
export interface Telemetry {
  /** Asked once for each application, before that is wired. */
  watch(): Watch;
}

/** Looks on at one application. No method may throw or take its time; the two that run `work` hand on what it gives, as it is. */
export interface Watch {
  /** The application is wired, and can be asked for its health until `closed()`. */
  opened(application: Watched): void;
  closed(): void;
  /** A guarded request was decided. */
  decision(decided: Decided): void;
  /** A token was looked for in the cache of verified tokens. */
  lookup(hit: boolean): void;
  /** Runs the verification of a token that the cache could not answer for. */
  verification<Result extends VerifiedToken>(work: () => Result | Promise<Result>): Result | Promise<Result>;
  /**
   * Runs a request to a provider: several documents may be fetched for one. It has failed where it rejects (with an
   * AuthError), or where `failureOf` finds an error in what it gave.
   */
  request<Result>(
    request: ProviderRequest,
    work: () => Promise<Result>,
    failureOf?: (result: Result) => AuthError | undefined,
  ): Promise<Result>;
  /** Somebody signed in or out, or tokens were renewed, or were to be. */
  session(told: ToldSession): void;
  security(event: SecurityEvent): void;
}

/** How a request was decided. */
export interface Decided {
  readonly outcome: DecisionEvent["outcome"];
  readonly code: AuthErrorCode | undefined;
  /** The route's pattern, where the framework tells it. */
  readonly route: string | undefined;
  readonly verified: VerifiedToken | undefined;
}

/** How a sign-in, a renewal or a logout went. */
export interface ToldSession extends Pick<SessionEvent, "name" | "outcome" | "code"> {
  /** The provider's name in the configuration. */
  readonly issuer: string | undefined;
}

/** What may be told of a verified token. */
export interface VerifiedToken {
  readonly identity: { readonly issuer: string };
  readonly keyId: string | undefined;
  readonly cached: boolean;
}

/** What is asked of a provider. `issuer` is its name in the configuration. */
export interface ProviderRequest {
  readonly kind: "keys" | "introspection";
  readonly issuer: string;
}

/** An application, read when metrics are collected. */
export interface Watched {
  health(): WatchedHealth;
  /** Where people sign in; `undefined` where nobody does. */
  readonly signIn: WatchedSignIn | undefined;
}

/** By which providers' names sign-ins are told, and whether native clients are served. */
export interface WatchedSignIn {
  readonly issuers: readonly string[];
  readonly native: boolean;
}

/** The part of `auth.health()` that is read. */
export interface WatchedHealth {
  readonly issuers: readonly {
    readonly issuer: string;
    readonly ageSeconds: number | undefined;
    readonly state: string;
    readonly lastError: object | undefined;
  }[];
  readonly cachedTokens: number;
  readonly cachedBytes: number;
  readonly clientSecrets: readonly { readonly issuer: string; readonly days: number }[];
  readonly audit: readonly {
    readonly sink: string;
    readonly written: number;
    readonly dropped: number;
    readonly failed: number;
    readonly waiting: number;
  }[];
}

/** Several that look on as one, the first outermost; `undefined` for none. */
export function joinWatches([first, ...others]: readonly Watch[]): Watch | undefined {
  const rest = others.length === 0 ? undefined : joinWatches(others);
  if (!first || !rest) return first;
  return {
    opened(application) {
      first.opened(application);
      rest.opened(application);
    },
    closed() {
      first.closed();
      rest.closed();
    },
    decision(decided) {
      first.decision(decided);
      rest.decision(decided);
    },
    lookup(hit) {
      first.lookup(hit);
      rest.lookup(hit);
    },
    verification: (work) => first.verification(() => rest.verification(work)),
    request: (request, work, failureOf) =>
      first.request(request, () => rest.request(request, work, failureOf), failureOf),
    session(told) {
      first.session(told);
      rest.session(told);
    },
    security(event) {
      first.security(event);
      rest.security(event);
    },
  };
}
