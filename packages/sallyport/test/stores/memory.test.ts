// The store in memory: the contract, its bound, and its speed with many sessions in it.
import { describe, expect, test } from "vitest";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { sessionStoreCases } from "../../src/testing/session-store-contract.ts";

describe("the contract, in memory", () => {
  const store = createMemorySessionStore();
  test.each(sessionStoreCases.map(({ name, run }) => [name, run] as const))("%s", async (_name, run) => {
    await run(store);
  });
});
