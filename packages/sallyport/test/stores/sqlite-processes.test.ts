// The store in SQLite, from several processes: the contract on one file, starting at once, and kill -9.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSqliteSessionStore } from "../../src/stores/sqlite.ts";
import { add, aSession, fresh, hour, noon } from "../../src/testing/session-store/kit.ts";
import { contest } from "./contest.ts";
import { type StoreProcess, startStoreProcess } from "./processes.ts";
import { runContract } from "./run-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "sallyport-sqlite-"));
const newFile = () => join(folder, `${fresh("sessions")}.db`);
const open = (path: string) => createSqliteSessionStore({ database: new Database(path) });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("from several processes", () => {
  let processes: readonly StoreProcess[];
  beforeAll(async () => {
    // All at once, on a file that is not there yet.
    const path = newFile();
    processes = await Promise.all(Array.from({ length: 4 }, () => startStoreProcess("sqlite", path)));
  });
  afterAll(() => Promise.all(processes.map(({ stop }) => stop())));

  const stores = () => processes.map(({ store }) => store);
  describe("the contract", () => runContract(() => stores().slice(0, 2) as never));
  test("of 200 words, leases and versions each goes to one of four", () => contest(stores()));
});

test("processes that start at once on a new file all get their store", async () => {
  for (let round = 0; round < 3; round += 1) {
    const path = newFile();
    const started = await Promise.all(Array.from({ length: 4 }, () => startStoreProcess("sqlite", path)));
    await Promise.all(started.map(({ stop }) => stop()));
  }
});

test("a logout that was answered is not undone by kill -9", async () => {
  const path = newFile();
  const process = await startStoreProcess("sqlite", path);
  const [ended, kept] = [aSession(), aSession()];
  await add(process.store, ended, kept);
  const { issuer, subject } = ended;
  const answered = await process.store.endAll({ issuer, subject }, { now: noon, rememberUntil: noon + hour });
  await process.stop("SIGKILL");
  expect(answered).toHaveLength(1);
  const store = open(path);
  expect(store.read(ended.idHash, noon)).toBeUndefined();
  expect(store.read(kept.idHash, noon)).toEqual(kept);
  expect(await store.create(ended, { since: noon, now: noon })).toBe(false);
});
