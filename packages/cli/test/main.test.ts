// The command line itself: help, version, mistakes, colours, exit statuses.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commands } from "../src/commands/index.ts";
import { styleFor } from "../src/style.ts";
import { run, runBin } from "./support/run.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

test.each([["--help"], ["-h"], ["help"]])("%s lists every command, on standard output", async (...args) => {
  const { status, stdout, stderr } = await run(args);
  for (const { summary } of commands) expect(stdout).toContain(summary);
  expect([status, stderr]).toEqual([0, ""]);
});

test("without a command the list goes to standard error, with status 2", async () => {
  const { status, stdout, stderr } = await run([]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("sallyport help <command>");
});

describe.each(commands)("$name", ({ name, options, usage }) => {
  test.each([
    ["help", name],
    [name, "--help"],
    [name, "-h"],
  ])("%s %s shows each option that may be given", async (...args) => {
    const { status, stdout } = await run(args);
    expect(status).toBe(0);
    for (const line of usage) expect(stdout).toContain(line);
    for (const [option, { refused }] of Object.entries(options))
      expect([option, new RegExp(`^ +--${option}( |$)`, "m").test(stdout)]).toEqual([
        option,
        refused === undefined,
      ]);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("an unknown option is refused by its name, and never with its value", async () => {
    const { status, stdout, stderr } = await run([name, "--nonsense=s3cret-value"]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("There is no option --nonsense");
    expect(stderr).not.toContain("s3cret-value");
  });
});

test("the program: its version, a mistyped command, an unknown one", async () => {
  expect(await runBin(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  const mistyped = await runBin(["docter"]);
  expect(mistyped).toMatchObject({ status: 2, stdout: "" });
  expect(mistyped.stderr).toBe(
    "sallyport: There is no such command; did you mean doctor? (sallyport --help)\n",
  );
  const unknown = await runBin(["eyJhbGciOiJIUzI1NiJ9.e30.c2ln"]);
  expect(unknown.stderr).toContain("inspect, doctor");
  expect(unknown.stderr).not.toContain("eyJ");
});

test.each([
  ["a terminal", { isTTY: true }, {}, true],
  ["a pipe", {}, {}, false],
  ["a terminal with NO_COLOR", { isTTY: true }, { NO_COLOR: "1" }, false],
  ["a terminal with an empty NO_COLOR", { isTTY: true }, { NO_COLOR: "" }, true],
  ["a dumb terminal", { isTTY: true }, { TERM: "dumb" }, false],
  ["a pipe with FORCE_COLOR", {}, { FORCE_COLOR: "1" }, true],
  ["a pipe with FORCE_COLOR and NO_COLOR", {}, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ["a terminal with FORCE_COLOR=0", { isTTY: true }, { FORCE_COLOR: "0" }, false],
] as const)("colours on %s", (_name, output, env, on) => {
  const style = styleFor({ ...output, write: () => {} }, env);
  expect(style.bold("x") !== "x").toBe(on);
});
