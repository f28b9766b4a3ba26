// Servers that are not there, or take calls and never answer. What happens when a real one goes is in the service suite.
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Redis } from "ioredis";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { createPostgresSessionStore } from "../../src/stores/postgres.ts";
import { createRedisSessionStore } from "../../src/stores/redis.ts";
import { noon } from "../../src/testing/session-store/kit.ts";
import { expectAllToReject } from "./outage.ts";

/** A port on which nobody answers; `hangs`: though connections are taken. */
async function deadPort(hangs: boolean): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  if (hangs) onTestFinished(() => void close());
  else await close();
  return port;
}

function redisStore(port: number, timeoutMs: number) {
  const client = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: 1, retryStrategy: () => 20 });
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  return createRedisSessionStore({ client, timeoutMs });
}

function postgresStore(port: number, timeoutMs: number) {
  const pool = new pg.Pool({ host: "127.0.0.1", port, user: "me", password: "canary", database: "canary" });
  pool.on("error", () => {});
  return createPostgresSessionStore({ pool, timeoutMs });
}

test.each([
  ["Redis", redisStore, /^Redis failed: (ECONNREFUSED|MaxRetriesPerRequestError)$/],
  ["PostgreSQL", postgresStore, /^PostgreSQL failed: ECONNREFUSED$/],
])("%s that nobody serves: every verb rejects before its time is over", async (_name, make, sentence) => {
  await expectAllToReject(make(await deadPort(false), 10_000), sentence, 2_000);
});

test.each([
  ["Redis", redisStore],
  ["PostgreSQL", postgresStore],
])(
  "%s that takes calls and does not answer: every verb rejects when its time is over",
  async (name, make) => {
    const store = make(await deadPort(true), 100);
    await expectAllToReject(store, new RegExp(`^${name} did not answer within 100 ms$`), 1_500);
    await expect(store.read("id", noon)).rejects.toMatchObject({ code: "LATE" });
  },
);
