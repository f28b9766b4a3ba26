// Sessions: what the composition root and other rooms may reach.
export type {
  FoundSession,
  LogoutScope,
  SessionContent,
  SessionOwner,
  SessionStore,
  SessionSummary,
  Sessions,
  StoredSession,
  TokenRenewal,
} from "./contract.ts";
export type { SessionLeaf, SessionVisit } from "./leaf.ts";
export { resolveSession, type SessionOptions, sessionOptionTable } from "./options.ts";
export { createSealer, type Sealer } from "./sealer.ts";
export { createSessionLeaf } from "./session-leaf.ts";
export { type ApplicationSessions, createSessions } from "./sessions.ts";
export { storeVerbs } from "./store-verbs.ts";
