// Sessions in a real PostgreSQL. Needs SALLYPORT_POSTGRES_BIN (`npm run test:services` sets it).
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createPostgresSessionStore } from "../../src/stores/postgres.ts";
import { add, aSession, fresh, hour, noon } from "../../src/testing/session-store/kit.ts";
import { contest } from "../stores/contest.ts";
import { expectAllToReject } from "../stores/outage.ts";
import { type StoreProcess, startStoreProcess } from "../stores/processes.ts";
import { runContract } from "../stores/run-contract.ts";
import { type PostgresServer, startPostgres } from "./stores/postgres-server.ts";

const { SALLYPORT_POSTGRES_BIN: programs = "" } = process.env;
const timeoutMs = 20_000;

describe.skipIf(programs === "")("PostgreSQL", () => {
  let server: PostgresServer;
  let admin: pg.Pool;
  const pools: pg.Pool[] = [];
  beforeAll(async () => {
    server = await startPostgres(programs);
    admin = newPool(server.url());
  }, 60_000);
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    server?.close();
  });

  function newPool(connectionString: string, options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ connectionString, max: 20, ...options });
    pool.on("error", () => {});
    pools.push(pool);
    return pool;
  }
  async function newDatabase(): Promise<string> {
    const name = `db_${crypto.randomUUID().replaceAll("-", "")}`;
    await admin.query(`CREATE DATABASE ${name}`);
    return name;
  }
  const newStore = (pool: pg.Pool) => createPostgresSessionStore({ pool, timeoutMs });

  describe("the contract, from two pools", () => {
    let stores: readonly [ReturnType<typeof newStore>, ReturnType<typeof newStore>];
    beforeAll(async () => {
      const database = await newDatabase();
      stores = [newStore(newPool(server.url(database))), newStore(newPool(server.url(database)))];
    });
    runContract(() => stores);
  });

  describe("from several processes", () => {
    let processes: readonly StoreProcess[] = [];
    beforeAll(async () => {
      const url = server.url(await newDatabase());
      const start = () => startStoreProcess("postgres", url);
      processes = await Promise.all([start(), start(), start(), start()]);
    });
    afterAll(() => Promise.all(processes.map(({ stop }) => stop())));
    const stores = () => processes.map(({ store }) => store);
    describe("the contract", () => runContract(() => stores().slice(0, 2) as never));
    test("of 200 words, leases and versions each goes to one of four", () => contest(stores()));
  });

  describe("where transactions are REPEATABLE READ by default", () => {
    let stores: readonly [ReturnType<typeof newStore>, ReturnType<typeof newStore>];
    beforeAll(async () => {
      const url = server.url(await newDatabase());
      const options = "-c default_transaction_isolation=repeatable\\ read";
      stores = [newStore(newPool(url, { options })), newStore(newPool(url, { options }))];
    });
    runContract(
      () => stores,
      (name) => name.startsWith("fifty logins against a logout"),
    );
  });

  test("twenty stores that begin at once on an empty database all work, logouts included", async () => {
    for (let round = 0; round < 5; round += 1) {
      const database = await newDatabase();
      const stores = Array.from({ length: 20 }, () => newStore(newPool(server.url(database), { max: 2 })));
      const use = async (store: ReturnType<typeof newStore>) => {
        const session = aSession();
        await add(store, session);
        const { issuer, sid } = session;
        expect(await store.endAll({ issuer, sid }, { now: noon, rememberUntil: noon + hour })).toHaveLength(
          1,
        );
      };
      await Promise.all(stores.map(use));
    }
  });

  test("migrate makes the tables for a role that may not, which says so before and works after", async () => {
    const database = await newDatabase();
    const role = `role_${database}`;
    await admin.query(`CREATE ROLE ${role} LOGIN`);
    const owner = newPool(server.url(database));
    const store = newStore(newPool(server.url(database, role)));
    await expect(store.migrate()).rejects.toMatchObject({
      message: "PostgreSQL failed: 42501",
      code: "42501",
    });
    await newStore(owner).migrate();
    const rights = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public";
    await owner.query(`GRANT ${rights} TO ${role}`);
    await add(store, aSession());
    await store.migrate();
  });

  test("sweep leaves no row of what has expired", async () => {
    const pool = newPool(server.url(await newDatabase()));
    const store = newStore(pool);
    await add(store, aSession(), aSession({ idleAt: noon + 2 * hour }));
    await store.endAll({ issuer: "i", subject: "s" }, { now: noon, rememberUntil: noon + hour });
    await store.once("word", noon + hour, noon);
    expect(await store.sweep(noon + hour, 100)).toBe(3);
    for (const [table, count] of Object.entries({ sessions: 1, logouts: 0, words: 0 })) {
      const { rows } = await pool.query(`SELECT count(*)::int AS count FROM sallyport_${table}`);
      expect(rows).toEqual([{ count }]);
    }
  });

  test("an application that reads every type of PostgreSQL as text finds its sessions all the same", async () => {
    const types = { getTypeParser: () => (text: string) => text };
    const pool = newPool(server.url(await newDatabase()), { types: types as never });
    const session = aSession();
    const store = newStore(pool);
    await add(store, session);
    expect(await store.read(session.idHash, noon)).toEqual(session);
    expect(await store.sweep(noon + hour, 10)).toBe(1);
  });

  test("what the database says of a row is not handed on", async () => {
    const store = newStore(newPool(server.url(await newDatabase())));
    const session = aSession();
    await add(store, session);
    const error = await store.create(session, { since: noon, now: noon }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: "PostgreSQL failed: 23505", code: "23505" });
    expect(Object.keys(error as Error)).toEqual(["code"]);
  });

  test("a login that waits for a connection longer than it may is not made afterwards", async () => {
    const pool = newPool(server.url(await newDatabase()), { max: 1 });
    const store = createPostgresSessionStore({ pool, timeoutMs: 200 });
    await store.migrate();
    const only = await pool.connect();
    const session = aSession();
    const late = { message: "PostgreSQL did not answer within 200 ms" };
    await expect(store.create(session, { since: noon, now: noon })).rejects.toMatchObject(late);
    only.release();
    // The next in the queue comes after what was waiting.
    expect(await store.read(session.idHash, noon)).toBeUndefined();
    expect(pool.idleCount).toBe(1);
  });

  test("a login that waits for a lock longer than it may is undone, and its connection is free", async () => {
    const pool = newPool(server.url(await newDatabase()), { max: 1 });
    const store = createPostgresSessionStore({ pool, timeoutMs: 200 });
    await add(store, aSession());
    const other = newPool(pool.options.connectionString ?? "");
    const blocking = await other.connect();
    onTestFinished(() => blocking.release());
    await blocking.query("BEGIN; LOCK TABLE sallyport_sessions");
    const session = aSession();
    await expect(store.create(session, { since: noon, now: noon })).rejects.toThrow(/^PostgreSQL /);
    await blocking.query("ROLLBACK");
    await expect.poll(() => store.once(fresh("word"), noon + hour, noon).catch(() => false)).toBe(true);
    expect(await store.read(session.idHash, noon)).toBeUndefined();
  });

  test("a server that is gone: every verb rejects, and once it is back all is well", async () => {
    const own = await startPostgres(programs);
    onTestFinished(() => own.close());
    const store = createPostgresSessionStore({ pool: newPool(own.url()), timeoutMs: 500 });
    const session = aSession();
    await add(store, session);
    own.kill();
    await expectAllToReject(store, /^PostgreSQL (failed: |did not answer within 500 ms)/, 2_000);
    own.start();
    await expect.poll(() => store.once(fresh("word"), noon + hour, noon).catch(() => false)).toBe(true);
    expect(await store.read(session.idHash, noon)).toEqual(session);
  });
});
