// The library's own bin: hands on to this package where it is installed, and says how to get it where it is not.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { childEnv } from "./support/run.ts";

const library = fileURLToPath(new URL("../../sallyport/", import.meta.url));

async function start(program: string, args: readonly string[], cwd: string) {
  return promisify(execFile)(process.execPath, [program, ...args], { cwd, env: childEnv() }).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({
      status: code as number,
      stdout: String(stdout),
      stderr: String(stderr),
    }),
  );
}

/** The library's bin alone, in a project of its own. */
function project(): { folder: string; program: string } {
  const folder = mkdtempSync(join(tmpdir(), "forwarder-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "store/sallyport/bin/sallyport.js");
  mkdirSync(dirname(program), { recursive: true });
  cpSync(join(library, "bin/sallyport.js"), program);
  cpSync(join(library, "package.json"), join(folder, "store/sallyport/package.json"));
  return { folder, program };
}

test("hands on to the command, arguments and status with it", async () => {
  const program = join(library, "bin/sallyport.js");
  expect((await start(program, ["--help"], library)).stdout).toContain("doctor");
  expect(await start(program, ["docter"], library)).toMatchObject({ status: 2, stdout: "" });
});

test("alone it says in one sentence how to get the command", async () => {
  const { folder, program } = project();
  const ran = await start(program, ["doctor", "--issuer", "https://idp.example.org"], folder);
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toContain("install `@sallyport/cli` beside `sallyport`, as Sallyport's README says");
  // A name that is not published yet is anybody's: nobody is told to run it.
  expect(ran.stderr).not.toContain("npx");
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(await start(program, ["--version"], folder)).toMatchObject({ status: 0, stdout: "0.1.0\n" });
});

test("finds the command in the project that calls it, where packages can't see each other", async () => {
  const { folder, program } = project();
  const cli = join(folder, "node_modules/@sallyport/cli");
  mkdirSync(join(cli, "bin"), { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(
    join(cli, "package.json"),
    '{ "type": "module", "exports": { "./package.json": "./package.json" } }',
  );
  writeFileSync(join(cli, "bin/sallyport.js"), 'process.stdout.write(process.argv.slice(2).join(" "));');
  expect(await start(program, ["doctor", "--json"], folder)).toEqual({
    status: 0,
    stdout: "doctor --json",
    stderr: "",
  });
});
