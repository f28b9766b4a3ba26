// Session stores: looking a session up in few and in a million, what they take, and how soon all of a person's are ended.
import { join } from "node:path";
import { databases } from "../lib/databases.mjs";
import { median } from "../lib/measure.mjs";
import { count, micro, verdict } from "../lib/report.mjs";
import { runProgram, takeRounds } from "../lib/rounds.mjs";

/** Name → the greatest time of a lookup in microseconds, where the store is in the process. */
const stores = {
  memory: { title: "memory", limit: 5 },
  sqlite: { title: "SQLite (libsql)", limit: 25 },
  redis: { title: "Redis (ioredis)", isServer: true },
  postgres: { title: "PostgreSQL (pg)", isServer: true },
};

export async function run({ quick, progress, folder }) {
  const few = 1_000;
  const many = quick ? 20_000 : 1_000_000;
  const absent = [];
  const rows = [];
  const notes = [];
  const summary = [];
  const servers = await databases();
  for (const [name, { title, limit, isServer = false }] of Object.entries(stores)) {
    if (isServer && !servers[name]) {
      absent.push(`${title}: not run, for this machine has no such server.`);
      continue;
    }
    const one = (sessions, round) => {
      const address = isServer ? servers[name] : join(folder, `${name}-${sessions}-${round}.db`);
      // A heap that a million sessions fit into.
      const env = { NODE_OPTIONS: "--max-old-space-size=6144" };
      return runProgram("session-stores.mjs", [name, address, sessions, quick ? 40 : 400], {
        processor: 1,
        env,
      });
    };
    let round = 0;
    const { results, notes: disturbed } = await takeRounds(
      { few: () => one(few, ++round), many: () => one(many, ++round) },
      { rounds: quick ? 1 : 3, progress, label: `session stores, ${name}` },
    );
    notes.push(...disturbed.map((note) => `${title}: ${note}`));
    const of = (size, value) => median(results[size].map(value));
    const lookup = (size) => of(size, ({ each }) => each.read[limit ? "cpu" : "wall"]);
    const [sample] = results.many;
    const megabytes = of("many", ({ bytes }) => bytes) / 1_048_576;
    rows.push([
      title,
      micro(lookup("few")),
      micro(lookup("many")),
      `${megabytes.toFixed(0)} MB (${((megabytes * 1024) / sample.sessions).toFixed(2)} KB each)`,
      of("many", ({ listMs }) => listMs).toFixed(2),
      of("many", ({ endAllMs }) => endAllMs).toFixed(2),
      sample.roundTrips === undefined ? "" : String(sample.roundTrips),
    ]);
    if (limit) {
      const measured = lookup("many");
      summary.push({
        what: `a session looked up among ${count(many)}, ${title}`,
        measured: `${micro(measured)} µs`,
        required: `≤ ${limit} µs`,
        verdict: verdict(measured <= limit),
      });
    } else if (sample.roundTrips !== undefined) {
      summary.push({
        what: `round trips of a lookup, ${title}`,
        measured: String(sample.roundTrips),
        required: "1",
        verdict: verdict(sample.roundTrips === 1),
      });
    }
  }
  return {
    title: "Session stores",
    intro:
      `Sessions with a sealed content of 1,000 characters, each of another person; a lookup is \`read\` of one drawn at random, ` +
      `without opening the content. Then people with 100 sessions each: \`list\` and \`endAll\` of one of them among all ` +
      `others. Processor time where the store is in the process, by the clock where there is a server. What is taken is the ` +
      "heap, the file, `used_memory`, or the table with its indexes.",
    head: [
      "store",
      `µs a lookup among ${count(few)}`,
      `among ${count(many)}`,
      `${count(many)} sessions take`,
      "ms to list 100",
      "ms to end 100",
      "round trips of a lookup",
    ],
    rows,
    notes: [...absent, ...notes],
    summary,
  };
}
