import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { describe, test } from "vitest";
import { createSqliteSessionStore } from "../../src/stores/sqlite.ts";
import { sessionStoreCases } from "../../src/testing/session-store-contract.ts";

describe("the contract, in memory", () => {
  const path = join(mkdtempSync(join(tmpdir(), "sq-")), "s.db");
  const store = createSqliteSessionStore({ database: new Database(path) });
  const peer = createSqliteSessionStore({ database: new Database(path) });
  test.each(sessionStoreCases.map(({ name, run }) => [name, run] as const))("%s", async (_name, run) => {
    await run(store, peer);
  });
});
