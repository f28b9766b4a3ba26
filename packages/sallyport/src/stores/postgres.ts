// `sallyport/stores/postgres`: sessions in PostgreSQL, for the processes of many machines.
import { isFunction, isInteger, isPlainObject, type OptionTable } from "../options.ts";
import type { SessionStore } from "../session/index.ts";
import { checkWithClient } from "./client-option.ts";
import { answered } from "./failure.ts";
import { statements } from "./postgres-statements.ts";
import { tableStatements, tablesExist, tablesLock } from "./postgres-tables.ts";
import { type SessionRow, sessionOf, valuesOf } from "./rows.ts";
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
  on(event: "error", listener: () => void): unknown;
  removeListener(event: "error", listener: () => void): unknown;
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

/** The query that is under way rejects as well. */
const ignore = () => {};

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
  checkWithClient("createPostgresSessionStore", options, optionTable, "pool");
  const { pool, timeoutMs = 2_000 } = options;
  const within = <Answer>(answer: Promise<Answer>) => answered("PostgreSQL", timeoutMs, answer);
  let tables: Promise<void> | undefined;

  /**
   * `READ COMMITTED`, whatever the database's default: what is read after a lock has to be newer than the wait for it. Past the
   * deadline nobody waits any more, and nothing may happen in their name.
   */
  async function inTransaction<Result>(
    deadline: number,
    work: (client: PostgresClient) => Promise<Result>,
  ): Promise<Result> {
    const inTime = () => {
      if (performance.now() >= deadline) throw new Error("Too late");
    };
    const client = await pool.connect();
    // The pool listens to those alone that it has; without, a server that goes now would end the process.
    client.on("error", ignore);
    let broken = false;
    try {
      inTime();
      await within(
        client.query(`BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${timeoutMs}`),
      );
      const result = await work(client);
      inTime();
      await within(client.query("COMMIT"));
      return result;
    } catch (error) {
      await within(client.query("ROLLBACK")).catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      client.removeListener("error", ignore);
      client.release(broken);
    }
  }

  async function makeTables(): Promise<void> {
    if ((await pool.query(tablesExist)).rowCount !== 0) return;
    await inTransaction(performance.now() + timeoutMs, async (client) => {
      await within(client.query(tablesLock));
      // Another process may have made them while this one waited.
      if ((await within(client.query(tablesExist))).rowCount !== 0) return;
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

  async function transaction<Result>(work: (client: PostgresClient) => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + timeoutMs;
    return within(migrate().then(() => inTransaction(deadline, work)));
  }

  async function query(name: keyof typeof statements, ...values: unknown[]): Promise<PostgresResult> {
    return within(migrate().then(() => pool.query(statements[name], values)));
  }
  const changes = async (...given: Parameters<typeof query>) => ((await query(...given)).rowCount ?? 0) > 0;

  const one = ({ rows: [row] }: PostgresResult) =>
    row === undefined ? undefined : sessionOf(row as SessionRow);

  return {
    migrate: () => within(migrate()),
    async create(session, { since, replaces = null, now }) {
      const values = valuesOf(session);
      const scopes = scopesOf(session);
      return transaction(async (client) => {
        await within(client.query(statements.lockForLogin, [scopes]));
        await within(client.query(statements.makeRoom, [replaces, session.idHash, now]));
        const { rowCount } = await within(client.query(statements.insert, [...values, scopes, since, now]));
        return rowCount === 1;
      });
    },
    async read(idHash, now) {
      return one(await query("read", idHash, now));
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
    async end(idHash, now) {
      return one(await query("end", idHash, now));
    },
    async endAll(scope, { now, rememberUntil }) {
      checkScope(scope);
      const { issuer, subject, sid } = scope;
      checkText(issuer, subject, sid);
      const key = scopeKey(scope);
      const { rows } = await transaction(async (client) => {
        // One lock: a login shares those of all scopes that it is in.
        await within(client.query(statements.lockForLogout, [[key]]));
        await within(client.query(statements.recordLogout, [key, now, rememberUntil]));
        if (sid === undefined) return within(client.query(statements.endBySubject, [issuer, subject]));
        return subject === undefined
          ? within(client.query(statements.endBySid, [issuer, sid]))
          : within(client.query(statements.endByBoth, [issuer, sid, subject]));
      });
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
        removed += Number((rows[0] as { readonly count: unknown }).count);
      }
      return removed;
    },
  };
}
