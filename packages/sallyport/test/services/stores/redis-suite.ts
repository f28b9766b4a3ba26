// The store in Redis against a real server: the same for Redis and Valkey.
import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createRedisSessionStore } from "../../../src/stores/redis.ts";
import { add, aSession, fresh, hour, minute, noon } from "../../../src/testing/session-store/kit.ts";
import { contest } from "../../stores/contest.ts";
import { expectAllToReject } from "../../stores/outage.ts";
import { type StoreProcess, startStoreProcess } from "../../stores/processes.ts";
import { runContract } from "../../stores/run-contract.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

const how = { since: noon, now: noon };
const logout = { now: noon, rememberUntil: noon + hour };

export function redisSuite(program: string): void {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis(program);
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client?.disconnect();
    await server?.close();
  });

  function newClient(keyPrefix = ""): Redis {
    const made = new Redis(server.url, { keyPrefix });
    made.on("error", () => {});
    onTestFinished(() => made.disconnect());
    return made;
  }
  const newStore = (prefix = fresh("p")) => ({ store: createRedisSessionStore({ client, prefix }), prefix });
  const keys = (prefix: string) => client.keys(`{${prefix}}:*`);

  describe("the contract, from two clients", () => {
    let other: Redis;
    beforeAll(() => {
      other = new Redis(server.url);
    });
    afterAll(() => other.disconnect());
    runContract(() => [createRedisSessionStore({ client }), createRedisSessionStore({ client: other })]);
  });

  describe("from several processes", () => {
    let processes: readonly StoreProcess[] = [];
    beforeAll(async () => {
      const start = () => startStoreProcess("redis", server.url, "processes");
      processes = await Promise.all([start(), start(), start(), start()]);
    });
    afterAll(() => Promise.all(processes.map(({ stop }) => stop())));
    const stores = () => processes.map(({ store }) => store);
    describe("the contract", () => runContract(() => stores().slice(0, 2) as never));
    test("of 200 words, leases and versions each goes to one of four", () => contest(stores()));
  });

  test("every verb is one round trip, and read no script", async () => {
    const { store } = newStore();
    const session = aSession();
    const { idHash, issuer, subject, sid } = session;
    const verbs: readonly (readonly [string, () => unknown])[] = [
      ["eval", () => store.create(session, { ...how, replaces: fresh("id") })],
      ["hmget", () => store.read(idHash, noon)],
      ["hmget", () => store.read(fresh("id"), noon)],
      ["eval", () => store.touch(idHash, noon + 2 * hour, noon)],
      ["eval", () => store.lease(idHash, { version: 1, holder: "h", until: noon + minute }, noon)],
      ["eval", () => store.release(idHash, "h")],
      ["eval", () => store.replace(idHash, 1, { sealed: "next", sid }, noon)],
      ["eval", () => store.list({ issuer, subject }, noon)],
      ["eval", () => store.end(idHash, noon)],
      ["eval", () => store.endAll({ issuer, sid }, logout)],
      ["eval", () => store.once(fresh("word"), noon + hour, noon)],
    ];
    const observer = newClient();
    const monitor = await observer.monitor();
    onTestFinished(() => monitor.disconnect());
    const seen: string[] = [];
    monitor.on("monitor", (_time: string, [command]: string[], source: string) => {
      if (source !== "lua") seen.push(String(command).toLowerCase());
    });
    for (const [command, call] of verbs) {
      seen.length = 0;
      await call();
      await client.echo("end");
      await expect.poll(() => seen.at(-1)).toBe("echo");
      expect(seen).toEqual([command, "echo"]);
    }
  });

  test("every key expires by itself, a minute after what it holds", async () => {
    const { store, prefix } = newStore();
    const session = aSession({ idleAt: noon + hour, expiresAt: noon + 3 * hour });
    const { idHash, issuer, subject, sid } = session;
    await add(store, session, aSession({ subject, sid, idleAt: noon + minute }));
    await store.once("word", noon + minute, noon);
    await store.endAll({ issuer, subject: fresh("subject") }, { now: noon, rememberUntil: noon + minute });
    const lifetimes = async () =>
      Promise.all((await keys(prefix)).map(async (key) => Math.ceil((await client.pttl(key)) / minute)));
    // Two sessions, two indexes as long as the longest of them, a word, a logout.
    expect((await lifetimes()).sort((one, other) => one - other)).toEqual([2, 2, 2, 61, 61, 61]);
    await store.touch(idHash, noon + 2 * hour, noon);
    await store.replace(idHash, 1, { sealed: "next", sid: "other" }, noon);
    // The index of the former sid, which has the other session alone, lives as long as it was to.
    expect((await lifetimes()).sort((one, other) => one - other)).toEqual([2, 2, 2, 121, 121, 121, 121]);
    await store.touch(idHash, noon + 9 * hour, noon);
    expect(Math.max(...(await lifetimes()))).toBe(181);
  });

  test("what has ended leaves nothing behind", async () => {
    const { store, prefix } = newStore();
    const sessions = Array.from({ length: 6 }, () => aSession());
    const [one, two, three, four, five, six] = sessions as never as readonly [
      (typeof sessions)[0],
      ...typeof sessions,
    ];
    await add(store, ...sessions);
    await store.end(one.idHash, noon);
    await store.create({ ...aSession(), idHash: one.idHash }, { ...how, replaces: two?.idHash });
    await store.end(one.idHash, noon);
    await store.replace(three?.idHash ?? "", 1, { sealed: "next", sid: fresh("sid") }, noon);
    await store.end(three?.idHash ?? "", noon);
    await store.end(four?.idHash ?? "", noon + 9 * hour);
    const { issuer } = one;
    await store.endAll({ issuer, subject: five?.subject }, logout);
    await store.endAll({ issuer, sid: six?.sid }, logout);
    expect((await keys(prefix)).every((key) => key.startsWith(`{${prefix}}:l:`))).toBe(true);
    expect(await keys(prefix)).toHaveLength(2);
  });

  test("an index forgets, at the next sign-in, the sessions that have expired on the server", async () => {
    const { store, prefix } = newStore();
    const session = aSession();
    await add(store, session);
    const [index = ""] = await client.keys(`{${prefix}}:i:*${session.subject}*`);
    // As the server does in time.
    await client.del(`{${prefix}}:s:${session.idHash}`);
    expect(await store.list(session, noon)).toEqual([]);
    expect(await client.zcard(index)).toBe(1);
    const now = session.idleAt + 2 * minute;
    await add(store, aSession({ subject: session.subject, createdAt: now, idleAt: now + hour }));
    expect(await client.zcard(index)).toBe(1);
    expect(await store.list(session, now)).toHaveLength(1);
  });

  test("a keyPrefix of the client's is before every key", async () => {
    const prefix = fresh("p");
    const store = createRedisSessionStore({ client: newClient("app:"), prefix });
    const session = aSession();
    await add(store, session);
    await store.once("word", noon + hour, noon);
    expect(await store.read(session.idHash, noon)).toEqual(session);
    expect(await store.endAll({ issuer: session.issuer, sid: session.sid }, logout)).toEqual([session]);
    expect(await keys(prefix)).toEqual([]);
    expect(await client.keys(`app:{${prefix}}:*`)).toHaveLength(2);
  });

  test("two prefixes are two stores", async () => {
    const [one, other] = [newStore().store, newStore().store];
    const session = aSession();
    await add(one, session);
    expect(await other.read(session.idHash, noon)).toBeUndefined();
    expect(await other.once("word", noon + hour, noon)).toBe(true);
    expect(await one.once("word", noon + hour, noon)).toBe(true);
  });

  test("after the server has forgotten its scripts everything goes on", async () => {
    const { store } = newStore();
    await client.script("FLUSH");
    const session = aSession();
    await add(store, session);
    expect(await store.end(session.idHash, noon)).toEqual(session);
  });

  test("a full server refuses a sign-in as a whole, and still signs out", async () => {
    const own = await startRedis(program);
    onTestFinished(() => own.close());
    const admin = new Redis(own.url);
    onTestFinished(() => admin.disconnect());
    const store = createRedisSessionStore({ client: admin });
    const session = aSession();
    await add(store, session);
    await admin.config("SET", "maxmemory", "1mb");
    const next = store.create(aSession(), { ...how, replaces: session.idHash });
    await expect(next).rejects.toMatchObject({ message: "Redis failed: OOM", code: "OOM" });
    expect(await store.read(session.idHash, noon)).toEqual(session);
    const { issuer, subject } = session;
    expect(await store.endAll({ issuer, subject }, logout)).toEqual([session]);
    await admin.config("SET", "maxmemory", "0");
    expect(await store.create(session, how)).toBe(false);
  });

  test("a server that is gone: every verb rejects, and once it is back all is well", async () => {
    const own = await startRedis(program);
    onTestFinished(() => own.close());
    for (const options of [
      { maxRetriesPerRequest: 1, retryStrategy: () => 50 },
      { retryStrategy: () => 50 },
    ]) {
      const connected = new Redis(own.port, "127.0.0.1", options);
      connected.on("error", () => {});
      onTestFinished(() => connected.disconnect());
      const store = createRedisSessionStore({ client: connected, timeoutMs: 300 });
      await add(store, aSession());
      await own.kill();
      await expectAllToReject(store, /^Redis (failed: |did not answer within 300 ms)/, 2_000);
      await own.start();
      await expect.poll(() => store.once("word", noon + hour, noon).catch(() => undefined)).toBeDefined();
      await add(store, aSession());
    }
  });

  describe("the contract, on a cluster", () => {
    let node: RedisServer;
    let cluster: Cluster;
    beforeAll(async () => {
      node = await startRedis(program, ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]);
      const admin = new Redis(node.url);
      await admin.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
      const isUp = async () => expect(await admin.cluster("INFO")).toContain("cluster_state:ok");
      await vi.waitFor(isUp, { timeout: 10_000, interval: 50 });
      admin.disconnect();
      cluster = new Cluster([{ host: "127.0.0.1", port: node.port }]);
    });
    afterAll(async () => {
      cluster?.disconnect();
      await node?.close();
    });
    runContract(() => [createRedisSessionStore({ client: cluster })]);
  });
}
