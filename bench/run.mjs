// Every speed claim, measured in one run: `npm run bench [-- --quick] [-- --only NAME]`. Writes bench/RESULTS.md.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closeDatabases } from "./lib/databases.mjs";
import { report } from "./lib/report.mjs";

/** Rows in the order of the report; each a file of `rows/` that exports `run`. */
const names = [
  "verify-new",
  "verify-seen",
  "verify-dpop",
  "routes",
  "metrics",
  "flood",
  "outage",
  "memory",
  "sessions",
  "session-lookup",
  "renewal",
  "session-stores",
  "size",
];

const { values } = parseArgs({
  options: { only: { type: "string", multiple: true }, quick: { type: "boolean" }, out: { type: "string" } },
});
const { only = names, quick = false } = values;
const wrong = only.find((name) => !names.includes(name));
if (wrong !== undefined) throw new Error(`--only takes one of ${names.join(", ")}`);

const start = performance.now();
const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`.padStart(6);
const progress = (what) => console.log(`${seconds()}  ${what}`);
const folder = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
const sections = [];
try {
  for (const name of names) {
    if (!only.includes(name)) continue;
    const { run } = await import(`./rows/${name}.mjs`);
    const section = await run({ quick, progress, folder });
    sections.push(section);
    for (const { what, measured, required, verdict } of section.summary ?? []) {
      progress(`  ${what}: ${measured} (required: ${required}) ${verdict}`);
    }
  }
} finally {
  await closeDatabases();
  rmSync(folder, { recursive: true, force: true });
}

const complete = only.length === names.length && !quick;
const file = values.out ?? join(import.meta.dirname, complete ? "RESULTS.md" : "results-partial.md");
const text = report({
  machine: [
    `Node.js ${process.versions.node} (V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl}), ${process.platform} ${process.arch}`,
    `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? "unknown"}`,
    `${new Date().toISOString().slice(0, 10)}, ${seconds().trim()} in all`,
    ...(complete ? [] : ["A quick or partial run: not the figures to quote."]),
  ],
  sections,
  howTo: [
    "`npm run bench`, on a machine with at least two cores and nothing else to do. `--only verify-new` (one of " +
      `${names.join(", ")}) runs a part, \`--quick\` fewer rounds; both write \`bench/results-partial.md\` instead.`,
    "Redis (or Valkey) and PostgreSQL are started where the machine has them; `BENCH_REDIS_URL` and `BENCH_POSTGRES_URL` name others.",
    "What is measured is the built package, as its users import it, in fresh processes that take turns; processor time " +
      "(`process.cpuUsage()`) is taken beside wall-clock. A round in which the process had the processor for less than " +
      "nine tenths of the time was disturbed from outside and is left out; the notes count such rounds.",
  ].join("\n\n"),
});
writeFileSync(file, text);
progress(`wrote ${file}`);
