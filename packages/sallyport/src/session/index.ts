// Sessions: what the composition root and other rooms may reach.
export type {
  FoundSession,
  LogoutScope,
  NewSession,
  SessionContent,
  SessionOwner,
  SessionStore,
  SessionSummary,
  Sessions,
  SessionTokens,
  StoredSession,
  TokenRenewal,
} from "./contract.ts";
export type { SessionLeaf, SessionVisit } from "./leaf.ts";
export { resolveSession, type SessionOptions, type SessionSettings, sessionOptionTable } from "./options.ts";
export { createSealer, type Sealer, type SealerDeps } from "./sealer.ts";
export { createSessionLeaf, type SessionLeafParts } from "./session-leaf.ts";
export { type ApplicationSessions, createSessions, type SessionsDeps } from "./sessions.ts";
