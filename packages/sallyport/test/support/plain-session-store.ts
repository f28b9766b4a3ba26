// The plainest store of sessions there can be: what the port says, in a few maps. For tests, where one map is all processes.
import type { SessionStore, StoredSession } from "../../src/session/index.ts";

interface Kept {
  row: StoredSession;
  lease: { holder: string; until: number } | undefined;
}

export interface PlainSessionStore extends SessionStore {
  readonly rows: ReadonlyMap<string, Kept>;
  /** How often each verb was called. */
  readonly calls: Record<string, number>;
  /** Verbs that fail from now on. */
  readonly broken: Set<string>;
}

/** @param atOnce whether `read` answers without a promise */
export function createPlainSessionStore(atOnce = false): PlainSessionStore {
  const rows = new Map<string, Kept>();
  const logouts: { issuer: string; subject?: string | undefined; sid?: string | undefined; at: number }[] =
    [];
  const words = new Map<string, number>();
  const calls: Record<string, number> = {};
  const broken = new Set<string>();

  const live = (idHash: string, now: number) => {
    const kept = rows.get(idHash);
    return kept && kept.row.expiresAt > now && kept.row.idleAt > now ? kept : undefined;
  };
  const isIn = (
    row: StoredSession,
    { issuer, subject, sid }: { issuer: string; subject?: string | undefined; sid?: string | undefined },
  ) =>
    row.issuer === issuer &&
    (subject ?? sid) !== undefined &&
    (subject === undefined || row.subject === subject) &&
    (sid === undefined || row.sid === sid);

  function count(verb: string): void {
    calls[verb] = (calls[verb] ?? 0) + 1;
    if (broken.has(verb)) throw new Error("The test's store is down");
  }
  /** Other requests come between a question and its answer, as they do with a database. */
  async function verb<Result>(name: string, work: () => Result): Promise<Result> {
    await Promise.resolve();
    count(name);
    const result = work();
    await Promise.resolve();
    return result;
  }
  function readNow(idHash: string, now: number): StoredSession | undefined {
    count("read");
    return live(idHash, now)?.row;
  }

  return {
    rows,
    calls,
    broken,
    create: (session, { since, replaces, now }) =>
      verb("create", () => {
        if (replaces !== undefined) rows.delete(replaces);
        if (logouts.some((one) => one.at >= since && isIn(session, one))) return false;
        if (session.expiresAt > now) rows.set(session.idHash, { row: session, lease: undefined });
        return true;
      }),
    read: (idHash, now) => (atOnce ? readNow(idHash, now) : verb("reading", () => readNow(idHash, now))),
    touch: (idHash, idleAt, now) =>
      verb("touch", () => {
        const kept = live(idHash, now);
        if (kept) kept.row = { ...kept.row, idleAt: Math.max(kept.row.idleAt, idleAt) };
      }),
    replace: (idHash, version, next, now) =>
      verb("replace", () => {
        const kept = live(idHash, now);
        if (kept?.row.version !== version) return false;
        kept.row = { ...kept.row, ...next, version: version + 1 };
        kept.lease = undefined;
        return true;
      }),
    lease: (idHash, { version, holder, until }, now) =>
      verb("lease", () => {
        const kept = live(idHash, now);
        if (kept?.row.version !== version) return false;
        if (kept.lease && kept.lease.holder !== holder && kept.lease.until > now) return false;
        kept.lease = { holder, until };
        return true;
      }),
    release: (idHash, holder) =>
      verb("release", () => {
        const kept = rows.get(idHash);
        if (kept?.lease?.holder === holder) kept.lease = undefined;
      }),
    end: (idHash, now) =>
      verb("end", () => {
        const ended = live(idHash, now)?.row;
        rows.delete(idHash);
        return ended;
      }),
    endAll: (scope, { now }) =>
      verb("endAll", () => {
        logouts.push({ ...scope, at: now });
        const gone = [...rows.values()].filter(({ row }) => isIn(row, scope) && live(row.idHash, now));
        for (const { row } of gone) rows.delete(row.idHash);
        return gone.map(({ row }) => row);
      }),
    list: ({ issuer, subject }, now) =>
      verb("list", () =>
        [...rows.values()]
          .filter(({ row }) => isIn(row, { issuer, subject }) && live(row.idHash, now))
          .map(({ row: { sealed: _, version: __, ...summary } }) => summary)
          .sort((left, right) => right.createdAt - left.createdAt),
      ),
    once: (word, until, now) =>
      verb("once", () => {
        if ((words.get(word) ?? now) > now) return false;
        words.set(word, until);
        return true;
      }),
    sweep: (now, limit) =>
      verb("sweep", () => {
        const over = [...rows.keys()].filter((idHash) => !live(idHash, now)).slice(0, limit);
        for (const idHash of over) rows.delete(idHash);
        return over.length;
      }),
  };
}
