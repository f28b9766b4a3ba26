// To be filled in.
import type { SessionSettings } from "./options.ts";
import type { ApplicationSessions, SessionsDeps } from "./sessions.ts";

export function createCookieSessions(_settings: SessionSettings, _deps: SessionsDeps): ApplicationSessions {
  throw new Error("Not built yet");
}
