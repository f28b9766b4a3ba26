// The contract of a session store as tests.
import { test } from "vitest";
import type { SessionStore } from "../../src/session/index.ts";
import { sessionStoreCases } from "../../src/testing/session-store-contract.ts";

/** @param stores called when a test runs: the store, and another handle on the same sessions */
export function runContract(
  stores: () => readonly [SessionStore, SessionStore?],
  only: (name: string) => boolean = () => true,
): void {
  for (const { name, run } of sessionStoreCases.filter((one) => only(one.name))) {
    test(name, async () => {
      const [store, peer] = stores();
      await run(store, peer);
    });
  }
}
