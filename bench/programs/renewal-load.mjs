// The load of the row `renewal`: several processes share a store; the tokens of a session expire, and all are asked at once. Prints
// JSON. Arguments: the store, where its database is, the number of processes, requests at once for each, the number of times.
import { randomBytes } from "node:crypto";
import { startDevIdp } from "@sallyport/dev-idp";
import { signIn } from "../lib/browser.mjs";
import { freePort } from "../lib/free-port.mjs";
import { closedLoop, getRequest, openConnections } from "../lib/http-client.mjs";
import { startServer } from "../lib/server.mjs";

const [kind, address, ...numbers] = process.argv.slice(2);
const [processes, atOnce, times] = numbers.map(Number);

let ahead = 0;
const idp = await startDevIdp({ quiet: true, accessTokenSeconds: 300, now: () => Date.now() + ahead });
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const secret = randomBytes(48).toString("base64url");
const servers = [];
for (let index = 0; index < processes; index += 1) {
  const args = [kind, address, idp.issuer, secret, url, String(index === 0 ? port : 0)];
  servers.push(await startServer("renewal-server.mjs", args, {}));
}
const request = getRequest("/", undefined, await signIn(`${url}/auth/v2/login`));
const connections = await Promise.all(servers.map((server) => openConnections(server.port, atOnce)));

const grants = [];
const milliseconds = [];
for (let time = 0; time < times; time += 1) {
  ahead += 301_000;
  await Promise.all(servers.map((server) => server.ask("expire")));
  const before = idp.requests.token;
  const start = performance.now();
  // An answer that is not 200 ends the whole.
  await Promise.all(connections.map((some) => closedLoop(some, () => request, atOnce)));
  milliseconds.push(performance.now() - start);
  grants.push(idp.requests.token - before);
}
process.stdout.write(JSON.stringify({ grants, milliseconds }));
for (const connection of connections.flat()) connection.close();
for (const server of servers) server.end();
await idp.close();
