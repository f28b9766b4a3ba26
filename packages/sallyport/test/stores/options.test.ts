// What the stores take, and what they say to anything else.
import { Redis } from "ioredis";
import Database from "libsql";
import pg from "pg";
import { expect, test } from "vitest";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { createPostgresSessionStore } from "../../src/stores/postgres.ts";
import { createRedisSessionStore } from "../../src/stores/redis.ts";
import { createSqliteSessionStore } from "../../src/stores/sqlite.ts";

const client = new Redis({ lazyConnect: true });
const pool = new pg.Pool();
const makers = {
  createMemorySessionStore,
  createSqliteSessionStore,
  createRedisSessionStore,
  createPostgresSessionStore,
} as const;
const secret = "postgres://me:secret@db.example.org/app";

test.each<[keyof typeof makers, string, unknown, string]>([
  ["createMemorySessionStore", "a number", 10, "takes an object with options"],
  ["createMemorySessionStore", "no room", { maxSessions: 0 }, "`maxSessions` takes a whole number from 1"],
  [
    "createMemorySessionStore",
    "another name",
    { max: 9 },
    "has no option `max`; did you mean `maxSessions`?",
  ],
  ["createSqliteSessionStore", "nothing", undefined, "takes an object with options"],
  ["createSqliteSessionStore", "no handle", {}, "`database` takes a database handle: new Database(path)"],
  ["createSqliteSessionStore", "a path", { database: secret }, "`database` takes a database handle"],
  ["createSqliteSessionStore", "the class", { database: Database }, "`database` takes a database handle"],
  ["createSqliteSessionStore", "the handle alone", new Database(":memory:"), "({ database })?"],
  ["createRedisSessionStore", "nothing", undefined, "takes an object with options"],
  ["createRedisSessionStore", "no client", {}, "`client` takes a client: new Redis(url) of ioredis"],
  ["createRedisSessionStore", "a URL", { client: secret }, "`client` takes a client"],
  ["createRedisSessionStore", "the class", { client: Redis }, "`client` takes a client"],
  [
    "createRedisSessionStore",
    "the client alone",
    client,
    "did you mean createRedisSessionStore({ client })?",
  ],
  ["createRedisSessionStore", "braces", { client, prefix: "{a}" }, "`prefix` takes a text without braces"],
  ["createRedisSessionStore", "no time", { client, timeoutMs: 0 }, "`timeoutMs` takes a whole number"],
  ["createPostgresSessionStore", "nothing", undefined, "takes an object with options"],
  ["createPostgresSessionStore", "no pool", {}, "`pool` takes a pool: new Pool(config) of pg"],
  ["createPostgresSessionStore", "a URL", { pool: secret }, "`pool` takes a pool"],
  ["createPostgresSessionStore", "the class", { pool: pg.Pool }, "`pool` takes a pool"],
  [
    "createPostgresSessionStore",
    "the pool alone",
    pool,
    "did you mean createPostgresSessionStore({ pool })?",
  ],
  ["createPostgresSessionStore", "no time", { pool, timeoutMs: 0.5 }, "`timeoutMs` takes a whole number"],
])("%s refuses %s", (name, _words, given, sentence) => {
  const make = () => (makers[name] as (options: unknown) => unknown)(given);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(name);
  expect(make).toThrow(sentence);
  expect(make).not.toThrow("secret");
});

test("stores that need a server are made without one", () => {
  expect(createRedisSessionStore({ client })).toBeDefined();
  expect(createPostgresSessionStore({ pool })).toBeDefined();
});
