// Events for the audit tests.
import type { DecisionEvent, SecurityEvent } from "../../src/events.ts";

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
