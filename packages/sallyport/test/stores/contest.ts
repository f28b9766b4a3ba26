// The same question to several processes, many times: what one of them alone may win.
import { expect } from "vitest";
import type { SessionStore } from "../../src/session/index.ts";
import { add, aSession, hour, noon } from "../../src/testing/session-store/kit.ts";

const questions = 200;
const until = noon + hour;

/** Every word, and the lease of every session, goes to exactly one of them. */
export async function contest(stores: readonly SessionStore[]): Promise<void> {
  const [first] = stores as readonly [SessionStore];
  const words = Array.from({ length: questions }, () => crypto.randomUUID());
  const said = await Promise.all(
    words.map((word) => winners(stores, (store) => store.once(word, until, noon))),
  );
  expect(said.filter((count) => count !== 1)).toEqual([]);

  const sessions = Array.from({ length: questions }, () => aSession());
  await add(first, ...sessions);
  const leased = await Promise.all(
    sessions.map(({ idHash }) =>
      winners(stores, (store, index) =>
        store.lease(idHash, { version: 1, holder: `h${index}`, until }, noon),
      ),
    ),
  );
  expect(leased.filter((count) => count !== 1)).toEqual([]);

  const replaced = await Promise.all(
    sessions.map(({ idHash, sid }) =>
      winners(stores, (store, index) => store.replace(idHash, 1, { sealed: `s${index}`, sid }, noon)),
    ),
  );
  expect(replaced.filter((count) => count !== 1)).toEqual([]);
}

async function winners(
  stores: readonly SessionStore[],
  ask: (store: SessionStore, index: number) => Promise<boolean>,
): Promise<number> {
  return (await Promise.all(stores.map(ask))).filter(Boolean).length;
}
