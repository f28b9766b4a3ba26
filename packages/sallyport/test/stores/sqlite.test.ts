// The store in SQLite: the contract on one file, from two handles, and what goes wrong with files.
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { createSqliteSessionStore } from "../../src/stores/sqlite.ts";
import { add, aSession, fresh, hour, noon } from "../../src/testing/session-store/kit.ts";
import { runContract } from "./run-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "sallyport-sqlite-"));
const newFile = () => join(folder, `${fresh("sessions")}.db`);
const open = (path: string) => createSqliteSessionStore({ database: new Database(path) });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the contract, in a file, from two handles", () => {
  const path = newFile();
  const stores = [open(path), open(path)] as const;
  runContract(() => stores);
});

describe("the contract, in SQLite's memory", () => {
  const store = open(":memory:");
  runContract(() => [store]);
});

test("read answers at once", async () => {
  const store = open(newFile());
  const session = aSession();
  await add(store, session);
  expect(store.read(session.idHash, noon)).toEqual(session);
  expect(store.read("nobody", noon)).toBeUndefined();
});

test("sweep leaves no row of what has expired", async () => {
  const database = new Database(newFile());
  const store = createSqliteSessionStore({ database });
  await add(store, aSession(), aSession({ idleAt: noon + 2 * hour }));
  await store.endAll({ issuer: "i", subject: "s" }, { now: noon, rememberUntil: noon + hour });
  await store.once("word", noon + hour, noon);
  expect(await store.sweep(noon + hour, 100)).toBe(3);
  const count = (table: string) => database.prepare(`SELECT count(*) AS rows FROM ${table}`).get();
  expect(count("sallyport_sessions")).toMatchObject({ rows: 1 });
  expect(count("sallyport_logouts")).toMatchObject({ rows: 0 });
  expect(count("sallyport_words")).toMatchObject({ rows: 0 });
});

test("the handle waits for other processes, two seconds if it was not told how long", () => {
  const waits = (database: Database.Database) => database.prepare("PRAGMA busy_timeout").get();
  const [plain, told] = [new Database(newFile()), new Database(newFile(), { timeout: 70 })];
  createSqliteSessionStore({ database: plain });
  createSqliteSessionStore({ database: told });
  expect(waits(plain)).toMatchObject({ timeout: 2000 });
  expect(waits(told)).toMatchObject({ timeout: 70 });
  expect(plain.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
  expect(plain.prepare("PRAGMA synchronous").get()).toMatchObject({ synchronous: 2 });
});

describe("a store that can't tell rejects", () => {
  /** Each verb, with words that must be in no error. */
  const calls = (store: ReturnType<typeof open>): readonly (() => unknown)[] => {
    const session = aSession({ subject: "canary", sid: "canary", sealed: "canary" });
    const { idHash, issuer, subject } = session;
    return [
      () => store.create(session, { since: noon, now: noon }),
      () => store.read(idHash, noon),
      () => store.touch(idHash, noon + 9 * hour, noon),
      () => store.replace(idHash, 1, { sealed: "canary", sid: "canary" }, noon),
      () => store.lease(idHash, { version: 1, holder: "canary", until: noon + hour }, noon),
      () => store.release(idHash, "canary"),
      () => store.end(idHash, noon),
      () => store.endAll({ issuer, subject }, { now: noon, rememberUntil: noon + hour }),
      () => store.list({ issuer, subject }, noon),
      () => store.once("canary", noon + hour, noon),
      () => store.sweep(noon, 100),
    ];
  };
  async function expectAllToReject(store: ReturnType<typeof open>, sentence: RegExp) {
    for (const call of calls(store)) {
      const answer = call();
      expect(answer).toBeInstanceOf(Promise);
      const error = await (answer as Promise<unknown>).catch((reason: Error) => reason);
      expect(error).toBeInstanceOf(Error);
      const { message, ...members } = error as Error;
      expect(message).toMatch(sentence);
      expect(JSON.stringify({ message, ...members })).not.toContain("canary");
    }
  }

  test("its handle is closed", async () => {
    const database = new Database(newFile());
    const store = createSqliteSessionStore({ database });
    database.close();
    await expectAllToReject(store, /is closed/);
  });

  test("its tables are gone", async () => {
    const database = new Database(newFile());
    const store = createSqliteSessionStore({ database });
    for (const table of ["sessions", "logouts", "words"]) database.exec(`DROP TABLE sallyport_${table}`);
    await expectAllToReject(store, /no such table/);
  });

  test("its file is damaged", async () => {
    const path = newFile();
    const store = open(path);
    const sessions = Array.from({ length: 50 }, () => aSession({ sealed: "x".repeat(4000) }));
    await add(store, ...sessions);
    const database = new Database(path);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    const file = openSync(path, "r+");
    const { size } = statSync(path);
    writeSync(file, Buffer.alloc(size - 4096, 0x7a), 0, size - 4096, 4096);
    closeSync(file);
    const damaged = open(path);
    for (const { idHash } of sessions) {
      const answer = damaged.read(idHash, noon);
      expect(answer).toBeInstanceOf(Promise);
      await expect(answer).rejects.toMatchObject({ code: "SQLITE_CORRUPT" });
    }
  });

  test("another process writes for longer than it waits; reading goes on", async () => {
    const path = newFile();
    const store = createSqliteSessionStore({ database: new Database(path, { timeout: 50 }) });
    const session = aSession();
    await add(store, session);
    const other = new Database(path);
    onTestFinished(() => void other.close());
    other.exec("BEGIN IMMEDIATE");
    await expect(store.end(session.idHash, noon)).rejects.toMatchObject({ code: "SQLITE_BUSY" });
    await expect(store.create(aSession(), { since: noon, now: noon })).rejects.toMatchObject({
      code: "SQLITE_BUSY",
    });
    expect(store.read(session.idHash, noon)).toEqual(session);
    other.exec("ROLLBACK");
    expect(await store.end(session.idHash, noon)).toEqual(session);
  });

  test("a sign-in that failed in the middle has changed nothing", async () => {
    const store = open(newFile());
    const [former, taken] = [aSession(), aSession()];
    await add(store, former, taken);
    const next = aSession({ idHash: taken.idHash });
    const replaces = former.idHash;
    await expect(store.create(next, { since: noon, replaces, now: noon })).rejects.toThrow(/UNIQUE/);
    expect(store.read(former.idHash, noon)).toEqual(former);
    expect(await store.end(former.idHash, noon)).toEqual(former);
  });
});
