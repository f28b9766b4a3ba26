// docs/cli.md as it stands: every line for a shell is run, against a provider and an API on ports of their own. docs/doctor.md is fresh.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDevIdp } from "@sallyport/dev-idp";
import { sallyport } from "sallyport/node";
import { afterAll, expect, test } from "vitest";
import { commands } from "../../src/commands/index.ts";
import { tables } from "../../src/tables.ts";
import { bin, childEnv } from "../support/run.ts";

const root = new URL("../../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const page = read("docs/cli.md");

const folder = mkdtempSync(join(tmpdir(), "cli-docs-"));
const program = join(folder, "sallyport");
writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
chmodSync(program, 0o755);

const idp = await startDevIdp({ algorithm: "ES256", quiet: true });
const auth = sallyport({ issuer: idp.issuer, audience: idp.audience, insecureAllowLoopback: true });
const guarded = auth.required((_request, response) => void response.end("[]"));
const api = createServer((request, response) =>
  request.url === "/open" ? void response.end("[]") : guarded(request, response),
);
await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
const apiOrigin = `http://127.0.0.1:${(api.address() as { port: number }).port}`;
afterAll(async () => {
  api.closeAllConnections();
  api.close();
  await idp.close();
  rmSync(folder, { recursive: true });
});

const here = (text: string) =>
  text.replaceAll("http://127.0.0.1:4400", idp.issuer).replaceAll("http://127.0.0.1:3000", apiOrigin);
const there = (text: string) =>
  text.replaceAll(idp.issuer, "http://127.0.0.1:4400").replaceAll(apiOrigin, "http://127.0.0.1:3000");
const env = childEnv({ PATH: `${folder}:${process.env.PATH}`, OIDC_CLIENT_SECRET: "machine-secret" });

/** `…` alone on a line stands for any lines, within one for anything. */
function pattern(shown: string): RegExp {
  const escaped = shown.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/^…$/gm, "[\\s\\S]*?").replaceAll("…", ".*")}$`);
}

const shown = [...page.matchAll(/```sh\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```)?/g)].map(
  ([, script = "", output]) => ({ script, output }),
);
const run = shown.filter(({ script, output }) => output !== undefined && !script.startsWith("sallyport dev"));

test("the page has examples of every command", () => {
  expect(run.length).toBeGreaterThan(4);
  for (const { name } of commands)
    expect(shown.some(({ script }) => script.includes(`sallyport ${name}`))).toBe(true);
});

test.each(run.map((example, index) => ({ index, ...example })))(
  "example $index: $script",
  async ({ script, output }) => {
    const stdout = await new Promise<string>((resolve) => {
      execFile("sh", ["-c", here(script)], { env, cwd: folder }, (_error, text) => resolve(there(text)));
    });
    expect(stdout).toMatch(pattern(output as string));
  },
);

test("the example of a provider to develop with", async () => {
  const example = shown.find(({ script }) => script.startsWith("sallyport dev"));
  // The page's own port may be taken here.
  const child = spawn(program, ["dev", "--port", "0"], { env });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  await expect.poll(() => stdout, { timeout: 15_000 }).toContain("Ctrl-C stops it.");
  child.kill("SIGINT");
  await once(child, "exit");
  const [issuer = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout) ?? [];
  expect(stdout.replaceAll(issuer, "http://127.0.0.1:4400")).toMatch(pattern(example?.output ?? ""));
});

test("the example for CI passes, and leaves its report", async () => {
  const script = shown.find(({ script: text }) => text.includes("report.json"))?.script ?? "";
  const status = await new Promise<unknown>((resolve) => {
    execFile("sh", ["-c", here(script)], { env, cwd: folder }, (error) => resolve(error?.code ?? 0));
  });
  expect(status).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, "report.json"), "utf8"))).toMatchObject({ ok: true });
});

test("docs/doctor.md is what `npm run docs` makes of the tables", async () => {
  const { renderFindings } = await import(new URL("tools/docs.mjs", root).href);
  expect(read("docs/doctor.md")).toBe(renderFindings(tables));
});

test("the package's page names every command, and no link of it leads out of the package", () => {
  const readme = read("packages/cli/README.md");
  for (const { name } of commands) expect(readme).toContain(`| \`sallyport ${name}\` |`);
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
  expect(links.filter((target) => !/^(https:\/\/|#)/.test(target))).toEqual([]);
});
