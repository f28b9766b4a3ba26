// The load of the row `sessions`: starts a provider and one contestant's server, signs people in, and lets the routes take
// turns under load. Prints JSON. Arguments: the contestant, the number of sessions, requests a block, the number of blocks, the
// server's processor, if any.
import { startDevIdp } from "@sallyport/dev-idp";
import { signIn } from "../lib/browser.mjs";
import { ask, closedLoop, getRequest, openConnections } from "../lib/http-client.mjs";
import { takeTurns } from "../lib/measure.mjs";
import { startServer } from "../lib/server.mjs";

const [contestant, sessions, operations, blocks, processor] = process.argv.slice(2);
const routes = ["open", "empty", "headers", "protected"];
const idp = await startDevIdp({ quiet: true });
const server = await startServer("session-server.mjs", [contestant, idp.issuer], { processor });
const login = await server.ask("login");

// What the provider is asked for: until the first sign-in is done, and by each of the later ones. A browser's own visits don't count.
const cookies = [];
const asked = [];
for (let person = 0; person < Number(sessions); person += 1) {
  const before = person === 0 ? 0 : serverRequests();
  cookies.push(await signIn(`http://127.0.0.1:${server.port}${login}`));
  asked.push(serverRequests() - before);
}
function serverRequests() {
  const { discovery, jwks, token, userinfo } = idp.requests;
  return discovery + jwks + token + userinfo;
}

// A contestant that lets everyone in would win: each route is tried before it is measured.
const connections = await openConnections(server.port, 32);
const [good] = cookies;
for (const route of routes) {
  const status = (cookie) => ask(connections[0], getRequest(`/${route}`, undefined, cookie));
  const statuses = [await status(good), await status(undefined), await status(spoilt(good))];
  const letIn = statuses.map((one) => one === 200).join();
  const expected = route === "protected" ? "true,false,false" : "true,true,true";
  if (letIn !== expected) throw new Error(`${contestant}: /${route} answered ${statuses}`);
}

/** Every cookie's value with another character in its middle: its start may be a name or a number of a key. */
function spoilt(cookie) {
  return cookie
    .split("; ")
    .map((pair) => {
      const middle = (pair.indexOf("=") + pair.length) >> 1;
      return `${pair.slice(0, middle)}${pair[middle] === "A" ? "B" : "A"}${pair.slice(middle + 1)}`;
    })
    .join("; ");
}

function loadOf(route) {
  const requests = cookies.map((cookie) => getRequest(`/${route}`, undefined, cookie));
  let index = 0;
  const next = () => {
    index = (index + 1) % requests.length;
    return requests[index];
  };
  return () => closedLoop(connections, next, Number(operations));
}

const result = await takeTurns(Object.fromEntries(routes.map((route) => [route, loadOf(route)])), {
  operations: Number(operations),
  blocks: Number(blocks),
  warmup: Math.ceil(10_000 / Number(operations)),
  cpuMicroseconds: () => server.ask("usage"),
});
process.stdout.write(JSON.stringify({ ...result, asked, cookieBytes: good.length }));
server.end();
for (const connection of connections) connection.close();
await idp.close();
