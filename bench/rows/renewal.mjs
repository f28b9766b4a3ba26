// Tokens that expire under many requests in several processes at once: how often the provider is asked for new ones.
import { join } from "node:path";
import { databases } from "../lib/databases.mjs";
import { median, quantile } from "../lib/measure.mjs";
import { count, verdict } from "../lib/report.mjs";
import { runProgram } from "../lib/rounds.mjs";

const processes = 4;
const atOnce = 50;
const stores = {
  sqlite: { title: "SQLite (libsql)" },
  redis: { title: "Redis (ioredis)" },
  postgres: { title: "PostgreSQL (pg)" },
};

export async function run({ quick, progress, folder }) {
  const times = quick ? 5 : 100;
  const rows = [];
  const notes = [];
  const summary = [];
  const addresses = { sqlite: join(folder, "renewal.db"), ...(await databases()) };
  for (const [name, { title }] of Object.entries(stores)) {
    const address = addresses[name];
    if (!address) {
      notes.push(`${title}: not run, for this machine has no such server.`);
      continue;
    }
    progress(`renewal, ${name}`);
    const { grants, milliseconds } = await runProgram("renewal-load.mjs", [
      name,
      address,
      processes,
      atOnce,
      times,
    ]);
    const once = grants.filter((number) => number === 1).length;
    rows.push([
      title,
      count(times * processes * atOnce),
      "0",
      `${once} of ${times}`,
      String(Math.max(...grants)),
      median(milliseconds).toFixed(0),
      quantile(milliseconds, 1).toFixed(0),
    ]);
    summary.push({
      what: `${atOnce} requests in each of ${processes} processes at the moment of expiry, ${times} times, ${title}`,
      measured: `one grant ${once} times; none of ${count(times * processes * atOnce)} refused`,
      required: "one grant each time, none refused",
      verdict: verdict(once === times),
    });
  }
  return {
    title: "Tokens that expire under load",
    intro:
      `${processes} processes share a store and a session whose access token has just expired (by the clock that they and the provider, ` +
      `@sallyport/dev-idp, are given). Each gets ${atOnce} requests at the same moment; the provider rotates refresh tokens, and ends the ` +
      "session where one is used twice. Any answer but 200 would end the run.",
    head: [
      "store",
      "requests",
      "refused",
      "times with one grant",
      "most grants at a time",
      "ms until all were answered",
      "at most",
    ],
    rows,
    notes,
    summary,
  };
}
