// Packs the packages and tries what a user gets: publint, an empty project in JavaScript and in TypeScript, every framework's
// types, the exported names, and what a bundle holds. `--write-names` keeps the exported names as they are.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = resolve(import.meta.dirname, "..");
const packages = ["sallyport", "dev-idp", "cli"];
const folder = mkdtempSync(join(tmpdir(), "pack-"));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const install = (...names) =>
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...names]);
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));
const library = readJson(join(root, "packages/sallyport/package.json"));

const problems = [];
try {
  const tarballs = packages.map(pack);
  for (const name of packages) await lint(join(root, "packages", name));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "empty", private: true, type: "module" }),
  );
  cpSync(join(import.meta.dirname, "pack-smoke"), folder, { recursive: true });
  theLibraryAlone(tarballs[0]);
  install(...tarballs);
  run(process.execPath, ["plain.mjs"]);
  theCommand();
  run(process.execPath, ["node_modules/@sallyport/dev-idp/bin/dev-idp.js", "--help"]);
  compile("plain.ts", ["--types", ""]);
  await bundles();
  // From here on with everything that is optional, in the versions that our own tests have.
  const versions = { ...readJson(join(root, "package.json")).devDependencies, ...library.devDependencies };
  const optional = [...Object.keys(library.peerDependencies), "rxjs", "@types/express", "@types/node"];
  install(...optional.map((name) => `${name}@${versions[name]}`));
  compile("frameworks.ts", ["--types", "node", "--experimentalDecorators", "--skipLibCheck"]);
  exportedNames();
} catch (error) {
  problems.push(`${error.message}\n${error.stdout ?? ""}${error.stderr ?? ""}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "The packed packages work." : `${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

/** @returns {string} the path of the tarball */
function pack(name) {
  const [{ filename, files }] = JSON.parse(
    run("npm", ["pack", "--json", "--pack-destination", folder], join(root, "packages", name)),
  );
  const paths = files.map(({ path }) => path);
  for (const path of ["README.md", "package.json", "dist/index.js", "dist/index.d.ts"]) {
    if (!paths.includes(path)) problems.push(`${name}: ${path} is not in the package`);
  }
  for (const path of paths) {
    if (/(^|\/)(test|node_modules|\.[^/]*)(\/|$)/.test(path))
      problems.push(`${name}: ${path} is in the package`);
  }
  return join(folder, filename);
}

async function lint(pkgDir) {
  const { messages, pkg } = await publint({ pkgDir, strict: true, pack: "npm" });
  for (const message of messages) problems.push(`publint: ${formatMessage(message, pkg, { color: false })}`);
}

/** `npx sallyport` in a project that has nothing but the library: one sentence that says how to get the command. */
function theLibraryAlone(tarball) {
  const alone = join(folder, "alone");
  mkdirSync(alone);
  writeFileSync(join(alone, "package.json"), JSON.stringify({ name: "alone", private: true }));
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], alone);
  const { status, stderr } = spawnSync("npx", ["--no-install", "sallyport", "doctor"], {
    cwd: alone,
    encoding: "utf8",
  });
  if (status !== 2 || !stderr.includes("install `@sallyport/cli` beside `sallyport`"))
    problems.push(`npx sallyport with the library alone: ${status} ${stderr}`);
}

/** `npx sallyport` as a user has it, whichever of the two packages the name leads to. */
function theCommand() {
  const bins = ["node_modules/sallyport/bin/sallyport.js", "node_modules/@sallyport/cli/bin/sallyport.js"];
  const help = [run("npx", ["--no-install", "sallyport", "--help"])].concat(
    bins.map((bin) => run(process.execPath, [bin, "--help"])),
  );
  for (const text of help) if (!text.includes("doctor")) problems.push(`sallyport --help says: ${text}`);
  const token = `${['{"alg":"none"}', '{"sub":"s1"}'].map((part) => Buffer.from(part).toString("base64url")).join(".")}.`;
  const inspected = execFileSync("npx", ["--no-install", "sallyport", "inspect"], {
    cwd: folder,
    encoding: "utf8",
    input: token,
  });
  if (!inspected.includes("(unsigned)")) problems.push(`sallyport inspect says: ${inspected}`);
}

/** Both ways a user's compiler finds us. */
function compile(file, options) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const runtime = ["--target", "es2023", "--lib", "es2023,dom"];
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const modules = ["--module", module, "--moduleResolution", resolution];
    run(process.execPath, [tsc, ...strict, ...runtime, ...modules, ...options, file]);
  }
}

/** The names each subpath exports, against the list that is kept: a name that comes or goes is a decision. */
function exportedNames() {
  const subpaths = Object.keys(library.exports).filter((path) => !path.endsWith(".json"));
  const paths = [
    ...subpaths.map((path) => path.replace(/^\./, "sallyport")),
    "@sallyport/dev-idp",
    "@sallyport/cli",
  ];
  const script = `import "reflect-metadata";
    for (const path of ${JSON.stringify(paths)}) {
      for (const name of Object.keys(await import(path)).sort()) console.log(path, name);
    }`;
  const actual = run(process.execPath, ["--input-type=module", "--eval", script]);
  const file = "tools/pack-smoke/exported-names.txt";
  if (process.argv.includes("--write-names")) writeFileSync(join(root, file), actual);
  const kept = readFileSync(join(root, file), "utf8").split("\n");
  const found = actual.split("\n");
  const changes = [
    ...found.filter((line) => !kept.includes(line)).map((line) => `  new: ${line}`),
    ...kept.filter((line) => !found.includes(line)).map((line) => `  gone: ${line}`),
  ];
  if (changes.length > 0) {
    problems.push(
      `${file} is stale; is that meant? Then \`node tools/pack-smoke.mjs --write-names\`\n${changes.join("\n")}`,
    );
  }
}

/**
 * What a bundle of the framework-free subpaths must not hold, on Node and elsewhere. What signs people in is loaded when somebody
 * does, and a bundler that makes one file of everything puts it into those of the frameworks alone, where it is installed.
 */
async function bundles() {
  const strangers =
    /node_modules\/(fastify|express|hono|@hono|@nestjs|jose|oidc-provider|openid-client|oauth4webapi|undici|prom-client|@opentelemetry)\//;
  /** @type {{ platform: "node" | "neutral", conditions: string[], allowed: string[] }[]} */
  const runtimes = [
    { platform: "node", conditions: ["node"], allowed: ["node:crypto", "node:buffer"] },
    { platform: "neutral", conditions: ["workerd", "worker", "browser"], allowed: [] },
  ];
  const ofSignIn = /node_modules\/(openid-client|oauth4webapi|jose)\//;
  for (const entry of ["sallyport", "sallyport/fetch"]) {
    for (const { platform, conditions, allowed } of runtimes) {
      const { metafile } = await build({
        stdin: { contents: `export * from ${JSON.stringify(entry)}`, resolveDir: folder },
        bundle: true,
        format: "esm",
        metafile: true,
        write: false,
        logLevel: "silent",
        platform,
        conditions,
        mainFields: ["module", "main"],
      });
      for (const { imports, inputs } of Object.values(metafile.outputs)) {
        for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
          const isStranger = strangers.test(path) && !(entry !== "sallyport" && ofSignIn.test(path));
          if (bytesInOutput > 0 && isStranger) problems.push(`${entry} (${platform}) bundles ${path}`);
        }
        for (const { path } of imports) {
          if (!allowed.includes(path)) problems.push(`${entry} (${platform}) imports ${path}`);
        }
      }
    }
  }
}
