// What every session store has to do, as cases for any test runner.
import { changeCases } from "./session-store/changes.ts";
import type { SessionStoreCase } from "./session-store/kit.ts";
import { lifetimeCases } from "./session-store/lifetime.ts";
import { logoutCases } from "./session-store/logout.ts";
import { raceCases } from "./session-store/races.ts";
import { valueCases } from "./session-store/values.ts";

export type { SessionStoreCase } from "./session-store/kit.ts";

/**
 * The contract of a session store, a case a sentence: for a store of your own. Each makes up its people and words, so that all
 * may run against one store, in any order. Against a real database, please, with two handles on it or two processes: a mock
 * proves no atomicity.
 *
 * @example
 * ```ts
 * for (const { name, run } of sessionStoreCases) test(name, () => run(createMyStore(one), createMyStore(other)));
 * ```
 */
export const sessionStoreCases: readonly SessionStoreCase[] = Object.freeze([
  ...lifetimeCases,
  ...changeCases,
  ...logoutCases,
  ...valueCases,
  ...raceCases,
]);
