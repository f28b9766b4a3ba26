// What protecting a route costs: Fastify, Hono and Express under load, one core, beside their own open route and the peers.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, part } from "../lib/measure.mjs";
import { count, micro, ratio, verdict } from "../lib/report.mjs";
import { processors, runProgram, takeRounds } from "../lib/rounds.mjs";
import { makeKey, makeTokens } from "../lib/tokens.mjs";
import { named } from "../lib/versions.mjs";

const least = 0.93;
const recurring = [1, 1000];
const ring = "**sallyport**, audit ring";

/**
 * Contestants as `lib/apps.mjs` names them, in the order of the table. `block`: requests a block, so that it takes about
 * 50 ms; `against`: the route that the requirement compares with; those are measured more often.
 */
const contestants = [
  { name: "fastify sallyport", by: ring, block: 2500, against: "open" },
  { name: "fastify sallyport pino", by: "**sallyport**, a pino line a request", block: 2000 },
  { name: "fastify @fastify/jwt", by: "@fastify/jwt", block: 600 },
  { name: "fastify @fastify/jwt cache", by: "@fastify/jwt with its cache", block: 1000 },
  { name: "fastify jose", by: "jose in a hook", block: 600 },
  { name: "hono sallyport", by: ring, block: 2000, against: "empty" },
  { name: "hono jwk", by: "hono's jwk", block: 400 },
  { name: "express sallyport", by: ring, block: 500, against: "empty" },
  { name: "express express-oauth2-jwt-bearer", by: "express-oauth2-jwt-bearer", block: 400 },
];
const packages =
  "fastify hono @hono/node-server express pino @fastify/jwt fast-jwt jose express-oauth2-jwt-bearer";

/** One contestant with so many tokens: its rows of the table, and what the requirement asks of it. */
function judge({ name, by, against }, processes, number) {
  const [framework] = name.split(" ");
  const key = (route) => `${route} ${number}`;
  const at = (route, kind) => median(processes.map(({ each }) => each[key(route)][kind]));
  const to = (route, yardstick, kind = "cpu") => part(processes, key(route), key(yardstick), kind);
  const row = (route, what, required = "") => [
    framework,
    what,
    count(number),
    micro(at(route, "cpu")),
    count(Math.round(1e6 / at(route, "wall"))),
    ratio(to(route, "open")),
    ratio(to(route, "open", "wall")),
    ratio(to(route, "empty")),
    required,
  ];
  const rows = [row("protected", by, against && `≥ ${least} of ${against}`)];
  if (processes[0].each[key("logged")]) rows.unshift(row("logged", "such a pino line alone, in a hook"));
  if (!against) return { rows, summary: [] };
  rows.unshift(row("open", "open route"), row("empty", "empty middleware"));
  const value = to("protected", against);
  const tokens = `${count(number)} recurring token${number === 1 ? "" : "s"}`;
  return {
    rows,
    summary: [
      {
        what: `${framework}, protected / ${against === "open" ? "open" : "empty middleware"}, ${tokens}`,
        measured: `${ratio(value)} (by the clock ${ratio(to("protected", against, "wall"))})`,
        required: `≥ ${least}`,
        verdict: verdict(value >= least),
      },
    ],
  };
}

export async function run({ quick, progress, folder }) {
  progress("routes: signing 1,000 tokens");
  const file = join(folder, "routes.txt");
  const key = makeKey("RS256");
  const tokens = makeTokens(key, Math.max(...recurring), { payloadBytes: 438 });
  writeFileSync(file, `${[JSON.stringify(key.jwk), ...tokens.map(String)].join("\n")}\n`);

  const rounds = quick ? { required: 2, others: 1 } : { required: 7, others: 2 };
  const { load, server = "" } = processors;
  const measure = (chosen, times) => {
    const each = chosen.map(({ name, block }) => {
      const args = [file, name, recurring.join(","), block, quick ? 6 : 10, server];
      return [name, () => runProgram("route-load.mjs", args, { processor: load })];
    });
    return takeRounds(Object.fromEntries(each), { rounds: times, progress, label: "routes" });
  };
  const required = await measure(
    contestants.filter(({ against }) => against !== undefined),
    rounds.required,
  );
  const others = await measure(
    contestants.filter(({ against }) => against === undefined),
    rounds.others,
  );
  const results = { ...required.results, ...others.results };

  const judged = contestants.flatMap((one) =>
    recurring.map((number) => judge(one, results[one.name], number)),
  );
  const sinks = Object.values(results).flatMap((processes) => processes.flatMap(({ stats }) => stats));
  const lost = sinks.reduce((sum, { dropped, failed }) => sum + dropped + failed, 0);
  const many = recurring.at(-1);
  const ofOpen = (route) =>
    ratio(part(results["fastify sallyport pino"], `${route} ${many}`, `open ${many}`, "cpu"));
  return {
    title: "A protected route",
    intro:
      `RS256 access tokens of ${count(tokens[0].length)} characters (RFC 9068); all routes of a process receive the same headers ` +
      "and answer with the same small JSON. A server process holds one contestant: its framework's open route, the same with an " +
      "empty middleware, and the protected one, which take turns in blocks under load (32 keep-alive connections, one request " +
      "at a time on each, from a process on the other core, which fails at any answer but 200). Keys come from a `jwks_uri` on " +
      "loopback; @fastify/jwt and hono's jwk are given theirs. Ratios are of requests a second of the server's processor time " +
      `(or by the clock), between blocks of one turn; the figures are medians of ${rounds.required} processes (${rounds.others} where nothing is required). ` +
      "*Audit ring*: each request's event goes through the ring of the audit trail to a sink that counts it. *A pino line*: " +
      "`loggerSink(pino())`, written synchronously, as is pino's default, to the null device.",
    head: [
      "framework",
      "route",
      "tokens",
      "µs of processor time a request",
      "requests a second",
      "of open",
      "of open, by the clock",
      "of empty middleware",
      "required",
    ],
    rows: judged.flatMap(({ rows }) => rows),
    notes: [
      `${packages.split(" ").map(named).join(", ")}.`,
      "Each ratio is to the open route and the empty middleware of the same process. Their own rows are those of Sallyport's processes.",
      "hono's jwk fetches the keys with every request where it has a `jwks_uri`; express-oauth2-jwt-bearer brings a jose of its own.",
      `${count(lost)} audit events were dropped.`,
      ...required.notes,
      ...others.notes.map((note) => `Where nothing is required: ${note}`),
    ],
    summary: [
      ...judged.flatMap(({ summary }) => summary),
      {
        what: `fastify, protected with a pino line a request / open, ${count(many)} recurring tokens`,
        measured: `${ofOpen("protected")}; such a line alone ${ofOpen("logged")}`,
        required: "stated",
        verdict: "stated",
      },
    ],
  };
}
