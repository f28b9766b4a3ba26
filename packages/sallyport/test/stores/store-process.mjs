// A process with a store of its own, as it is built: `store-process.mjs KIND ADDRESS [PREFIX]`. A line in is a verb with its
// arguments, a line out its answer. It ends with its stdin, and so with whoever started it.
import { createInterface } from "node:readline";

const [kind, address, prefix] = process.argv.slice(2);
const kinds = {
  async sqlite() {
    const { default: Database } = await import("libsql");
    const { createSqliteSessionStore } = await import("sallyport/stores/sqlite");
    return createSqliteSessionStore({ database: new Database(address) });
  },
  async redis() {
    const { Redis } = await import("ioredis");
    const { createRedisSessionStore } = await import("sallyport/stores/redis");
    return createRedisSessionStore({ client: new Redis(address), prefix, timeoutMs: 20_000 });
  },
  async postgres() {
    const { default: pg } = await import("pg");
    const { createPostgresSessionStore } = await import("sallyport/stores/postgres");
    const pool = new pg.Pool({ connectionString: address, max: 20 });
    return createPostgresSessionStore({ pool, timeoutMs: 20_000 });
  },
};

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let store;
try {
  store = await kinds[kind]();
  say({ ready: true });
} catch (error) {
  say({ failed: error.message });
}
const lines = createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const { id, verb, args } = JSON.parse(line);
  try {
    say({ id, value: await store[verb](...args) });
  } catch (error) {
    say({ id, error: error.message, code: error.code });
  }
});
lines.on("close", () => process.exit(0));
