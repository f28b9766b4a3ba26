// The statements of the PostgreSQL store, a verb each. All hold under READ COMMITTED: a condition is judged again on a row that was waited for.
import { columns } from "./rows.ts";

const digest = (parameter: string) => `sha256(convert_to(${parameter}, 'UTF8'))`;
const live = (now: string) => `expires_at > ${now} AND idle_at > ${now}`;
const lock = (kind: "" | "_shared", parameter: string) =>
  `SELECT pg_advisory_xact_lock${kind}(key) FROM (SELECT DISTINCT hashtextextended(scope, 0) AS key
    FROM unnest(${parameter}::text[]) AS scope ORDER BY key) AS keys`;
const sweeping = (table: string, end: string) => `WITH gone AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ${table} WHERE ${end} <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING 1)
  SELECT count(*)::int AS count FROM gone`;
/** In one order: two logouts that meet in the same rows would otherwise each wait for the other. */
const ending = (which: string) => `DELETE FROM sallyport_sessions WHERE id_hash IN (SELECT id_hash
  FROM sallyport_sessions WHERE issuer = $1 AND ${which} ORDER BY id_hash FOR UPDATE) RETURNING ${columns}`;

/** By verb; a logout in three forms, so that each finds its index. */
export const statements = {
  read: `SELECT ${columns} FROM sallyport_sessions WHERE id_hash = $1 AND ${live("$2")}`,
  list: `SELECT ${columns} FROM sallyport_sessions WHERE subject = $1 AND issuer = $2 AND ${live("$3")}
    ORDER BY created_at DESC`,
  lockForLogin: lock("_shared", "$1"),
  lockForLogout: lock("", "$1"),
  makeRoom: `DELETE FROM sallyport_sessions WHERE id_hash = $1 OR (id_hash = $2 AND NOT (${live("$3")}))`,
  insert: `INSERT INTO sallyport_sessions (${columns}) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
    WHERE NOT EXISTS (SELECT 1 FROM sallyport_logouts WHERE at >= $11 AND until > $12
      AND scope IN (SELECT ${digest("one")} FROM unnest($10::text[]) AS one))`,
  touch: `UPDATE sallyport_sessions SET idle_at = $2 WHERE id_hash = $1 AND idle_at < $2 AND ${live("$3")}`,
  replace: `UPDATE sallyport_sessions SET sealed = $3, sid = $4, version = version + 1, lease_holder = NULL
    WHERE id_hash = $1 AND version = $2 AND ${live("$5")}`,
  lease: `UPDATE sallyport_sessions SET lease_holder = $3, lease_until = $4 WHERE id_hash = $1 AND version = $2
    AND (lease_holder IS NULL OR lease_holder = $3 OR lease_until <= $5) AND ${live("$5")}`,
  release: "UPDATE sallyport_sessions SET lease_holder = NULL WHERE id_hash = $1 AND lease_holder = $2",
  end: `DELETE FROM sallyport_sessions WHERE id_hash = $1 AND ${live("$2")} RETURNING ${columns}`,
  recordLogout: `INSERT INTO sallyport_logouts AS known (scope, at, until) VALUES (${digest("$1")}, $2, $3)
    ON CONFLICT (scope) DO UPDATE SET at = greatest(known.at, $2), until = greatest(known.until, $3)`,
  endBySubject: ending("subject = $2"),
  endBySid: ending("sid = $2"),
  endByBoth: ending("sid = $2 AND subject = $3"),
  once: `INSERT INTO sallyport_words AS known (word, until) VALUES (${digest("$1")}, $2)
    ON CONFLICT (word) DO UPDATE SET until = $2 WHERE known.until <= $3`,
  sweepSessions: sweeping("sallyport_sessions", "least(expires_at, idle_at)"),
  sweepLogouts: sweeping("sallyport_logouts", "until"),
  sweepWords: sweeping("sallyport_words", "until"),
} as const;
