// docs/session-stores.md shows code that is compiled and run here: each block is a file of `pages/session-stores/`, to the letter.
import { readdirSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { add, aSession, noon } from "../../src/testing/session-store/kit.ts";
import { openStore as openPostgres } from "./pages/session-stores/postgres.ts";
import { openStore as openRedis } from "./pages/session-stores/redis.ts";
import { openStore as openSqlite } from "./pages/session-stores/sqlite.ts";
import "./pages/session-stores/own.ts";

const folder = new URL("./pages/session-stores/", import.meta.url);
const page = readFileSync(new URL("../../../../docs/session-stores.md", import.meta.url), "utf8");

test("the page shows the code that runs", () => {
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
  const files = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  expect(blocks.toSorted()).toEqual(files.toSorted());
});

test("the stores of the page keep sessions, or say that they can't", async () => {
  const session = aSession();
  const store = openSqlite(":memory:");
  await add(store, session);
  expect(store.read(session.idHash, noon)).toEqual(session);
  vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => void vi.restoreAllMocks());
  const redis = openRedis("redis://127.0.0.1:1");
  onTestFinished(() => redis.client.disconnect());
  await expect(redis.store.read("id", noon)).rejects.toThrow(/^Redis failed/);
  await expect(openPostgres("postgres://me@127.0.0.1:1/app").read("id", noon)).rejects.toThrow(
    "ECONNREFUSED",
  );
});
