// What metrics cost: one protected Fastify route without them, with prom-client and with OpenTelemetry, in turns in one process.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, part } from "../lib/measure.mjs";
import { count, micro, ratio, verdict } from "../lib/report.mjs";
import { processors, runProgram, takeRounds } from "../lib/rounds.mjs";
import { makeKey, makeTokens } from "../lib/tokens.mjs";
import { named } from "../lib/versions.mjs";

const least = 0.97;
const recurring = [1, 1000];
const contestant = "fastify sallyport metrics";
/** Route → what it stands for; `protected` is what the others are compared with. */
const routes = {
  protected: "metrics off",
  prometheus: "**metrics on**, prom-client",
  opentelemetry: "**metrics on**, OpenTelemetry",
};

export async function run({ quick, progress, folder }) {
  progress("metrics: signing 1,000 tokens");
  const file = join(folder, "metrics.txt");
  const key = makeKey("RS256");
  const tokens = makeTokens(key, Math.max(...recurring), { payloadBytes: 438 });
  writeFileSync(file, `${[JSON.stringify(key.jwk), ...tokens.map(String)].join("\n")}\n`);

  const rounds = quick ? 2 : 7;
  const { load, server = "" } = processors;
  // Three times as many blocks as elsewhere: what is looked for is smaller than what two blocks differ by.
  const args = [file, contestant, recurring.join(","), 2500, quick ? 10 : 30, server];
  const taken = await takeRounds(
    { [contestant]: () => runProgram("route-load.mjs", args, { processor: load }) },
    { rounds, progress, label: "metrics" },
  );
  const processes = taken.results[contestant];
  const at = (name, kind) => median(processes.map(({ each }) => each[name][kind]));
  const partOf = (route, number, kind) => part(processes, `${route} ${number}`, `protected ${number}`, kind);

  const pairs = recurring.flatMap((number) => Object.keys(routes).map((route) => ({ route, number })));
  return {
    title: "Metrics on a protected route",
    intro:
      "As the protected Fastify route above, audit ring on; the three routes, each with an `auth` of its own, take turns in one " +
      `process. Ratios are to the route without metrics, between blocks of one turn; the figures are medians of ${rounds} processes. ` +
      "A scrape is no part of it: it reads the counts, whatever the traffic.",
    head: [
      "route",
      "tokens",
      "µs of processor time a request",
      "requests a second",
      "of metrics off",
      "of metrics off, by the clock",
      "required",
    ],
    rows: pairs.map(({ route, number }) => [
      routes[route],
      count(number),
      micro(at(`${route} ${number}`, "cpu")),
      count(Math.round(1e6 / at(`${route} ${number}`, "wall"))),
      ratio(partOf(route, number, "cpu")),
      ratio(partOf(route, number, "wall")),
      route === "protected" ? "" : `≥ ${least}`,
    ]),
    notes: [
      `${["fastify", "prom-client", "@opentelemetry/sdk-metrics"].map(named).join(", ")}.`,
      ...taken.notes,
    ],
    summary: pairs
      .filter(({ route }) => route !== "protected")
      .map(({ route, number }) => {
        const value = partOf(route, number, "cpu");
        const client = routes[route].replaceAll("*", "").replace("metrics on, ", "");
        return {
          what: `fastify, protected, metrics by ${client} / off, ${count(number)} recurring token${number === 1 ? "" : "s"}`,
          measured: `${ratio(value)} (by the clock ${ratio(partOf(route, number, "wall"))})`,
          required: `≥ ${least}`,
          verdict: verdict(value >= least),
        };
      }),
  };
}
