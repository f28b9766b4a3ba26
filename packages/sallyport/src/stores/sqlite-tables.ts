// The tables of the SQLite store, and the settings of its handle.
import type { SqliteDatabase } from "./sqlite.ts";

const busyTimeoutMs = 2_000;

const schema = `
CREATE TABLE IF NOT EXISTS sallyport_sessions (
  id_hash TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  sid TEXT,
  version INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  idle_at INTEGER NOT NULL,
  lease_holder TEXT,
  lease_until INTEGER
);
CREATE INDEX IF NOT EXISTS sallyport_sessions_subject ON sallyport_sessions (subject);
CREATE INDEX IF NOT EXISTS sallyport_sessions_sid ON sallyport_sessions (sid) WHERE sid IS NOT NULL;
CREATE INDEX IF NOT EXISTS sallyport_sessions_end ON sallyport_sessions (min(expires_at, idle_at));
CREATE TABLE IF NOT EXISTS sallyport_logouts (scope TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sallyport_logouts_until ON sallyport_logouts (until);
CREATE TABLE IF NOT EXISTS sallyport_words (word TEXT PRIMARY KEY, until INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sallyport_words_until ON sallyport_words (until);
`;

/** Makes what is missing; several processes may start at once. */
export function openTables(database: SqliteDatabase): void {
  const pragma = (name: string) =>
    (database.prepare(`PRAGMA ${name}`).get() ?? {}) as Readonly<Record<string, unknown>>;
  // First of all: what follows waits for other processes.
  if (Number(pragma("busy_timeout").timeout) === 0) database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  if (pragma("journal_mode").journal_mode !== "wal") database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(schema);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
