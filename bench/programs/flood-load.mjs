// The row `flood`: honest requests at a fixed rate, at first alone, then beside an attacker's. Prints JSON.
// Arguments: the file of tokens (a line each, the public JWK first), how many of them recur, honest requests before the
// flood, the attacker's requests, the server's processor, if any.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { ask, getRequest, openConnections, openLoop } from "../lib/http-client.mjs";
import { quantile } from "../lib/measure.mjs";
import { startIssuer, startServer } from "../lib/server.mjs";
import { claimsOf } from "../lib/tokens.mjs";

const [file, recurring, quietCount, attackCount, processor] = process.argv.slice(2);
const [first, ...tokens] = readFileSync(file, "latin1").trimEnd().split("\n");
const rates = { honest: 200, attack: 800 };
const path = "/protected";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const payload = encode(claimsOf(0, { payloadBytes: 438 }));
/** All that can be known without the key is right, so that the key has to be looked for. */
function forged() {
  const header = encode({ alg: "RS256", typ: "at+jwt", kid: randomBytes(16).toString("hex") });
  return `${header}.${payload}.${randomBytes(256).toString("base64url")}`;
}
const attack = Array.from({ length: Number(attackCount) }, () => getRequest(path, forged()));

const requests = tokens.map((token) => getRequest(path, token));
const known = requests.slice(0, Number(recurring));
const fresh = requests.slice(Number(recurring));
let honestSent = 0;
/** Every fourth honest request brings a token that the server has not seen. */
function nextHonest() {
  honestSent += 1;
  if (honestSent % 4 !== 0) return known[honestSent % known.length];
  const request = fresh.pop();
  if (!request) throw new RangeError("There are too few tokens for the honest requests");
  return request;
}

const issuer = await startIssuer(JSON.parse(first));
const server = await startServer("route-server.mjs", ["fastify sallyport", issuer.jwksUri], { processor });
const honestConnections = await openConnections(server.port, 16);
const attackConnections = await openConnections(server.port, 32);
// What a server that has run for a while has behind it: compiled code, and the callers' tokens seen.
for (let round = 0; round < 50; round += 1) for (const bytes of known) await ask(honestConnections[0], bytes);

const honest = (count) => openLoop(honestConnections, nextHonest, { rate: rates.honest, count });
const cpu = process.cpuUsage();
const start = performance.now();
const quiet = await honest(Number(quietCount));
const fetchesBefore = issuer.fetches;
const seconds = attack.length / rates.attack;
const [beside, attacked] = await Promise.all([
  honest(Math.round(rates.honest * seconds)),
  openLoop(attackConnections, () => attack.pop(), { rate: rates.attack, count: attack.length }),
]);
const { user, system } = process.cpuUsage(cpu);
const of = ({ statuses, latencies }) => ({
  statuses,
  p50: quantile(latencies, 0.5),
  p99: quantile(latencies, 0.99),
});
process.stdout.write(
  JSON.stringify({
    rates,
    seconds,
    quiet: of(quiet),
    honest: of(beside),
    attack: of(attacked),
    fetches: issuer.fetches - fetchesBefore,
    // The generator asks the clock all the time: what it did not get, something else had.
    kept: (user + system) / 1000 / (performance.now() - start),
  }),
);
server.end();
issuer.close();
for (const connection of [...honestConnections, ...attackConnections]) connection.close();
