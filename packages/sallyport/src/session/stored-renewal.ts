// Renewing the tokens of a stored session: once across all processes, by the store's lease.
//
// A process that is killed between the provider's answer and `replace` takes the new tokens with it: nobody else knows them. Its
// lease runs out, somebody tries the old refresh token, and what happens then is the provider's to say: where it takes a refresh
// token once, the session ends and the person signs in again; elsewhere it goes on. Either way it is one attempt a lease, no loop.
// A store that fails at `replace` is another matter: this process keeps the new tokens, and saves them at the next attempt.
import { platform } from "#platform";
import { AuthError } from "../errors.ts";
import { quietly } from "../quietly.ts";
import { createRecent } from "../recent.ts";
import { copyContent } from "./content.ts";
import type { SessionContent, SessionStore, TokenRenewal } from "./contract.ts";
import { isDue, tokenTimes } from "./due.ts";
import { createRenewals, overdue } from "./renewals.ts";
import { type OpenedSession, type SessionReader, storeFailure } from "./session-reader.ts";
import type { SessionsDeps } from "./sessions.ts";

/** Renews what is due. */
export interface StoredRenewal {
  /**
   * `undefined` where nothing is due. Else the session to go on with, by and by; and by that `undefined` where it has ended.
   *
   * @throws AuthError by rejection: `refresh_failed`, where the tokens are overdue
   */
  ifDue(
    opened: OpenedSession,
    at: number,
    refused: string | undefined,
  ): Promise<OpenedSession | undefined> | undefined;
  /** Gives back tokens that no session has. */
  discard(content: SessionContent): void;
}

interface Deps extends Pick<SessionsDeps, "renewal" | "waitUntil" | "onFailure"> {
  readonly store: SessionStore;
  readonly now: () => number;
}

// Longer than a token request takes, its second try included; for so long a session waits for a process that was killed.
const leaseMs = 30_000;
/** Pauses between two looks at what the holder of a lease has done: 5 seconds in all. */
const looks = [10, 20, 40, 80, 150, 200, 250, 250, 500, 500, 500, 500, 500, 500, 500, 500];
const saves = [0, 100, 400];
const mostRemembered = 10_000;

type Result = OpenedSession | "ended" | "underway";

export function createStoredRenewal(
  staleMs: number,
  reader: SessionReader,
  { store, renewal, now, waitUntil, onFailure }: Deps,
): StoredRenewal {
  const renewals = createRenewals<Result>({ now, waitUntil, onFailure });
  /** New tokens that the store would not take, by session and version. */
  const unsaved = createRecent<SessionContent>(mostRemembered);
  /** Versions whose refresh token the provider has refused, where the store could not be told. */
  const refused = createRecent<true>(mostRemembered);
  // Made at first use: workerd has no random numbers before a request.
  let holder: string | undefined;
  const nameOf = ({ row }: OpenedSession) => `${row.idHash} ${row.version}`;

  async function renewed(
    opened: OpenedSession,
    by: TokenRenewal,
    refused: string | undefined,
  ): Promise<OpenedSession | undefined> {
    const { goodUntil, overdueAt } = tokenTimes(opened.content, staleMs);
    const good = now() < goodUntil && opened.content.tokens.accessToken !== refused;
    const outcome = await renewals.ask(opened.row.idHash, good, () => ask(opened, good, by));
    if (outcome.kind === "failed") {
      if (now() >= overdueAt) throw overdue(outcome.error);
      return opened;
    }
    if (outcome.kind === "underway" || outcome.result === "underway") return opened;
    return outcome.result === "ended" ? undefined : outcome.result;
  }

  async function ask(opened: OpenedSession, good: boolean, by: TokenRenewal): Promise<Result> {
    const { idHash, version } = opened.row;
    if (refused.get(nameOf(opened))) return end(opened);
    if (await lease(idHash, version)) return holding(opened, by);
    const kept = await writtenAgain(opened);
    if (good) return "underway";
    for (const pause of looks) {
      await sleep(pause);
      const current = await reader.read(idHash);
      if (!current) return "ended";
      if (current.row.version > kept.row.version) return current;
      if (await lease(idHash, kept.row.version)) return holding(kept, by);
    }
    throw new AuthError("refresh_failed", "Another process has not finished renewing the session's tokens");
  }

  /**
   * The session as the store has it from now on, where it had come back from a copy with older tokens: ours are what the provider
   * gave last, and the older ones may be spent.
   */
  async function writtenAgain(opened: OpenedSession): Promise<OpenedSession> {
    const { idHash, version, sealed, sid } = opened.row;
    const kept = await store.read(idHash, now());
    const behind = kept !== undefined && kept.version < version ? kept : undefined;
    if (!behind) return opened;
    // Where another process was quicker, it has written the same, and the lease decides between the two.
    await store.replace(idHash, behind.version, { sealed, sid }, now());
    return reader.remember({ ...behind, sealed, sid, version: behind.version + 1 }, opened.content);
  }

  async function lease(idHash: string, version: number): Promise<boolean> {
    const at = now();
    holder ??= platform.randomText(12);
    try {
      return await store.lease(idHash, { version, holder, until: at + leaseMs }, at);
    } catch (error) {
      throw storeFailure(error);
    }
  }

  async function release(idHash: string): Promise<void> {
    try {
      await store.release(idHash, holder ?? "");
    } catch {
      // The lease runs out by itself.
    }
  }

  async function holding(opened: OpenedSession, by: TokenRenewal): Promise<Result> {
    const { idHash } = opened.row;
    let content = unsaved.get(nameOf(opened));
    if (!content) {
      try {
        content = copyContent(await by.renew(opened.content));
      } catch (error) {
        if (error instanceof AuthError && error.code === "session_ended") {
          return noMore(opened);
        }
        await release(idHash);
        throw error;
      }
    }
    return save(opened, content);
  }

  /** The provider says no: for good, but where our lease had run out, and another process has used the token in our stead. */
  async function noMore(opened: OpenedSession): Promise<Result> {
    refused.set(nameOf(opened), true);
    const current = await reader.read(opened.row.idHash);
    return current && current.row.version > opened.row.version ? current : end(opened);
  }

  async function save(opened: OpenedSession, content: SessionContent): Promise<Result> {
    const { idHash, version, expiresAt } = opened.row;
    const next = { sealed: await reader.seal(idHash, content, expiresAt), sid: content.sid };
    unsaved.set(nameOf(opened), content);
    const kept = await persistently(() => store.replace(idHash, version, next, now()));
    unsaved.delete(nameOf(opened));
    if (kept) return reader.remember({ ...opened.row, ...next, version: version + 1 }, content);
    const current = await reader.read(idHash);
    // Our lease had run out, and another process was quicker: the session is as it says. Its tokens may be of one family with
    // ours, so that giving ours back would end both.
    if (current && current.row.version > version) return current;
    // A logout during the renewal wins.
    discard(content);
    reader.forget(idHash);
    return "ended";
  }

  async function end(opened: OpenedSession): Promise<"ended"> {
    const { idHash } = opened.row;
    reader.forget(idHash);
    await store.end(idHash, now()).catch((error: unknown) => {
      if (onFailure) quietly(() => onFailure(storeFailure(error)));
    });
    return "ended";
  }

  function discard(content: SessionContent): void {
    const work = renewal && quietly(() => renewal.discard(content));
    if (work && waitUntil) waitUntil(work);
  }

  return {
    ifDue(opened, at, refused) {
      if (!renewal || !isDue(opened.content, staleMs, at, refused)) return undefined;
      return renewed(opened, renewal, refused);
    },
    discard,
  };
}

/** Tries again after a failure: what would be lost is not to be had again. */
async function persistently(save: () => Promise<boolean>): Promise<boolean> {
  let failure: unknown;
  for (const pause of saves) {
    if (pause > 0) await sleep(pause);
    try {
      return await save();
    } catch (error) {
      failure = error;
    }
  }
  throw storeFailure(failure);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
