// Import time and bundle size of what a service imports, and what is in the bundle.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "../lib/measure.mjs";
import { kilobytes, verdict } from "../lib/report.mjs";
import { runProgram } from "../lib/rounds.mjs";

const subjects = ["sallyport", "sallyport/fetch"];
// For comparison: what the peers cost to import and to ship.
const peers = ["jose", "fast-jwt", "jsonwebtoken", "aws-jwt-verify"];

const targets = {
  node: { platform: "node" },
  "web worker": {
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
  },
};

async function bundle(name, options) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from ${JSON.stringify(name)};`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
    ...options,
  });
  const packages = new Set();
  for (const input of Object.keys(Object.values(metafile.outputs)[0].inputs)) {
    const found = /(?:^|.*\/)(?:node_modules|packages)\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(found[1]);
  }
  const { contents } = outputFiles[0];
  return {
    bytes: contents.length,
    gzip: gzipSync(contents, { level: 9 }).length,
    packages: [...packages].sort(),
  };
}

export async function run({ quick, progress }) {
  const rows = [];
  const summary = [];
  for (const name of [...subjects, ...peers]) {
    progress(`size: ${name}`);
    const times = [];
    for (let round = 0; round < (quick ? 5 : 15); round += 1) {
      times.push((await runProgram("import-time.mjs", [name])).milliseconds);
    }
    const own = subjects.includes(name);
    const cells = [];
    for (const [target, options] of Object.entries(targets)) {
      if (!own && target !== "node") continue;
      const made = await bundle(name, options);
      cells.push({ target, ...made });
    }
    const [node, worker] = cells;
    rows.push([
      own ? `**\`${name}\`**` : name,
      `${median(times).toFixed(1)} ms`,
      `${kilobytes(node.bytes)} / ${kilobytes(node.gzip)}`,
      worker ? `${kilobytes(worker.bytes)} / ${kilobytes(worker.gzip)}` : "",
      node.packages.join(", "),
    ]);
    if (!own) continue;
    const strange = cells
      .flatMap(({ packages }) => packages)
      .filter((one) => !["sallyport", "jose", "oauth4webapi", "openid-client", "zod"].includes(one));
    summary.push({
      what: `import time and bundle of \`${name}\``,
      measured: `${median(times).toFixed(1)} ms; ${kilobytes(node.gzip)} gzipped; holds ${node.packages.join(", ")}`,
      required: "stated; nothing of a framework, a driver or a proxy",
      verdict: verdict(strange.length === 0),
    });
  }
  return {
    title: "Import time and bundle size",
    intro:
      "Import: a fresh Node process, the time of `await import(…)`, median. Bundle: everything exported, by esbuild, minified, " +
      "plain and gzipped; for Node (its built-in modules left out) and for a web worker (workerd, Deno, browsers).",
    head: [
      "module",
      "import",
      "bundle for Node, plain / gzip",
      "bundle for a worker",
      "packages in the bundle",
    ],
    rows,
    summary,
  };
}
