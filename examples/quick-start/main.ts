// `npm start`: an OpenID Provider, and an application that trusts it, on this machine alone.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededClients, startDevIdp } from "@sallyport/dev-idp";
import Database from "libsql";
import { formatEvent } from "sallyport";
import { createSqliteSessionStore } from "sallyport/stores/sqlite";
import { buildApp } from "./app.ts";

const host = "127.0.0.1";
const wanted = Number(process.env.PORT || 3000);
if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65535) {
  console.error("PORT takes a number from 0 to 65535");
  process.exit(1);
}

const port = await freePort(wanted);
const url = `http://${host}:${port}`;
const idp = await startDevIdp({
  // Tokens live for a minute, so that their renewal can be watched.
  accessTokenSeconds: 60,
  clients: seededClients.map((client) =>
    client.id === "web" ? { ...client, backchannelLogoutUri: `${url}/auth/v2/backchannel-logout` } : client,
  ),
}).catch(sayAndStop);
const folder = mkdtempSync(join(tmpdir(), "sallyport-quick-start-"));
const database = new Database(join(folder, "sessions.db"));
const curl = `curl -i ${url}/me -H "Authorization: Bearer $(curl -s -d person=alice ${idp.issuer}/control/token)"`;
const app = buildApp(
  {
    issuer: idp.issuer,
    audience: idp.audience,
    insecureAllowLoopback: true,
    publicUrl: url,
    clientId: "web",
    clientSecret: "web-secret",
    // Of the access token, which has the roles.
    login: { identity: "access_token" },
    session: { secret: randomBytes(48).toString("base64") },
  },
  {
    sessionStore: createSqliteSessionStore({ database }),
    audit: { name: "console", write: (events) => console.log(events.map(formatEvent).join("\n")) },
  },
  curl,
);
await app.listen({ host, port });

console.log(`
Sallyport quick start

  Click:  ${url}/            (sign in as Alice, Bob or Carol)
  Paste:  ${curl}

  Routes    ${url}   GET /public  /me  /admin  /feed
  Docs      ${url}/docs   (Authorize signs in at the provider)
  Provider  ${idp.issuer}   people: ${idp.people.map(({ username }) => username).join(", ")}

Each access is logged below. Ctrl-C stops both.
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await app.close();
    await idp.close();
    database.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
}

/** What keeps the provider from starting is one sentence, such as that this is production. */
function sayAndStop({ message }: Error): never {
  console.error(message);
  process.exit(1);
}

/** The wanted port, or a free one where it is taken. The application's own address is part of its configuration. */
function freePort(first: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      console.log(`Port ${first} is in use; taking another.`);
      freePort(0).then(resolve, reject);
    });
    probe.listen({ host, port: first }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : first));
    });
  });
}
