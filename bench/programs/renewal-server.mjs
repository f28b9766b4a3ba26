// A server process of the row `renewal`: one of several that share a store. Arguments: the store, where its database is, the issuer,
// the secret of the sessions, the public URL, the port.

import { once } from "node:events";
import { createServer } from "node:http";
import { sallyport } from "sallyport/node";
import { serveQuestions } from "../lib/server.mjs";

const [kind, address, issuer, secret, publicUrl, port] = process.argv.slice(2);
const stores = {
  async sqlite() {
    const { default: Database } = await import("libsql");
    const { createSqliteSessionStore } = await import("sallyport/stores/sqlite");
    return createSqliteSessionStore({ database: new Database(address) });
  },
  async redis() {
    const { Redis } = await import("ioredis");
    const { createRedisSessionStore } = await import("sallyport/stores/redis");
    return createRedisSessionStore({ client: new Redis(address), prefix: `bench-${secret.slice(0, 8)}` });
  },
  async postgres() {
    const { default: pg } = await import("pg");
    const { createPostgresSessionStore } = await import("sallyport/stores/postgres");
    const store = createPostgresSessionStore({ pool: new pg.Pool({ connectionString: address, max: 10 }) });
    await store.migrate();
    return store;
  },
};

let ahead = 0;
const auth = sallyport(
  {
    issuer,
    clientId: "web",
    clientSecret: "web-secret",
    publicUrl,
    insecureAllowLoopback: true,
    session: { secret },
  },
  { sessionStore: await stores[kind](), now: () => Date.now() + ahead },
);
await auth.ready();
const router = auth.router();
const guarded = auth.required((_request, response) => {
  response.setHeader("content-length", 2);
  response.end("ok");
});
const server = createServer((request, response) => {
  if (!router(request, response)) guarded(request, response);
});
server.listen(Number(port), "127.0.0.1");
await once(server, "listening");
serveQuestions(server.address().port, {
  expire() {
    ahead += 301_000;
    return true;
  },
});
