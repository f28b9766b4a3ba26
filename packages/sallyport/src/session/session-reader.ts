// Reading sessions from a store: one read a request, and a content is opened once for each of its versions.
import { chain, isPromise } from "../chain.ts";
import { AuthError } from "../errors.ts";
import { outline } from "../outline.ts";
import { createRecent } from "../recent.ts";
import { readContent } from "./content.ts";
import type { FoundSession, SessionContent, SessionStore, StoredSession } from "./contract.ts";
import type { Sealer } from "./sealer.ts";

/** A session as the store has it, and its content. */
export interface OpenedSession {
  readonly row: StoredSession;
  readonly content: SessionContent;
  /** What requests are told while this is the session: made once. */
  found?: FoundSession;
}

/** Sessions, read and opened. */
export interface SessionReader {
  /**
   * @throws AuthError `session_store_unavailable`, at once or by rejection
   */
  read(this: void, idHash: string): OpenedSession | undefined | Promise<OpenedSession | undefined>;
  open(row: StoredSession): OpenedSession | undefined | Promise<OpenedSession | undefined>;
  seal(idHash: string, content: SessionContent, expiresAt: number): string | Promise<string>;
  remember(row: StoredSession, content: SessionContent): OpenedSession;
  forget(idHash: string): void;
  /** Whether the idle limit may be prolonged: by one request of this process in that time. */
  mayTouch(idHash: string, at: number, everyMs: number): boolean;
  clear(): void;
}

const purpose = "stored session";
const mostOpened = 8000;
const mostTouched = 100_000;

export function createSessionReader(sealer: Sealer, store: SessionStore, now: () => number): SessionReader {
  const known = createRecent<OpenedSession>(mostOpened);
  const touched = createRecent<number>(mostTouched);

  function remember(row: StoredSession, content: SessionContent): OpenedSession {
    const opened: OpenedSession = { row, content };
    known.set(row.idHash, opened);
    return opened;
  }

  function open(row: StoredSession): OpenedSession | undefined | Promise<OpenedSession | undefined> {
    const before = known.get(row.idHash);
    // Newer than this row: it was replaced while the row was on its way here.
    if (before && before.row.version > row.version) return before;
    if (before?.row.version === row.version && before.row.sealed === row.sealed) {
      // The limits are the row's; the content is the same.
      if (before.row.idleAt === row.idleAt && before.row.expiresAt === row.expiresAt) return before;
      return remember(row, before.content);
    }
    return chain(sealer.open(purpose, row.idHash, row.sealed), (value) => {
      const content = readContent(value);
      return content && remember(row, content);
    });
  }

  /** The store has looked at the limits; a clock between the two may be another. */
  function opened(row: StoredSession | undefined, at: number) {
    return row && row.expiresAt > at && row.idleAt > at ? open(row) : undefined;
  }

  return {
    read(idHash) {
      const at = now();
      let row: ReturnType<SessionStore["read"]>;
      try {
        row = store.read(idHash, at);
      } catch (error) {
        throw storeFailure(error);
      }
      if (!isPromise(row)) return opened(row, at);
      return Promise.resolve(row).then(
        (later) => opened(later, now()),
        (error: unknown) => {
          throw storeFailure(error);
        },
      );
    },
    open,
    seal: (idHash, content, expiresAt) => sealer.seal(purpose, idHash, content, expiresAt),
    remember,
    forget(idHash) {
      known.delete(idHash);
      touched.delete(idHash);
    },
    mayTouch(idHash, at, everyMs) {
      const last = touched.get(idHash);
      if (last !== undefined && Math.abs(at - last) < everyMs) return false;
      touched.set(idHash, at);
      return true;
    },
    clear() {
      known.clear();
      touched.clear();
    },
  };
}

/**
 * What a store's failure is to a request; an AuthError stays what it is. Of the store's own error the names and codes are kept:
 * drivers put the address with its password into it, and the row with who it is of.
 */
export function storeFailure(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause;
  return new AuthError("session_store_unavailable", "The store of sessions failed", {
    cause: outline(cause),
  });
}
