// `sallyport/stores/sqlite`: sessions in a file, for the processes of one machine.
import { isFunction, isPlainObject, type OptionTable } from "../options.ts";
import type { SessionStore, StoredSession } from "../session/index.ts";
import { checkWithClient } from "./client-option.ts";
import {
  columns,
  type SessionRow,
  type SessionValues,
  sessionOf,
  sessionOfValues,
  valuesOf,
} from "./rows.ts";
import { checkScope, scopeKey, scopesOf } from "./scope.ts";
import { openTables } from "./sqlite-tables.ts";
import { checkText } from "./text.ts";

export type { SessionStore } from "../session/index.ts";

/** A prepared statement, as far as it is used here. */
export interface SqliteStatement {
  run(...values: never[]): { readonly changes: number | bigint };
  get(...values: never[]): unknown;
  all(...values: never[]): unknown[];
  /** Makes `get` answer lists, where the driver can. */
  raw?(lists: boolean): unknown;
}

/** A database handle of libsql or better-sqlite3, as far as it is used here. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  /** `false` once it is closed. */
  readonly open?: boolean;
}

/** Options of {@link createSqliteSessionStore}. */
export interface SqliteSessionStoreOptions {
  /** A handle that nobody else uses: a transaction of the application's on it would become ours. */
  readonly database: SqliteDatabase;
}

const optionTable = {
  database: {
    check: (value) =>
      isPlainObject(value) && (["prepare", "exec"] as const).every((name) => isFunction(value[name])),
    takes: "a database handle: new Database(path) of libsql or better-sqlite3",
    doc: "The handle, used by nobody else.",
  },
} as const satisfies OptionTable;

const live = "expires_at > ? AND idle_at > ?";
const lone = (name: string) => `DELETE FROM sallyport_sessions WHERE ${name} RETURNING ${columns}`;
const sweeping = (table: string, end: string) =>
  `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${end} <= ? LIMIT ?)`;

const statements = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  read: `SELECT ${columns} FROM sallyport_sessions WHERE id_hash = ?`,
  list: `SELECT ${columns} FROM sallyport_sessions WHERE subject = ? AND issuer = ? AND ${live} ORDER BY created_at DESC`,
  remove: "DELETE FROM sallyport_sessions WHERE id_hash = ?",
  removeExpired: "DELETE FROM sallyport_sessions WHERE id_hash = ? AND (expires_at <= ? OR idle_at <= ?)",
  insert: `INSERT INTO sallyport_sessions (${columns}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?
    WHERE NOT EXISTS (SELECT 1 FROM sallyport_logouts WHERE scope IN (?, ?, ?) AND at >= ? AND until > ?)`,
  touch: `UPDATE sallyport_sessions SET idle_at = ? WHERE id_hash = ? AND idle_at < ? AND ${live}`,
  replace: `UPDATE sallyport_sessions SET sealed = ?, sid = ?, version = version + 1, lease_holder = NULL
    WHERE id_hash = ? AND version = ? AND ${live}`,
  lease: `UPDATE sallyport_sessions SET lease_holder = ?, lease_until = ? WHERE id_hash = ? AND version = ?
    AND (lease_holder IS NULL OR lease_holder = ? OR lease_until <= ?) AND ${live}`,
  release: "UPDATE sallyport_sessions SET lease_holder = NULL WHERE id_hash = ? AND lease_holder = ?",
  end: lone(`id_hash = ? AND ${live}`),
  endBySubject: lone("subject = ? AND issuer = ?"),
  endBySid: lone("sid = ? AND issuer = ?"),
  endByBoth: lone("sid = ? AND issuer = ? AND subject = ?"),
  recordLogout: `INSERT INTO sallyport_logouts (scope, at, until) VALUES (?, ?, ?)
    ON CONFLICT (scope) DO UPDATE SET at = max(at, excluded.at), until = max(until, excluded.until)`,
  once: `INSERT INTO sallyport_words (word, until) VALUES (?, ?)
    ON CONFLICT (word) DO UPDATE SET until = excluded.until WHERE until <= ?`,
  sweepSessions: sweeping("sallyport_sessions", "min(expires_at, idle_at)"),
  sweepLogouts: sweeping("sallyport_logouts", "until"),
  sweepWords: sweeping("sallyport_words", "until"),
} as const;

type Value = string | number | null;

/**
 * Keeps sessions in SQLite, in the tables `sallyport_*` of a file that it makes where they are missing: for all processes of
 * one machine. Set for that: write-ahead log, `synchronous = FULL`, so that no power cut undoes a logout, and a `busy_timeout` of
 * two seconds where the handle has none. Expired rows go when `sweep` is called.
 *
 * @throws TypeError where the handle is missing or of the wrong form; what the driver throws where the tables can't be made
 *
 * @example
 * ```ts
 * import Database from "libsql";
 * const store = createSqliteSessionStore({ database: new Database("sessions.db") });
 * ```
 */
export function createSqliteSessionStore(options: SqliteSessionStoreOptions): SessionStore {
  checkWithClient("createSqliteSessionStore", options, optionTable, "database");
  const { database } = options;
  openTables(database);
  const prepared = Object.fromEntries(
    Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Record<keyof typeof statements, SqliteStatement>;

  function ready(name: keyof typeof statements): SqliteStatement {
    // A statement of libsql finds nothing, and says so, once its database is closed: that is no answer.
    if (database.open === false) throw new Error("The database of the session store is closed");
    return prepared[name];
  }
  const changes = (name: keyof typeof statements, ...values: readonly Value[]) =>
    Number(ready(name).run(...(values as never[])).changes);
  const rows = (name: keyof typeof statements, ...values: readonly Value[]) =>
    (ready(name).all(...(values as never[])) as SessionRow[]).map(sessionOf);

  /** Immediate: a transaction that reads before it writes is refused where another wrote in between, however long it waits. */
  function atomically<Result>(work: () => Result): Result {
    changes("begin");
    try {
      const result = work();
      changes("commit");
      return result;
    } catch (error) {
      try {
        changes("rollback");
      } catch {
        // SQLite has rolled back itself.
      }
      throw error;
    }
  }

  // The verb of every request: a list of values is a third faster to get than an object.
  prepared.read.raw?.(true);
  function read(idHash: string, now: number): StoredSession | undefined {
    const row = ready("read").get(idHash as never) as SessionRow | SessionValues | null | undefined;
    if (row === undefined || row === null) return undefined;
    const session = "id_hash" in row ? sessionOf(row) : sessionOfValues(row);
    return session.expiresAt > now && session.idleAt > now ? session : undefined;
  }

  return {
    async create(session, { since, replaces, now }) {
      const values = valuesOf(session);
      const [scope = "", ...others] = scopesOf(session);
      const [second = scope, third = scope] = others;
      return atomically(() => {
        if (replaces !== undefined) changes("remove", replaces);
        changes("removeExpired", session.idHash, now, now);
        return changes("insert", ...values, scope, second, third, since, now) > 0;
      });
    },
    read(idHash, now) {
      try {
        return read(idHash, now);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    async touch(idHash, idleAt, now) {
      changes("touch", idleAt, idHash, idleAt, now, now);
    },
    async replace(idHash, version, { sealed, sid }, now) {
      checkText(sealed, sid);
      return changes("replace", sealed, sid ?? null, idHash, version, now, now) > 0;
    },
    async lease(idHash, { version, holder, until }, now) {
      return changes("lease", holder, until, idHash, version, holder, now, now, now) > 0;
    },
    async release(idHash, holder) {
      changes("release", idHash, holder);
    },
    async end(idHash, now) {
      return rows("end", idHash, now, now)[0];
    },
    async endAll(scope, { now, rememberUntil }) {
      checkScope(scope);
      const { issuer, subject, sid } = scope;
      checkText(issuer, subject, sid);
      const ended = atomically(() => {
        changes("recordLogout", scopeKey(scope), now, rememberUntil);
        if (sid === undefined) return rows("endBySubject", subject ?? null, issuer);
        return subject === undefined
          ? rows("endBySid", sid, issuer)
          : rows("endByBoth", sid, issuer, subject);
      });
      return ended.filter(({ expiresAt, idleAt }) => expiresAt > now && idleAt > now);
    },
    async list({ issuer, subject }, now) {
      checkText(issuer, subject);
      return rows("list", subject, issuer, now, now).map(
        ({ sealed: _sealed, version: _version, ...summary }) => summary,
      );
    },
    async once(word, until, now) {
      // As JSON, in which every character survives.
      return changes("once", JSON.stringify(word), until, now) > 0;
    },
    async sweep(now, limit) {
      const tables = ["sweepSessions", "sweepLogouts", "sweepWords"] as const;
      return tables.reduce((sum, name) => sum + changes(name, now, limit), 0);
    },
  };
}
