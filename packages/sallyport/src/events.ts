// The events that rooms emit, as plain data. They hold no token, no secret and no claim but those named here.
import type { AuthErrorCode } from "./errors.ts";

/** One access decision: exactly one a guarded request. */
export interface DecisionEvent {
  readonly type: "decision";
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  readonly outcome: "allowed" | "anonymous" | "refused";
  /** What the caller came with: an access token, or the cookie of a session; absent where it was neither. */
  readonly by: "token" | "session" | undefined;
  /** Why, as a stable code; absent where the request was allowed. */
  readonly code: AuthErrorCode | undefined;
  /** Why, as a sentence for the log. */
  readonly reason: string | undefined;
  /** Of the answer to a refused request; 302 where a browser was sent to the sign-in. */
  readonly status: number | undefined;
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly clientId: string | undefined;
  /** Subject of the current actor (RFC 8693 `act`). */
  readonly actor: string | undefined;
  readonly keyId: string | undefined;
  /** Route pattern (`/users/:id`), never the path with its values; absent where the framework tells none. */
  readonly route: string | undefined;
  readonly method: string | undefined;
  /** The requirement, in one line. */
  readonly requirement: string | undefined;
  readonly requestId: string | undefined;
  /** Microseconds spent on deciding; 0 where the cache answered at once. */
  readonly latencyMicroseconds: number;
  /** Whether the cache of verified tokens answered. */
  readonly cached: boolean;
}

/**
 * A sign-in, a renewal of its tokens, or its end: exactly one each, whichever way it went. `ok` is done; `refused` is somebody's
 * fault (a code of 400 to 403); `failed` is an outage (503).
 */
export interface SessionEvent {
  readonly type: "session";
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly time: number;
  readonly name:
    | "login"
    | "renewal"
    | "logout"
    | "backchannel_logout"
    | "frontchannel_logout"
    | "end_all"
    | "userinfo"
    | "native_code"
    | "native_device"
    | "native_refresh";
  readonly outcome: "ok" | "refused" | "failed";
  /** Why, as a stable code; absent where it is done. */
  readonly code: AuthErrorCode | undefined;
  /** Why, as a sentence for the log. */
  readonly reason: string | undefined;
  /** The provider; absent where it isn't known whose sign-in this was to be. */
  readonly issuer: string | undefined;
  /** Who, once the provider has said so. */
  readonly subject: string | undefined;
  /** This application's client at the provider. */
  readonly clientId: string | undefined;
  /** How many sessions were ended; absent where none were to be. */
  readonly ended: number | undefined;
  readonly requestId: string | undefined;
}

/** Something an operator may want to be woken for. The names are stable: alerts are written against them. */
export interface SecurityEvent {
  readonly type: "security";
  readonly time: number;
  readonly name:
    | "keys_fetch_failed"
    | "keys_recovered"
    | "keys_rotated"
    | "key_refused"
    | "unknown_kid_flood"
    | "audience_confusion"
    | "token_type_confusion"
    | "private_key_published"
    | "dpop_replay"
    | "replay_store_failed"
    | "preset_inferred"
    | "introspection_failed"
    | "introspection_recovered"
    | "introspection_refused_us"
    | "introspection_flood"
    | "client_secret_old";
  readonly issuer: string | undefined;
  /** One sentence for people. */
  readonly message: string;
}

/** What `deps.onEvent` and the audit sinks receive. */
export type AuthEvent = DecisionEvent | SessionEvent | SecurityEvent;
