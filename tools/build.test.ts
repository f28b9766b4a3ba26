// A build happens when a source has changed, and leaves nothing of what is gone.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { build } from "./build.mjs";

let folder: string;
let runs: number;
const compile = (_source: string, outDir: string) => {
  runs += 1;
  mkdirSync(outDir);
};
const failing = (source: string, outDir: string) => {
  compile(source, outDir);
  throw new Error("type error");
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "build-"));
  runs = 0;
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src/a.ts"), "1");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the second build has nothing to do", () => {
  expect(build(folder, "", compile).built).toBe(true);
  expect(build(folder, "", compile).built).toBe(false);
  expect(runs).toBe(1);
});

test("a changed, an added and a removed source are built", () => {
  build(folder, "", compile);
  writeFileSync(join(folder, "src/a.ts"), "22");
  expect(build(folder, "", compile).built).toBe(true);
  writeFileSync(join(folder, "src/b.ts"), "1");
  expect(build(folder, "", compile).built).toBe(true);
  rmSync(join(folder, "src/b.ts"));
  expect(build(folder, "", compile).built).toBe(true);
});

test("what it depends on was built anew, so it is built anew", () => {
  build(folder, "one", compile);
  expect(build(folder, "two", compile).built).toBe(true);
});

test("what an earlier build left is gone", () => {
  build(folder, "", compile);
  writeFileSync(join(folder, "dist/old.js"), "");
  writeFileSync(join(folder, "src/a.ts"), "333");
  build(folder, "", compile);
  expect(existsSync(join(folder, "dist/old.js"))).toBe(false);
});

test("a failing build leaves the last good one, and is tried again", () => {
  build(folder, "", compile);
  writeFileSync(join(folder, "dist/good.js"), "");
  writeFileSync(join(folder, "src/a.ts"), "4444");
  expect(() => build(folder, "", failing)).toThrow("type error");
  expect(readdirSync(folder).sort()).toEqual(["dist", "src"]);
  expect(existsSync(join(folder, "dist/good.js"))).toBe(true);
  expect(build(folder, "", compile).built).toBe(true);
});

test("tsc's refusal is a failure, and its output is built from nothing", () => {
  const settings = { compilerOptions: { rootDir: "src", types: [] }, include: ["src"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  writeFileSync(join(folder, "src/a.ts"), "export const a: number = 1;");
  writeFileSync(join(folder, "src/b.ts"), "export const b = 1;");
  build(folder, "");
  expect(readdirSync(join(folder, "dist")).sort()).toEqual([".built", "a.js", "b.js"]);
  rmSync(join(folder, "src/b.ts"));
  build(folder, "");
  expect(readdirSync(join(folder, "dist")).sort()).toEqual([".built", "a.js"]);
  writeFileSync(join(folder, "src/a.ts"), 'export const a: number = "1";');
  expect(() => build(folder, "")).toThrow(/failed/);
});
