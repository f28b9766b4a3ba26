// `sallyport/stores/postgres`: sessions in PostgreSQL, for the processes of many machines.
import { checkOptions, isFunction, isInteger, isPlainObject, type OptionTable } from "../options.ts";
import type { SessionStore } from "../session/index.ts";
import { answered } from "./failure.ts";
import { tableStatements, tablesExist } from "./postgres-tables.ts";
import { columns, type SessionRow, sessionOf, valuesOf } from "./rows.ts";
import { checkScope, scopeKey, scopesOf } from "./scope.ts";
import { checkText } from "./text.ts";

export type { SessionStore } from "../session/index.ts";

/** What a query gives, as far as it is used here. */
export interface PostgresResult {
  readonly rows: readonly unknown[];
  readonly rowCount: number | null;
}

/** A connection that a transaction has for itself. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  /** @param broken `true`: it goes back to nobody */
  release(broken?: boolean): void;
}

/** A pool of pg, as far as it is used here. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  connect(): Promise<PostgresClient>;
}

/** Options of {@link createPostgresSessionStore}. */
export interface PostgresSessionStoreOptions {
  /** A pool of pg, 8 or later. Give it an `error` listener: pg ends the process without one when the server goes. */
  readonly pool: PostgresPool;
  /** Milliseconds after which a server that does not answer has failed. Default: 2000. */
  readonly timeoutMs?: number;
}

/** A store that can be got ready before the first request. */
export interface PostgresSessionStore extends SessionStore {
  /** Makes the tables where they are missing; the first verb does it otherwise. Any number of processes may. */
  migrate(): Promise<void>;
}

const optionTable = {
  pool: {
    check: (value) =>
      isPlainObject(value) && (["query", "connect"] as const).every((name) => isFunction(value[name])),
    takes: "a pool: new Pool(config) of pg",
    doc: "The pool.",
  },
  timeoutMs: {
    check: isInteger(1, 60_000),
    takes: "a whole number of milliseconds from 1 to 60000",
    doc: "After which a server that does not answer has failed.",
    default: "2000",
  },
} as const satisfies OptionTable;

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

const statements = {
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
  end: `DELETE FROM sallyport_sessions WHERE id_hash = $1 AND ${live("$2")}`,
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

/**
 * Keeps sessions in PostgreSQL (12 or later), in the tables `sallyport_*` of the first schema of the search path. The first verb
 * makes them where they are missing, so that a small application has nothing to do; where the application's role may not, run
 * {@link PostgresSessionStore.migrate} with one that may. A verb is one statement, but for `create` and `endAll`: these
 * are transactions that lock out each other (advisory locks of the transaction, so PgBouncer does no harm), since a
 * logout can't see a login that has not been committed. Expired rows go when `sweep` is called.
 *
 * @throws TypeError where the pool is missing, or an option is unknown or of the wrong form
 *
 * @example
 * ```ts
 * import pg from "pg";
 * const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 2000 });
 * pool.on("error", (error) => log.warn(error));
 * const store = createPostgresSessionStore({ pool });
 * ```
 */
export function createPostgresSessionStore(options: PostgresSessionStoreOptions): PostgresSessionStore {
  checkOptions("createPostgresSessionStore", options, optionTable);
  const { pool, timeoutMs = 2_000 } = options;
  if (pool === undefined) {
    throw new TypeError(`createPostgresSessionStore: \`pool\` takes ${optionTable.pool.takes}`);
  }
  const within = <Answer>(answer: Promise<Answer>) => answered("PostgreSQL", timeoutMs, answer);
  let tables: Promise<void> | undefined;

  /** `READ COMMITTED`, whatever the database's default: what is read after a lock has to be newer than the wait for it. */
  async function inTransaction<Result>(work: (client: PostgresClient) => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + timeoutMs;
    const client = await pool.connect();
    let broken = true;
    try {
      // Nobody waits for it any more, and nothing may happen in their name.
      if (performance.now() > deadline) throw new Error("No connection in time");
      await within(
        client.query(`BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${timeoutMs}`),
      );
      const result = await work(client);
      await within(client.query("COMMIT"));
      broken = false;
      return result;
    } catch (error) {
      broken = await within(client.query("ROLLBACK")).then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async function makeTables(): Promise<void> {
    const { rows } = await pool.query(tablesExist);
    if ((rows[0] as { readonly found: boolean }).found) return;
    await inTransaction(async (client) => {
      for (const statement of tableStatements) await within(client.query(statement));
    });
  }

  function migrate(): Promise<void> {
    // A failure is asked about again by the next verb.
    tables ??= makeTables().catch((error) => {
      tables = undefined;
      throw error;
    });
    return tables;
  }

  async function query(name: keyof typeof statements, ...values: unknown[]): Promise<PostgresResult> {
    return within(migrate().then(() => pool.query(statements[name], values)));
  }
  const changes = async (...given: Parameters<typeof query>) => ((await query(...given)).rowCount ?? 0) > 0;

  return {
    migrate: () => within(migrate()),
    async create(session, { since, replaces = null, now }) {
      const values = valuesOf(session);
      const scopes = scopesOf(session);
      const created = migrate().then(() =>
        inTransaction(async (client) => {
          await within(client.query(statements.lockForLogin, [scopes]));
          await within(client.query(statements.makeRoom, [replaces, session.idHash, now]));
          const { rowCount } = await within(client.query(statements.insert, [...values, scopes, since, now]));
          return rowCount === 1;
        }),
      );
      return within(created);
    },
    async read(idHash, now) {
      const { rows } = await query("read", idHash, now);
      return rows[0] === undefined ? undefined : sessionOf(rows[0] as SessionRow);
    },
    async touch(idHash, idleAt, now) {
      await query("touch", idHash, idleAt, now);
    },
    async replace(idHash, version, { sealed, sid }, now) {
      checkText(sealed, sid);
      return changes("replace", idHash, version, sealed, sid ?? null, now);
    },
    lease: (idHash, { version, holder, until }, now) => changes("lease", idHash, version, holder, until, now),
    async release(idHash, holder) {
      await query("release", idHash, holder);
    },
    end: (idHash, now) => changes("end", idHash, now),
    async endAll(scope, { now, rememberUntil }) {
      checkScope(scope);
      const { issuer, subject, sid } = scope;
      checkText(issuer, subject, sid);
      const key = scopeKey(scope);
      // One lock: a login shares those of all scopes that it is in.
      const found = migrate().then(() =>
        inTransaction(async (client) => {
          await within(client.query(statements.lockForLogout, [[key]]));
          await within(client.query(statements.recordLogout, [key, now, rememberUntil]));
          if (sid === undefined) return within(client.query(statements.endBySubject, [issuer, subject]));
          return subject === undefined
            ? within(client.query(statements.endBySid, [issuer, sid]))
            : within(client.query(statements.endByBoth, [issuer, sid, subject]));
        }),
      );
      const { rows } = await within(found);
      return (rows as SessionRow[])
        .map(sessionOf)
        .filter(({ expiresAt, idleAt }) => expiresAt > now && idleAt > now);
    },
    async list({ issuer, subject }, now) {
      checkText(issuer, subject);
      const { rows } = await query("list", subject, issuer, now);
      return (rows as SessionRow[])
        .map(sessionOf)
        .map(({ sealed: _sealed, version: _version, ...summary }) => summary);
    },
    once: (word, until, now) => changes("once", JSON.stringify(word), until, now),
    async sweep(now, limit) {
      let removed = 0;
      for (const name of ["sweepSessions", "sweepLogouts", "sweepWords"] as const) {
        const { rows } = await query(name, now, limit);
        removed += (rows[0] as { readonly count: number }).count;
      }
      return removed;
    },
  };
}
