// How the command says that it is called: as a shell finds it from where it is installed.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { asCalled, binFolderOf, childEnvOf } from "../src/called.ts";
import { changed } from "./doctor/broken/api.ts";
import { encoded } from "./inspect/support.ts";
import { bin, childEnv, run } from "./support/run.ts";
import { startApi } from "./support/scripted-api.ts";
import { provider } from "./token/support.ts";

const { idp, at } = await provider();

/** A project into which the command is installed. */
function project(): { readonly binFolder: string; readonly link: string } {
  const folder = mkdtempSync(join(tmpdir(), "called-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const binFolder = join(folder, "node_modules/.bin");
  mkdirSync(binFolder, { recursive: true });
  const link = join(binFolder, "sallyport");
  symlinkSync(bin, link);
  return { binFolder, link };
}

test("the folder of a local installation is known by its link, and by the program that the link stands for", () => {
  const { binFolder, link } = project();
  expect(binFolderOf(link)).toBe(binFolder);
  expect(binFolderOf(join(binFolder, "../@sallyport/cli/bin/sallyport.js"))).toBe(binFolder);
  expect(binFolderOf(join(binFolder, "../.pnpm/x/node_modules/@sallyport/cli/bin/sallyport.js"))).toBe(
    binFolder,
  );
});

test.each([
  ["a clone's sources", bin],
  ["an installation for all", "/usr/local/bin/sallyport"],
  ["the program of one", "/usr/local/lib/node_modules/@sallyport/cli/bin/sallyport.js"],
  ["no script", undefined],
])("%s has none", (_name, script) => {
  expect(binFolderOf(script)).toBeUndefined();
});

test.each([
  ["`sallyport doctor --issuer` does", "`npx sallyport doctor --issuer` does"],
  ["sallyport token … | sallyport inspect", "npx sallyport token … | npx sallyport inspect"],
  ["(sallyport --help)", "(npx sallyport --help)"],
  ["  sallyport help <command>", "  npx sallyport help <command>"],
  ["npx sallyport dev", "npx sallyport dev"],
  ["sallyport token: an access token", "sallyport token: an access token"],
  ["install sallyport beside it", "install sallyport beside it"],
])("%s", (text, local) => {
  expect(asCalled(text, { env: {}, binFolder: "/project/node_modules/.bin" })).toBe(local);
  expect(asCalled(text, { env: { npm_command: "exec" } })).toBe(local);
  expect(asCalled(text, { env: {} })).toBe(text);
});

test.each([
  ["help", ["help", "token"], "  npx sallyport token --issuer URL"],
  ["a mistake", ["docter"], "(npx sallyport --help)"],
  ["a mistake in an option", ["token"], "(npx sallyport help token)"],
  ["a curl line", [...at("machine"), "--curl", "https://api.example.org/"], "npx sallyport token --issuer"],
] as const)("said by a local installation: %s", async (_name, args, expected) => {
  const { stdout, stderr } = await run(args, { binFolder: "/project/node_modules/.bin" });
  expect(`${stdout}${stderr}`).toContain(expected);
  expect(`${stdout}${stderr}`).not.toMatch(/(?<!npx )\bsallyport (?:dev|token|inspect|doctor|help)\b(?!:)/);
});

test("what is to be mended is said with lines that can be pasted", async () => {
  const said = async (args: readonly string[], stdin = "") => {
    const { stdout } = await run(args, { binFolder: "/project/node_modules/.bin", stdin });
    return stdout.replaceAll(/\s+/g, " ");
  };
  const url = await startApi(idp, { answer: changed(["bad"], { status: 503 }) });
  expect(await said(["doctor", "--api", url])).toContain(
    "`npx sallyport doctor --issuer` from the same host",
  );
  const expired = `${encoded({ alg: "ES256" })}.${encoded({ exp: 1_000_000_000 })}.c2ln`;
  expect(await said(["inspect"], expired)).toContain(
    "compare the clocks: `npx sallyport doctor --issuer` does",
  );
});

test("a token command finds the installation that runs, whatever the shell's PATH", async () => {
  const { link } = project();
  const url = await startApi(idp);
  const command = ["sallyport", ...at("machine")].join(" ");
  const env = childEnv({
    OIDC_CLIENT_SECRET: "machine-secret",
    PATH: `${join(process.execPath, "..")}:/bin:/usr/bin`,
  });
  const ran = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(link, ["doctor", "--api", url, "--token-command", command], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toContain("This API is guarded.");
});

test("PATH is that of the environment, by the name that it has there", () => {
  const binFolder = "/project/node_modules/.bin";
  expect(childEnvOf({ env: { Path: "/usr/bin" }, binFolder })).toEqual({
    Path: `${binFolder}${delimiter}/usr/bin`,
  });
  expect(childEnvOf({ env: {}, binFolder })).toEqual({ PATH: binFolder });
  expect(childEnvOf({ env: { PATH: "/usr/bin" } })).toEqual({ PATH: "/usr/bin" });
});
