// What the cases of the contract are made with: sessions of nobody else's, and comparisons that throw.
import type { SessionStore, StoredSession } from "../../session/index.ts";

/** One promise of the contract. */
export interface SessionStoreCase {
  /** What a store does, as a sentence. */
  readonly name: string;
  /**
   * Tries it. What else is in the store does not matter.
   *
   * @param peer another handle on the same sessions, best in another process: what goes on at the same time is divided
   * between the two. Default: `store`.
   * @throws Error by rejection, where the store does otherwise
   */
  readonly run: (store: SessionStore, peer?: SessionStore) => Promise<void>;
}

/** The time of most cases; nothing waits. */
export const noon = Date.UTC(2033, 4, 17, 12);
export const minute = 60_000;
export const hour = 60 * minute;

/** Words that no other case, run or process uses. */
export const fresh = (what: string): string => `${what}-${crypto.randomUUID()}`;

/** A session of a person whom nobody else is; members given lie over it. */
export function aSession(changes: Partial<StoredSession> = {}): StoredSession {
  return {
    idHash: fresh("id"),
    issuer: "https://idp.example.org",
    subject: fresh("subject"),
    sid: fresh("sid"),
    version: 1,
    sealed: fresh("sealed"),
    createdAt: noon,
    expiresAt: noon + 8 * hour,
    idleAt: noon + hour,
    ...changes,
  };
}

/** Adds sessions one after the other; where none of them may be refused. */
export async function add(store: SessionStore, ...sessions: readonly StoredSession[]): Promise<void> {
  for (const session of sessions) {
    const { createdAt: now } = session;
    same(await store.create(session, { since: now, now }), true, "create answers");
  }
}

/** Whether a session is there, a minute after noon at the latest. */
export async function isThere(store: SessionStore, { idHash }: StoredSession, now = noon): Promise<boolean> {
  return (await store.read(idHash, now)) !== undefined;
}

/** @throws Error where the two are not alike; a member that is `undefined` is like one that is not there */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [inWords(actual), inWords(expected)];
  if (found !== wanted) throw new Error(`${what} ${shortened(found)}, not ${shortened(wanted)}`);
}

/** @throws Error where the promise is kept */
export async function rejects(promise: Promise<unknown>, what: string): Promise<void> {
  const kept = await promise.then(
    () => true,
    () => false,
  );
  if (kept) throw new Error(`${what} did not reject`);
}

/** Sessions in an order that depends on nothing else. */
export function sorted<Item extends { readonly idHash: string }>(sessions: readonly Item[]): Item[] {
  return [...sessions].sort((one, other) => (one.idHash < other.idHash ? -1 : 1));
}

/** How many of them are true. */
export const countOf = (answers: readonly boolean[]): number => answers.filter(Boolean).length;

/** The answers to calls that are made at once, in turn at each of the two handles. */
export function atOnce<Answer>(
  times: number,
  [store, peer]: readonly [SessionStore, SessionStore],
  call: (store: SessionStore, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  return Promise.all(
    Array.from({ length: times }, (_, index) => call(index % 2 === 0 ? store : peer, index)),
  );
}

function inWords(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return listed(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return JSON.stringify(Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1))));
}

function listed(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(inWords).join(",")}]` : String(JSON.stringify(value));
}

const shortened = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
