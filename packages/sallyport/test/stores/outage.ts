// What a store does while its database is away: every verb rejects, soon, and says nothing of what it was given.
import { expect } from "vitest";
import type { SessionStore } from "../../src/session/index.ts";
import { aSession, hour, noon } from "../../src/testing/session-store/kit.ts";

const canary = "canary";

/** Each verb but `sweep`, which may have nothing to do, with words that must be in no error. */
const calls: Readonly<Record<string, (store: SessionStore) => unknown>> = (() => {
  const session = aSession({ idHash: canary, subject: canary, sid: canary, sealed: canary });
  const { idHash, issuer, subject, sid } = session;
  const next = { sealed: canary, sid };
  const until = noon + hour;
  return {
    create: (store) => store.create(session, { since: noon, now: noon, replaces: canary }),
    read: (store) => store.read(idHash, noon),
    touch: (store) => store.touch(idHash, session.idleAt + hour, noon),
    replace: (store) => store.replace(idHash, 1, next, noon),
    lease: (store) => store.lease(idHash, { version: 1, holder: canary, until }, noon),
    release: (store) => store.release(idHash, canary),
    end: (store) => store.end(idHash, noon),
    endAll: (store) => store.endAll({ issuer, subject }, { now: noon, rememberUntil: until }),
    list: (store) => store.list({ issuer, subject }, noon),
    once: (store) => store.once(canary, until, noon),
  };
})();

/** @param sentence what each error says */
export async function expectAllToReject(
  store: SessionStore,
  sentence: RegExp,
  withinMs: number,
): Promise<void> {
  for (const [verb, call] of Object.entries(calls)) {
    const start = performance.now();
    const answer = call(store);
    expect(answer, verb).toBeInstanceOf(Promise);
    const error = await (answer as Promise<unknown>).catch((reason: unknown) => reason);
    expect(error, verb).toBeInstanceOf(Error);
    expect(performance.now() - start, verb).toBeLessThan(withinMs);
    expect((error as Error).message, verb).toMatch(sentence);
    const members = Object.getOwnPropertyNames(error).map((name) => (error as Record<string, unknown>)[name]);
    // A stack begins with the message, and names files: nothing else.
    expect(JSON.stringify(members.filter((one) => !String(one).includes("at "))), verb).not.toContain(canary);
    expect((error as Error).cause, verb).toBeUndefined();
  }
}
