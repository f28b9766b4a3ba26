// The tables of the PostgreSQL store.

/** One process makes the tables: two that do so at the same time would fail one another, `IF NOT EXISTS` or not. */
export const tablesLock = "SELECT pg_advisory_xact_lock(hashtextextended('sallyport tables', 0))";

/**
 * The statements that make the tables, in one transaction. Times are milliseconds in `double precision`, which is what a number of
 * JavaScript is. Subjects, sids, words and scopes may be longer than a B-tree takes: hence hash indexes, and SHA-256 as a key.
 */
export const tableStatements: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS sallyport_sessions (
    id_hash text PRIMARY KEY,
    issuer text NOT NULL,
    subject text NOT NULL,
    sid text,
    version integer NOT NULL,
    sealed text NOT NULL,
    created_at double precision NOT NULL,
    expires_at double precision NOT NULL,
    idle_at double precision NOT NULL,
    lease_holder text,
    lease_until double precision
  )`,
  "CREATE INDEX IF NOT EXISTS sallyport_sessions_subject ON sallyport_sessions USING hash (subject)",
  "CREATE INDEX IF NOT EXISTS sallyport_sessions_sid ON sallyport_sessions USING hash (sid)",
  "CREATE INDEX IF NOT EXISTS sallyport_sessions_end ON sallyport_sessions (least(expires_at, idle_at))",
  `CREATE TABLE IF NOT EXISTS sallyport_logouts (
    scope bytea PRIMARY KEY,
    at double precision NOT NULL,
    until double precision NOT NULL
  )`,
  "CREATE INDEX IF NOT EXISTS sallyport_logouts_until ON sallyport_logouts (until)",
  "CREATE TABLE IF NOT EXISTS sallyport_words (word bytea PRIMARY KEY, until double precision NOT NULL)",
  "CREATE INDEX IF NOT EXISTS sallyport_words_until ON sallyport_words (until)",
];

const last = ["sallyport_sessions_end", "sallyport_logouts_until", "sallyport_words_until"];

/**
 * A row where they are there, wherever in the search path. Then nothing is made: no right to is needed, and no lock on the tables,
 * which `CREATE INDEX IF NOT EXISTS` takes in any case and logouts that go on would run into. Not by `to_regclass`: it may answer
 * from a cache what was so before this connection waited for the lock.
 */
export const tablesExist = `SELECT count(*) FROM pg_catalog.pg_class
  WHERE relname IN (${last.map((name) => `'${name}'`).join(", ")}) AND pg_catalog.pg_table_is_visible(oid)
  HAVING count(*) = ${last.length}`;
