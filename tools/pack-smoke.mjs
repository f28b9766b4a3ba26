// Packs the packages, lints them with publint, installs them in an empty project, and tries them there: in JavaScript, in
// TypeScript, and bundled. What is tried is what a user gets.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "pack-"));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const problems = [];

try {
  const tarballs = ["packages/sallyport", "packages/dev-idp"].map(pack);
  for (const name of ["sallyport", "dev-idp"]) await lint(join(root, "packages", name));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "empty", private: true, type: "module" }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs]);
  exportedNames();
  javascript();
  typescript();
  await bundles();
} catch (error) {
  problems.push(`${error.message}\n${error.stdout ?? ""}${error.stderr ?? ""}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "The packed packages work." : `${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);

function pack(name) {
  const [{ filename, files }] = JSON.parse(
    run("npm", ["pack", "--json", "--pack-destination", folder], join(root, name)),
  );
  for (const file of ["README.md", "package.json", "dist/index.js", "dist/index.d.ts"]) {
    if (!files.some(({ path }) => path === file)) problems.push(`${name}: ${file} is not in the package`);
  }
  if (files.some(({ path }) => /(^|\/)(test|node_modules)\//.test(path)))
    problems.push(`${name} packs its tests`);
  return join(folder, filename);
}

async function lint(pkgDir) {
  const { messages, pkg } = await publint({ pkgDir, strict: true, pack: "npm" });
  for (const message of messages) problems.push(`publint: ${formatMessage(message, pkg, { color: false })}`);
}

/** The names each subpath exports, against the list that is kept: a name that comes or goes is a decision. */
function exportedNames() {
  const script = `
    const names = {};
    for (const path of ["sallyport", "sallyport/fetch", "sallyport/node", "sallyport/testing", "@sallyport/dev-idp"]) {
      names[path] = Object.keys(await import(path)).sort();
    }
    console.log(JSON.stringify(names, null, 2));`;
  writeFileSync(join(folder, "names.mjs"), script);
  const actual = run(process.execPath, ["names.mjs"]);
  const kept = join(root, "tools/exported-names.json");
  if (process.argv.includes("--write-names")) writeFileSync(kept, actual);
  else if (readFileSync(kept, "utf8") !== actual) {
    problems.push(
      `The exported names are not those of tools/exported-names.json (node tools/pack-smoke.mjs --write-names):\n${actual}`,
    );
  }
}

function javascript() {
  writeFileSync(
    join(folder, "try.mjs"),
    `import { createVerifier, scope } from "sallyport";
     import { sallyport } from "sallyport/fetch";
     import { fakeIssuer } from "sallyport/testing";
     import { startDevIdp } from "@sallyport/dev-idp";
     const idp = fakeIssuer({ audience: "my-api" });
     const verifier = createVerifier(idp.config, idp.deps);
     const identity = await verifier.verify(await idp.token({ subject: "s1", scopes: ["read"] }));
     if (identity.subject !== "s1") throw new Error("verify");
     const auth = sallyport(idp.config, idp.deps);
     const handler = auth.required(scope("read"), (_request, { identity }) => Response.json(identity.subject));
     const ask = async (headers) => (await handler(new Request("http://localhost/", { headers }))).status;
     const statuses = [await ask({}), await ask(await idp.bearer({ scopes: ["read"] })), await ask(await idp.bearer({}))];
     if (statuses.join() !== "401,200,403") throw new Error("fetch: " + statuses);
     const provider = await startDevIdp({ quiet: true });
     const real = createVerifier({ issuer: provider.issuer, audience: provider.audience, insecureAllowLoopback: true });
     await real.verify(await provider.token({ person: "alice" }));
     await provider.close();`,
  );
  run(process.execPath, ["try.mjs"]);
}

function typescript() {
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(
    join(folder, "src/try.ts"),
    `import { type AuthError, createVerifier, type Identity, type Requirement, role } from "sallyport";
     import { sallyport } from "sallyport/fetch";
     import { fakeIssuer } from "sallyport/testing";
     const idp = fakeIssuer({ audience: "my-api" });
     const admin: Requirement = role("Admin");
     export const auth = sallyport(idp.config, idp.deps);
     export const handler = auth.required(admin, (_request: Request, context) => Response.json(context.identity.subject));
     export const who: Promise<Identity> = createVerifier(idp.config, idp.deps).verify("token");
     export const status = (error: AuthError): number => error.status;`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const options = [
      "--module",
      module,
      "--moduleResolution",
      resolution,
      "--lib",
      "es2023,dom",
      "--types",
      "",
    ];
    run(process.execPath, [tsc, "--noEmit", "--strict", "--target", "es2023", ...options, "src/try.ts"]);
  }
}

/** What a bundle of the framework-free subpaths must not hold, on Node and elsewhere. */
async function bundles() {
  const strangers = [
    "fastify",
    "express",
    "hono",
    "@nestjs",
    "jose",
    "oidc-provider",
    "openid-client",
    "undici",
  ];
  for (const entry of ["sallyport", "sallyport/fetch"]) {
    for (const [conditions, platform] of [
      [["node"], "node"],
      [["workerd", "worker", "browser"], "neutral"],
    ]) {
      const { metafile } = await build({
        stdin: { contents: `export * from ${JSON.stringify(entry)}`, resolveDir: folder },
        bundle: true,
        format: "esm",
        metafile: true,
        write: false,
        logLevel: "silent",
        platform,
        conditions,
        ...(platform === "neutral" ? { mainFields: ["module", "main"] } : {}),
      });
      const inputs = Object.keys(metafile.inputs);
      for (const stranger of strangers) {
        if (inputs.some((path) => path.includes(`node_modules/${stranger}/`)))
          problems.push(`${entry} bundles ${stranger}`);
      }
      const externals = Object.values(metafile.outputs).flatMap(({ imports }) =>
        imports.map(({ path }) => path),
      );
      const allowed = platform === "node" ? ["node:crypto", "node:buffer"] : [];
      for (const path of externals)
        if (!allowed.includes(path)) problems.push(`${entry} (${platform}) imports ${path}`);
    }
  }
}
