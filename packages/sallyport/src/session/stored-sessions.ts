// Sessions in a store: the browser holds a random id, the store its hash and the sealed content.
import { platform } from "#platform";
import { chain, isPromise } from "../chain.ts";
import { type CookieChange, cookieValues, cookieName as nameOf } from "../cookies.ts";
import type { AuthError } from "../errors.ts";
import { quietly } from "../quietly.ts";
import { createRecent } from "../recent.ts";
import { copyContent } from "./content.ts";
import type { FoundSession, SessionContent, SessionStore, StoredSession } from "./contract.ts";
import { noteEveryMs, type SessionSettings } from "./options.ts";
import { createReplaced } from "./replaced.ts";
import { createSessionReader, type OpenedSession, storeFailure } from "./session-reader.ts";
import type { ApplicationSessions, SessionsDeps } from "./sessions.ts";
import { createStoredRenewal } from "./stored-renewal.ts";

const idBytes = 32;
const idForm = /^[A-Za-z0-9_-]{43}$/;
const sweepMs = 300_000;
const mostSwept = 500;
const mostHashed = 8000;
// Longer than any sign-in takes: one that began before a logout must find it.
const rememberMs = 3_600_000;
const nobody: FoundSession = { content: undefined, expiresAt: undefined, changes: [] };

/** What {@link createStoredSessions} needs. */
export interface StoredSessionsDeps extends SessionsDeps {
  readonly store: SessionStore;
}

export function createStoredSessions(
  { idleMs, absoluteMs, staleMs, cookieName }: SessionSettings,
  deps: StoredSessionsDeps,
): ApplicationSessions {
  const { style, store, now = Date.now, waitUntil, onFailure } = deps;
  const name = nameOf(cookieName, style);
  const touchMs = noteEveryMs(idleMs);
  const removed: FoundSession = { ...nobody, changes: [{ name, value: undefined }] };
  const reader = createSessionReader(deps.sealer, store, now);
  const renewal = createStoredRenewal(staleMs, reader, { ...deps, now });
  /** Of the ids that come again and again: a hash takes as long as all the rest of finding a session. */
  const hashes = createRecent<string>(mostHashed);
  const replaced = createReplaced(mostHashed, now);
  let sweptAt = now();

  /** Work that no answer waits for. */
  function background(begin: () => Promise<unknown>): void {
    const work = asked(begin).catch((error: AuthError) => {
      if (onFailure) quietly(() => onFailure(error));
    });
    waitUntil?.(work);
  }

  async function asked<Result>(ask: () => Promise<Result>): Promise<Result> {
    try {
      return await ask();
    } catch (error) {
      throw storeFailure(error);
    }
  }

  function sweepAtTimes(at: number): void {
    if (Math.abs(at - sweptAt) < sweepMs) return;
    sweptAt = at;
    background(async () => {
      // Where there was more, the next request goes on with it.
      if ((await store.sweep(at, mostSwept)) >= mostSwept) sweptAt = at - sweepMs;
    });
  }

  /** The id in a `Cookie` header: `undefined` for none, or for two, of which a sibling domain may have set one (RFC 6265bis §8.6). */
  function idIn(cookie: string | undefined): string | undefined {
    const values = cookieValues(cookie ?? "", name);
    return values.length === 1 ? values[0] : undefined;
  }

  /** `undefined` for what is no id. */
  function hashOf(id: string): string | undefined | Promise<string> {
    return hashes.get(id) ?? hashAnew(id);
  }

  function hashAnew(id: string): string | undefined | Promise<string> {
    if (!idForm.test(id)) return undefined;
    return chain(platform.sha256(id), (hash) => {
      hashes.set(id, hash);
      return hash;
    });
  }

  async function hashIn(cookie: string | undefined): Promise<string | undefined> {
    return hashOf(idIn(cookie) ?? "");
  }

  function foundOf({ row, content }: OpenedSession): FoundSession {
    return { content, expiresAt: Math.min(row.expiresAt, content.startedAt + absoluteMs), changes: [] };
  }

  function judge(
    idHash: string,
    opened: OpenedSession | undefined,
    refused: string | undefined,
  ): FoundSession | Promise<FoundSession> {
    if (!opened) return replaced.has(idHash) ? nobody : removed;
    const at = now();
    const { row, content } = opened;
    // The limits of today: of a session from before they were lowered, too.
    if (content.startedAt + absoluteMs <= at) {
      background(() => store.end(row.idHash, at));
      return removed;
    }
    const idleAt = Math.min(at + idleMs, row.expiresAt);
    if (idleAt - row.idleAt >= touchMs && reader.mayTouch(row.idHash, at, touchMs)) {
      background(() => store.touch(row.idHash, idleAt, at));
      sweepAtTimes(at);
    }
    const renewed = renewal.ifDue(opened, at, refused);
    // Where it ended meanwhile, a sign-in may be what ended it, and have set this very cookie: the next request that still comes
    // with the old one removes it.
    if (renewed !== undefined) return renewed.then((next) => (next ? foundOf(next) : nobody));
    opened.found ??= foundOf(opened);
    return opened.found;
  }

  function lookUp(idHash: string, refused: string | undefined): FoundSession | Promise<FoundSession> {
    const opened = reader.read(idHash);
    return isPromise(opened)
      ? opened.then((later) => judge(idHash, later, refused))
      : judge(idHash, opened, refused);
  }

  return {
    kind: "store",
    mayHold: (cookie) => cookie.includes(`${name}=`),
    find(cookie, refused) {
      const id = idIn(cookie);
      if (id === undefined) return nobody;
      const idHash = hashOf(id);
      if (idHash === undefined) return removed;
      return isPromise(idHash) ? idHash.then((hash) => lookUp(hash, refused)) : lookUp(idHash, refused);
    },
    formerOf: hashIn,
    async start({ content, since, cookie, former }) {
      const at = now();
      sweepAtTimes(at);
      const replaces = (await hashIn(cookie)) ?? former;
      const id = platform.randomText(idBytes);
      const idHash = await platform.sha256(id);
      const expiresAt = content.startedAt + absoluteMs;
      const row: StoredSession = {
        idHash,
        issuer: content.issuer,
        subject: content.subject,
        sid: content.sid,
        version: 1,
        sealed: await reader.seal(idHash, content, expiresAt),
        createdAt: at,
        expiresAt,
        idleAt: Math.min(at + idleMs, expiresAt),
      };
      // What it replaces is not given back to the provider: several revoke all tokens of the sign-in that both may come from.
      const kept = await asked(() => store.create(row, { since, replaces, now: at }));
      if (replaces !== undefined) {
        reader.forget(replaces);
        replaced.add(replaces);
      }
      if (!kept) {
        renewal.discard(content);
        return undefined;
      }
      reader.remember(row, copyContent(content));
      const change: CookieChange = { name, value: id, maxAgeSeconds: Math.ceil((expiresAt - at) / 1000) };
      return [change];
    },
    async end(cookie) {
      const idHash = await hashIn(cookie);
      if (idHash === undefined) return removed;
      const row = await asked(() => store.end(idHash, now()));
      const opened = row && (await reader.open(row));
      reader.forget(idHash);
      return opened ? { ...foundOf(opened), changes: removed.changes } : removed;
    },
    async endAll(scope) {
      if (scope.subject === undefined && scope.sid === undefined) {
        throw new TypeError("Ending all sessions takes a `subject` or a `sid`: an issuer alone is everybody");
      }
      const at = now();
      const rows = await asked(() => store.endAll(scope, { now: at, rememberUntil: at + rememberMs }));
      const contents = await Promise.all(rows.map((row) => reader.open(row)));
      for (const { idHash } of rows) reader.forget(idHash);
      return contents.flatMap((one): SessionContent[] => (one ? [one.content] : []));
    },
    list: (owner) => asked(() => store.list(owner, now())),
    once(word, until) {
      sweepAtTimes(now());
      return asked(() => store.once(word, until, now()));
    },
    close() {
      hashes.clear();
      replaced.clear();
      reader.clear();
    },
  };
}
