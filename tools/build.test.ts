// A build happens when a source has changed, and leaves nothing of what is gone.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { build } from "./build.mjs";

let folder: string;
let runs: number;
const compile = (target: string) => {
  runs += 1;
  mkdirSync(join(target, "dist"), { recursive: true });
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
