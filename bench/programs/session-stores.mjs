// One process: a session store with so many sessions in it. Prints JSON.
// Arguments: the store, where its database is, the number of sessions, the number of blocks.

import { statSync } from "node:fs";
import { each, eachAwaited, median, takeTurns } from "../lib/measure.mjs";

const [kind, address, count, blocks] = process.argv.slice(2);
const sessions = Number(count);
const now = Date.now();
const hour = 3_600_000;
const issuer = "https://idp.example.org/realms/bench";
const perPerson = 100;
const people = 20;
const contentLength = 1_000;

const openers = {
  async memory() {
    const { createMemorySessionStore } = await import("sallyport/stores/memory");
    const store = createMemorySessionStore({ maxSessions: sessions + people * perPerson });
    const size = () => {
      for (let round = 0; round < 3; round += 1) globalThis.gc();
      return process.memoryUsage().heapUsed;
    };
    return { store, size, sync: true };
  },
  async sqlite() {
    const { default: Database } = await import("libsql");
    const { createSqliteSessionStore } = await import("sallyport/stores/sqlite");
    const database = new Database(address);
    const store = createSqliteSessionStore({ database });
    // In one transaction: a million times waiting for the disk is not what is measured.
    const fill = () =>
      database
        .prepare(
          `WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?)
          INSERT INTO sallyport_sessions SELECT printf('id-%040d', i), ?, 'subject-' || i, 'sid-' || i, 1,
            substr(replace(hex(zeroblob(${contentLength})), '00', i || '.'), 1, ${contentLength}), ?, ?, ? + i, NULL, NULL
          FROM numbers`,
        )
        .run(sessions, issuer, now, now + 24 * hour, now + 2 * hour);
    const size = () => {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return statSync(address).size;
    };
    return { store, size, fill, sync: true };
  },
  async redis() {
    const { Redis } = await import("ioredis");
    const { createRedisSessionStore } = await import("sallyport/stores/redis");
    const client = new Redis(address);
    const prefix = `bench-${process.pid}`;
    const info = async (section, name) =>
      Number(new RegExp(`${name}:(\\d+)`).exec(await client.info(section))[1]);
    const close = async () => {
      let cursor = "0";
      do {
        const [next, keys] = await client.scan(cursor, "MATCH", `{${prefix}}:*`, "COUNT", 10_000);
        if (keys.length > 0) await client.unlink(keys);
        cursor = next;
      } while (cursor !== "0");
      client.disconnect();
    };
    return {
      store: createRedisSessionStore({ client, prefix, timeoutMs: 60_000 }),
      size: () => info("memory", "used_memory"),
      commands: () => info("stats", "total_commands_processed"),
      close,
      atOnce: 200,
    };
  },
  async postgres() {
    const { default: pg } = await import("pg");
    const { createPostgresSessionStore } = await import("sallyport/stores/postgres");
    const admin = new pg.Client({ connectionString: address });
    await admin.connect();
    const schema = `bench_${process.pid}`;
    await admin.query(`CREATE SCHEMA ${schema}`);
    const options = `-c search_path=${schema} -c synchronous_commit=off`;
    const pool = new pg.Pool({ connectionString: address, max: 10, options });
    const store = createPostgresSessionStore({ pool, timeoutMs: 60_000 });
    await store.migrate();
    // A transaction each would take the better part of an hour.
    const fill = () =>
      pool.query(
        `INSERT INTO sallyport_sessions SELECT 'id-' || lpad(i::text, 40, '0'), $1, 'subject-' || i, 'sid-' || i, 1,
          left(repeat(i || '.', ${contentLength}), ${contentLength}), $2, $3, $4::float8 + i FROM generate_series(1, ${sessions}) AS i`,
        [issuer, now, now + 24 * hour, now + 2 * hour],
      );
    const size = async () => {
      const { rows } = await pool.query("SELECT pg_total_relation_size('sallyport_sessions') AS size");
      return Number(rows[0].size);
    };
    const close = async () => {
      await pool.end();
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    };
    return { store, size, fill, filled: () => pool.query("ANALYZE sallyport_sessions"), close };
  },
};

const {
  store,
  size,
  sync = false,
  fill = addAll,
  filled = () => {},
  commands,
  close = () => {},
  atOnce = 1,
} = await openers[kind]();

// Text of its own for each: what is cut from one long string would share its memory.
const contentOf = (index) => Buffer.alloc(contentLength, `${index}.`).toString("latin1");
const idOf = (index) => `id-${String(index).padStart(40, "0")}`;
const sessionOf = (index, subject) => ({
  idHash: idOf(index),
  issuer,
  subject,
  sid: `sid-${index}`,
  version: 1,
  sealed: contentOf(index),
  createdAt: now,
  expiresAt: now + 24 * hour,
  idleAt: now + 2 * hour + index,
});

let next = 0;
function add(subject) {
  next += 1;
  return store.create(sessionOf(next, subject ?? `subject-${next}`), { since: now, now });
}
async function addAll() {
  while (next < sessions) {
    await Promise.all(Array.from({ length: Math.min(atOnce, sessions - next) }, () => add()));
  }
}

const empty = await size();
await fill();
next = sessions;
const sized = await size();
for (let person = 0; person < people; person += 1) {
  for (let index = 0; index < perPerson; index += 1) await add(`person-${person}`);
}
await filled();

const perBlock = sync ? 250 : 25;
const random = () => idOf(1 + Math.floor(Math.random() * sessions));
const read = (idHash) => store.read(idHash, now);
const result = await takeTurns(
  { read: sync ? each(read) : eachAwaited(read) },
  {
    prepare: () => Array.from({ length: perBlock }, random),
    operations: perBlock,
    warmup: 50,
    blocks: Number(blocks),
  },
);

// What asking for the number costs is counted as well, and taken off.
const first = commands && (await commands());
const second = commands && (await commands());
if (commands) await store.read(random(), now);
const roundTrips = commands && (await commands()) - second - (second - first);

const [lists, ends] = [[], []];
for (let person = 0; person < people; person += 1) {
  const subject = `person-${person}`;
  const begun = performance.now();
  const listed = await store.list({ issuer, subject }, now);
  const between = performance.now();
  const ended = await store.endAll({ issuer, subject }, { now, rememberUntil: now + hour });
  lists.push(between - begun);
  ends.push(performance.now() - between);
  if (listed.length !== perPerson || ended.length !== perPerson) throw new Error(`${kind} lost sessions`);
}
await close();
process.stdout.write(
  JSON.stringify({
    sessions,
    contentLength,
    perPerson,
    bytes: sized - empty,
    roundTrips,
    listMs: median(lists),
    endAllMs: median(ends),
    ...result,
  }),
);
