// A flood of random key ids while honest callers go on: how often the keys are fetched, and what the honest ones feel.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "../lib/measure.mjs";
import { count, verdict } from "../lib/report.mjs";
import { processors, runProgram, takeRounds } from "../lib/rounds.mjs";
import { makeKey, makeTokens } from "../lib/tokens.mjs";

const cooldownSeconds = 10;
const recurring = 200;

const milliseconds = (value) => `${value.toFixed(2)} ms`;
const range = (values) => `${milliseconds(Math.min(...values))} to ${milliseconds(Math.max(...values))}`;

/** status → count of all rounds together, as `2,500 × 200`. */
function answers(rounds) {
  const all = {};
  for (const { statuses } of rounds) {
    for (const [status, number] of Object.entries(statuses)) all[status] = (all[status] ?? 0) + number;
  }
  return {
    all,
    text: Object.entries(all)
      .map(([status, number]) => `${count(number)} × ${status}`)
      .join(", "),
  };
}

export async function run({ quick, progress, folder }) {
  progress("flood: signing tokens");
  const file = join(folder, "flood.txt");
  const key = makeKey("RS256");
  const tokens = makeTokens(key, quick ? 500 : 1300, { payloadBytes: 438 });
  writeFileSync(file, `${[JSON.stringify(key.jwk), ...tokens.map(String)].join("\n")}\n`);
  const { quiet: quietCount, attack: attackCount } = quick
    ? { quiet: 400, attack: 2000 }
    : { quiet: 1500, attack: 10_000 };
  const { results, notes } = await takeRounds(
    {
      flood: () =>
        runProgram("flood-load.mjs", [file, recurring, quietCount, attackCount, processors.server ?? ""], {
          processor: processors.load,
        }),
    },
    { rounds: quick ? 2 : 5, progress, label: "flood" },
  );
  const all = results.flood;
  const [{ rates, seconds }] = all;
  const allowed = 1 + Math.floor(seconds / cooldownSeconds);
  const fetches = all.map((one) => one.fetches);
  const most = Math.max(...fetches);
  const of = (stream) => all.map((one) => one[stream]);
  const part = (stream, name) => of(stream).map((one) => one[name]);
  const row = (what, stream, rate) => {
    const p99 = part(stream, "p99");
    return [
      what,
      `${count(rate)}/s`,
      answers(of(stream)).text,
      milliseconds(median(part(stream, "p50"))),
      milliseconds(median(p99)),
      range(p99),
    ];
  };
  const honest = answers([...of("quiet"), ...of("honest")]).all;
  const refused = Object.entries(honest).reduce(
    (sum, [status, number]) => sum + (status === "200" ? 0 : number),
    0,
  );
  const total = Object.values(honest).reduce((sum, number) => sum + number, 0);
  const letIn = answers(of("attack")).all[200] ?? 0;
  const times = median(all.map(({ quiet, honest: during }) => during.p99 / quiet.p99));
  return {
    title: "A flood of random key ids",
    intro:
      `A Fastify service, its keys from a \`jwks_uri\` over HTTP. Honest callers come ${rates.honest} times a second, three of four ` +
      `with one of ${recurring} recurring tokens, the fourth with a token not seen before; first alone for ` +
      `${quietCount / rates.honest} s, then beside an attacker who sends ${count(attackCount)} tokens, ${rates.attack} a second for ` +
      `${seconds} s, each well formed, with a random kid and a random signature. Latency counts from the time a request was ` +
      `due (open loop), over loopback. ${all.length} fresh server processes; medians, and the range of the p99.`,
    head: ["requests", "rate", "answers", "p50", "p99", "p99 of the processes"],
    rows: [
      row("honest, quiet", "quiet", rates.honest),
      row("honest, during the flood", "honest", rates.honest),
      row("the attacker's", "attack", rates.attack),
    ],
    notes: [
      `Keys were fetched ${fetches.join(", ")} times during the flood of ${seconds} s; with one fetch a cool-down of ${cooldownSeconds} s that may be ${allowed} times.`,
      ...notes,
    ],
    summary: [
      {
        what: `${count(attackCount)} random kids at ${rates.attack}/s`,
        measured: `${most} key fetch${most === 1 ? "" : "es"} in ${seconds} s; ${count(refused)} of ${count(total)} honest requests refused, ${letIn} of the attacker's let in`,
        required: `one fetch a cool-down (${cooldownSeconds} s): ${allowed}; none refused`,
        verdict: verdict(most <= allowed && refused === 0 && letIn === 0),
      },
      {
        what: "honest p99 during the flood",
        measured: `${milliseconds(median(part("honest", "p99")))}; quiet ${milliseconds(median(part("quiet", "p99")))} (${times.toFixed(2)} ×)`,
        required: "stated against its quiet value, median of five",
        verdict: "stated",
      },
    ],
  };
}
