// `sallyport/stores/memory`: sessions in this process, for one process alone, and until it ends.
import { checkOptions, isInteger, type OptionTable } from "../options.ts";
import type { LogoutScope, SessionStore, StoredSession } from "../session/index.ts";
import { createExpiringMap } from "./expiring-map.ts";
import { checkScope, scopeKey, scopesOf } from "./scope.ts";

export type { SessionStore } from "../session/index.ts";

/** Options of {@link createMemorySessionStore}. */
export interface MemorySessionStoreOptions {
  /** Most sessions at a time; the next sign-in is refused, and nobody is signed out for it. Default: 100,000. */
  readonly maxSessions?: number;
}

const optionTable = {
  maxSessions: {
    check: isInteger(1, 10_000_000),
    takes: "a whole number from 1 to 10,000,000",
    doc: "Most sessions at a time; also most logouts and single-use words that are remembered, where it is more than 100,000.",
    default: "100,000",
  },
} as const satisfies OptionTable;

const leastRemembered = 100_000;

interface Row {
  session: StoredSession;
  holder: string | undefined;
  leasedUntil: number;
}

/**
 * Keeps sessions in memory: for development, tests, and an application of one process whose users may be asked to sign in
 * again when it restarts. Other processes know nothing of them, nor of a logout.
 *
 * @throws TypeError where an option is unknown or of the wrong form
 *
 * @example
 * ```ts
 * const store = createMemorySessionStore({ maxSessions: 10_000 });
 * ```
 */
export function createMemorySessionStore(options: MemorySessionStoreOptions = {}): SessionStore {
  checkOptions("createMemorySessionStore", options, optionTable);
  const { maxSessions = 100_000 } = options;
  /** Scope → ids. Most people have one session, and a set is large for that. */
  const byScope = new Map<string, string | Set<string>>();
  const sessions = createExpiringMap<Row>(maxSessions, ({ session }) => leave(session));
  // Of these anybody may bring some about: few sessions are no reason to have room for few.
  const mostRemembered = Math.max(maxSessions, leastRemembered);
  /** Scope → when its last logout was recorded. */
  const logouts = createExpiringMap<{ at: number }>(mostRemembered);
  const words = createExpiringMap<true>(mostRemembered);

  // Every verb is one stretch of synchronous code: that is what makes it atomic here.
  function join(session: StoredSession): void {
    const { idHash } = session;
    for (const key of indexes(session)) {
      const ids = byScope.get(key);
      if (ids === undefined) byScope.set(key, idHash);
      else if (typeof ids === "string") byScope.set(key, new Set([ids, idHash]));
      else ids.add(idHash);
    }
  }

  function leave(session: StoredSession): void {
    const { idHash } = session;
    for (const key of indexes(session)) {
      const ids = byScope.get(key);
      if (ids === idHash) byScope.delete(key);
      else if (ids instanceof Set && ids.delete(idHash) && ids.size === 0) byScope.delete(key);
    }
  }

  function liveIn(scope: LogoutScope, now: number): StoredSession[] {
    const { issuer, subject, sid } = scope;
    const ids = byScope.get(scopeKey(sid === undefined ? { issuer, subject } : { issuer, sid })) ?? [];
    return (typeof ids === "string" ? [ids] : [...ids])
      .map((idHash) => sessions.get(idHash, now)?.session)
      .filter((session) => session !== undefined)
      .filter((session) => subject === undefined || session.subject === subject);
  }

  return {
    async create(session, { since, replaces, now }) {
      if (session.idHash !== replaces && sessions.get(session.idHash, now))
        throw new Error("The id is taken");
      const loggedOut = scopesOf(session).some((key) => (logouts.get(key, now)?.at ?? -Infinity) >= since);
      const makesRoom = replaces !== undefined && sessions.get(replaces, now) !== undefined;
      if (!loggedOut && !makesRoom) sessions.makeRoom(now);
      if (replaces !== undefined) sessions.delete(replaces);
      if (loggedOut) return false;
      const row: Row = { session: copyOf(session), holder: undefined, leasedUntil: 0 };
      sessions.add(session.idHash, row, endOf(session), now);
      join(row.session);
      return true;
    },
    read: (idHash, now) => sessions.get(idHash, now)?.session,
    async touch(idHash, idleAt, now) {
      const row = sessions.get(idHash, now);
      if (!row || idleAt <= row.session.idleAt) return;
      row.session = copyOf({ ...row.session, idleAt });
      sessions.prolong(idHash, endOf(row.session));
    },
    async replace(idHash, version, { sealed, sid }, now) {
      const row = sessions.get(idHash, now);
      if (row?.session.version !== version) return false;
      leave(row.session);
      row.session = copyOf({ ...row.session, sealed, sid, version: version + 1 });
      row.holder = undefined;
      join(row.session);
      return true;
    },
    async lease(idHash, { version, holder, until }, now) {
      const row = sessions.get(idHash, now);
      if (row?.session.version !== version) return false;
      if (row.holder !== undefined && row.holder !== holder && row.leasedUntil > now) return false;
      row.holder = holder;
      row.leasedUntil = until;
      return true;
    },
    async release(idHash, holder) {
      // Whether the session has ended makes no difference to its lease.
      const row = sessions.get(idHash, -Infinity);
      if (row?.holder === holder) row.holder = undefined;
    },
    async end(idHash, now) {
      const ended = sessions.get(idHash, now)?.session;
      sessions.delete(idHash);
      return ended;
    },
    async endAll(scope, { now, rememberUntil }) {
      checkScope(scope);
      const key = scopeKey(scope);
      const former = logouts.get(key, now);
      if (!former) logouts.makeRoom(now);
      const ended = liveIn(scope, now);
      for (const { idHash } of ended) sessions.delete(idHash);
      if (former) former.at = Math.max(former.at, now);
      else logouts.add(key, { at: now }, rememberUntil, now);
      logouts.prolong(key, rememberUntil);
      return ended;
    },
    async list({ issuer, subject }, now) {
      return liveIn({ issuer, subject }, now)
        .sort((one, other) => other.createdAt - one.createdAt)
        .map(({ sealed: _sealed, version: _version, ...summary }) => summary);
    },
    async once(word, until, now) {
      if (words.get(word, now)) return false;
      words.add(word, true, until, now);
      return true;
    },
    async sweep(now, limit) {
      return sessions.sweep(now, limit) + logouts.sweep(now, limit) + words.sweep(now, limit);
    },
  };
}

/** What sessions are found by, beside their id. */
function indexes({ issuer, subject, sid }: StoredSession): readonly string[] {
  const owner = scopeKey({ issuer, subject });
  return sid === undefined ? [owner] : [owner, scopeKey({ issuer, sid })];
}

const endOf = ({ expiresAt, idleAt }: StoredSession) => Math.min(expiresAt, idleAt);

/** The store's own, which nobody changes from outside. */
function copyOf(session: StoredSession): StoredSession {
  const { idHash, issuer, subject, sid, version, sealed, createdAt, expiresAt, idleAt } = session;
  const own = { idHash, issuer, subject, sid, version, sealed, createdAt, expiresAt, idleAt };
  return Object.freeze(own);
}
