// Events for the audit tests.
import type { DecisionEvent, SecurityEvent, SessionEvent } from "../../src/events.ts";

export function decisionEvent(given: Partial<DecisionEvent> = {}): DecisionEvent {
  return {
    type: "decision",
    time: 1_700_000_000_000,
    outcome: "refused",
    by: "token",
    code: "insufficient_permissions",
    reason: "The caller lacks roles Admin",
    status: 403,
    issuer: "https://idp.example.org",
    subject: "s1",
    clientId: "web",
    actor: undefined,
    keyId: "k1",
    route: "/admin",
    method: "GET",
    requirement: "roles Admin",
    requestId: undefined,
    latencyMicroseconds: 42,
    cached: false,
    ...given,
  };
}

/** Every name: a row more in `events.ts` is asked for here by the compiler. */
export const sessionNames = Object.keys({
  login: 0,
  renewal: 0,
  logout: 0,
  backchannel_logout: 0,
  frontchannel_logout: 0,
  end_all: 0,
  userinfo: 0,
  native_code: 0,
  native_device: 0,
  native_refresh: 0,
} satisfies Record<SessionEvent["name"], 0>);

export function sessionEvent(given: Partial<SessionEvent> = {}): SessionEvent {
  return {
    type: "session",
    time: 1_700_000_000_000,
    name: "login",
    outcome: "ok",
    code: undefined,
    reason: undefined,
    issuer: "https://idp.example.org",
    subject: "s1",
    clientId: "web",
    ended: undefined,
    requestId: "req-1",
    ...given,
  };
}

export function securityEvent(given: Partial<SecurityEvent> = {}): SecurityEvent {
  return {
    type: "security",
    time: 1_700_000_000_000,
    name: "keys_fetch_failed",
    issuer: "https://idp.example.org",
    message: "The request failed before an answer came; the known keys stay in use",
    ...given,
  };
}
