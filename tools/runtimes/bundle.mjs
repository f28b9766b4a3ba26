// One bundle of the core's tests for every runtime. The library itself is not in it: it is imported as the packed package, so
// that each runtime resolves `exports` and `imports` by its own conditions.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { testFiles, testFolder } from "./files.mjs";

const runner = join(import.meta.dirname, "runner");
const source = resolve(testFolder, "../src");
const library = JSON.parse(readFileSync(resolve(testFolder, "../package.json"), "utf8"));
const vectors = resolve(testFolder, "../../../../shared/vectors");

/** Source file → the name a user imports it by. */
const publicNames = new Map(
  Object.entries(library.exports)
    .filter(([, target]) => target["sallyport-source"])
    .map(([subpath, target]) => [target["sallyport-source"], subpath.replace(/^\./, library.name)]),
);

/** @type {import("esbuild").Plugin} */
const replacements = {
  name: "the packed package, and no sockets",
  setup({ onResolve }) {
    onResolve({ filter: /^vitest$/ }, () => ({ path: join(runner, "vitest.mjs") }));
    onResolve({ filter: /^node:crypto$/ }, ({ importer }) =>
      importer.startsWith(runner) ? undefined : { path: join(runner, "crypto.mjs") },
    );
    onResolve({ filter: /^node:http$/ }, ({ importer }) =>
      importer.endsWith("scripted-login-provider.ts") ? { path: join(runner, "http.mjs") } : undefined,
    );
    onResolve({ filter: /^#platform$/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^vectors:data$/ }, () => ({ path: "./vectors.mjs", external: true }));
    onResolve(
      { filter: /support\/(listen|raw-http|fetch-bridge)\.ts$|^\.\/raw-http\.ts$|^@hono\/node-server$/ },
      () => ({
        path: join(runner, "in-process.mjs"),
      }),
    );
    onResolve({ filter: /support\/vectors\.ts$/ }, () => ({ path: join(runner, "vectors.mjs") }));
    onResolve({ filter: /\/src\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const inside = relative(source, resolve(resolveDir, path)).replaceAll("\\", "/");
      if (inside.startsWith("..")) return undefined;
      const name = publicNames.get(`./src/${inside}`);
      const built = `./node_modules/${library.name}/dist/${inside.replace(/\.ts$/, ".js")}`;
      return { path: name ?? built, external: true };
    });
  },
};

/**
 * Writes `tests.mjs` and what it imports into a folder whose `node_modules` has the packed package.
 *
 * @returns {Promise<{ tableLength: number, vectors: boolean }>} `tableLength`: how many cases the tables have by themselves
 */
export async function bundleTests(folder) {
  const files = testFiles();
  const list = files
    .map((path) => `[${JSON.stringify(path)}, () => import(${JSON.stringify(join(testFolder, path))})],`)
    .join("\n");
  await build({
    stdin: {
      contents: `export { runAll } from ${JSON.stringify(join(runner, "run-all.mjs"))};
        export const files = [${list}];
        export const shared = () => import(${JSON.stringify(join(testFolder, "support/scripted-login-provider.ts"))});`,
      resolveDir: testFolder,
    },
    outfile: join(folder, "tests.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2023",
    // Deno takes no escaped half of a pair in front of another escape.
    charset: "utf8",
    conditions: ["node"],
    plugins: [replacements],
    external: ["node:*"],
    logLevel: "warning",
    banner: {
      js: 'import { createRequire as __create } from "node:module"; const require = __create("file:///");',
    },
  });
  // The library's own map, so that the tests get the very platform that the library has on this runtime.
  const imports = JSON.parse(JSON.stringify(library.imports).replaceAll('"./dist/', '"./'));
  delete imports["#platform"]["sallyport-source"];
  mkdirSync(join(folder, "platform"), { recursive: true });
  for (const name of ["node.js", "web.js"]) {
    const from = `../node_modules/${library.name}/dist/platform/${name}`;
    writeFileSync(join(folder, "platform", name), `export * from ${JSON.stringify(from)};\n`);
  }
  const manifest = { name: "runtimes", private: true, type: "module", imports };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(folder, "vectors.mjs"), vectorsFromFiles());
  writeFileSync(join(folder, "main.mjs"), readFileSync(join(runner, "main.mjs")));
  writeFileSync(join(folder, "workerd.capnp"), readFileSync(join(import.meta.dirname, "workerd.capnp")));
  return { vectors: existsSync(vectors), tableLength: await tableLength(folder) };
}

/** Counts the rows of every table in `test/cases/`; the HTTP table is run through two frameworks. */
async function tableLength(folder) {
  const outfile = join(folder, "cases.mjs");
  const tables = readdirSync(join(testFolder, "cases")).filter((name) => !/^(index|types)\.ts$/.test(name));
  await build({
    stdin: {
      contents: tables
        .map((name) => `export * from ${JSON.stringify(join(testFolder, "cases", name))};`)
        .join("\n"),
      resolveDir: testFolder,
    },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    plugins: [replacements],
    logLevel: "warning",
  });
  const { httpGroups, ...others } = await import(pathToFileURL(outfile).href);
  const rows = Object.entries(others).filter(([name]) => name.endsWith("Cases"));
  if (rows.length !== tables.length - 1)
    throw new Error("Each file of test/cases/ exports one table, …Cases");
  const web = httpGroups.flatMap(({ cases }) => cases).length * 2;
  return rows.flatMap(([, table]) => table).length + web;
}

/** The same for workerd: one module, the library in it as its conditions choose, the vectors as text. */
export async function bundleForWorkerd(folder) {
  writeFileSync(join(folder, "worker-entry.mjs"), readFileSync(join(runner, "worker.mjs")));
  const { metafile } = await build({
    entryPoints: [join(folder, "worker-entry.mjs")],
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    format: "esm",
    target: "es2023",
    charset: "utf8",
    metafile: true,
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    logLevel: "warning",
    plugins: [
      {
        name: "vectors as text, keys as text",
        setup({ onLoad, onResolve }) {
          // The tests' second platform is Node's: here it gets what the tests get.
          onResolve({ filter: /^node:crypto$/ }, ({ importer }) =>
            importer.endsWith("platform/node.js") ? { path: join(runner, "crypto.mjs") } : undefined,
          );
          onLoad({ filter: /vectors\.mjs$/ }, () => ({ contents: vectorsAsText(), loader: "js" }));
        },
      },
    ],
  });
  const inside = Object.keys(metafile.inputs);
  if (!inside.some((path) => path.endsWith("dist/platform/web.js")))
    throw new Error("The bundle for workerd lacks the web's platform");
}

/** One file for each runtime's live server; the library is imported as the packed package, but on workerd. */
export async function bundleLive(folder) {
  const live = join(import.meta.dirname, "live");
  const shared = {
    bundle: true,
    format: /** @type {const} */ ("esm"),
    logLevel: /** @type {const} */ ("warning"),
  };
  await build({
    ...shared,
    entryPoints: ["node", "bun", "deno"].map((name) => ({
      in: join(live, `${name}.mjs`),
      out: `live-${name}`,
    })),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "es2023",
    packages: "external",
    plugins: [webFrameworks],
  });
  const page = readFileSync(join(import.meta.dirname, "../../docs/runtimes.md"), "utf8");
  const workers = {
    "live-workerd.mjs": readFileSync(join(live, "workerd.mjs"), "utf8"),
    "page-workerd.mjs": /```js\n([\s\S]*?)```/.exec(page)?.[1],
  };
  for (const [name, contents] of Object.entries(workers)) {
    await build({
      ...shared,
      stdin: { contents, resolveDir: folder },
      outfile: join(folder, name),
      target: "es2023",
      conditions: ["workerd", "worker", "browser"],
      external: ["cloudflare:*"],
      plugins: [fromFolder(live, folder)],
    });
  }
}

/** Hono comes with the application: Deno finds nothing above the folder. */
const webFrameworks = {
  name: "hono within",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^hono$/ }, ({ resolveDir, pluginData, kind, importer }) =>
      pluginData || importer.endsWith("node.mjs")
        ? undefined
        : resolve("hono", { resolveDir, kind, pluginData: true }),
    );
  },
};

/** Sources of one folder that import as if they lay in another. */
const fromFolder = (live, folder) => ({
  name: "as if it lay there",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\.\/web-application/ }, () => ({ path: join(live, "web-application.mjs") }));
    onResolve({ filter: /^sallyport/ }, ({ path, kind, pluginData }) =>
      pluginData ? undefined : resolve(path, { resolveDir: folder, kind, pluginData: true }),
    );
  },
});

function vectorsFromFiles() {
  if (!existsSync(vectors)) return "export const present = false;";
  return `import { readdirSync, readFileSync } from "node:fs";
    const at = (path) => ${JSON.stringify(`${vectors}/`)} + path;
    export const present = true;
    export const list = (path) => readdirSync(at(path)).sort();
    export const read = (path) => readFileSync(at(path));`;
}

function vectorsAsText() {
  if (!existsSync(vectors)) return "export const present = false;";
  const wanted = readdirSync(vectors, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        /wycheproof|ed25519|JSONTestSuite|cookbook|spec-examples|oidf-conformance/.test(
          join(entry.parentPath, entry.name),
        ),
    )
    .map((entry) => join(entry.parentPath, entry.name));
  const files = Object.fromEntries(
    wanted.map((path) => [relative(vectors, path).replaceAll("\\", "/"), readFileSync(path, "base64")]),
  );
  return `const files = ${JSON.stringify(files)};
    export const present = true;
    export const list = (path) => Object.keys(files).filter((name) => name.startsWith(path)).map((name) => name.slice(path.length)).sort();
    export const read = (path) => Buffer.from(files[path], "base64");`;
}
