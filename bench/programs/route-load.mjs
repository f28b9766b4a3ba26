// The load of the row `routes`: starts one contestant's server, lets its routes take turns under load. Prints JSON.
// Arguments: the file of tokens (a line each, the public JWK first), the contestant, the numbers of tokens that recur
// (`1,1000`), requests a block, the number of blocks, the server's processor, if any.
import { readFileSync } from "node:fs";
import { ask, closedLoop, getRequest, openConnections } from "../lib/http-client.mjs";
import { takeTurns } from "../lib/measure.mjs";
import { startIssuer, startServer } from "../lib/server.mjs";

const [file, contestant, recurring, operations, blocks, processor] = process.argv.slice(2);
const [first, ...tokens] = readFileSync(file, "latin1").trimEnd().split("\n");
const issuer = await startIssuer(JSON.parse(first));
const server = await startServer("route-server.mjs", [contestant, issuer.jwksUri], { processor });
const routes = await server.ask("routes");
const connections = await openConnections(server.port, 32);

// A contestant that lets everyone in would win: each route is tried before it is measured.
const [forged] = tokens.map((token) => `${token.slice(0, -8)}AAAAAAAA`);
for (const route of routes) {
  const status = async (token) => ask(connections[0], getRequest(`/${route}`, token));
  const statuses = [await status(tokens[0]), await status(undefined), await status(forged)];
  const expected = ["open", "empty", "logged"].includes(route) ? [200, 200, 200] : [200, 401, 401];
  const good = statuses.every((one, index) => one === expected[index]);
  if (!good) throw new Error(`${contestant}: /${route} answered ${statuses}, expected ${expected}`);
}

/** Blocks of one route, with so many tokens in turn. */
function loadOf(route, count) {
  const requests = tokens.slice(0, count).map((token) => getRequest(`/${route}`, token));
  let index = 0;
  const next = () => {
    index = index + 1 < requests.length ? index + 1 : 0;
    return requests[index];
  };
  return () => closedLoop(connections, next, Number(operations));
}

const loads = recurring
  .split(",")
  .flatMap((count) => routes.map((route) => [`${route} ${count}`, loadOf(route, Number(count))]));
const result = await takeTurns(Object.fromEntries(loads), {
  operations: Number(operations),
  blocks: Number(blocks),
  warmup: Math.ceil(10_000 / Number(operations)),
  cpuMicroseconds: () => server.ask("usage"),
});
const stats = await server.ask("stats");
process.stdout.write(JSON.stringify({ ...result, stats }));
server.end();
issuer.close();
for (const connection of connections) connection.close();
