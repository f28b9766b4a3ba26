// The import lint fails on what it is there for.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkRooms } from "./check-rooms.mjs";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function tree(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "rooms-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test("the library's rooms keep apart", () => {
  expect(checkRooms(join(import.meta.dirname, "../packages/sallyport/src"))).toEqual([]);
});

test("what is allowed passes", () => {
  const source = tree({
    "errors.ts": "export const refusals = {};",
    "verify/index.ts": 'export { verify } from "./verifier.ts";',
    "verify/verifier.ts": 'import { platform } from "#platform";\nimport { refusals } from "../errors.ts";',
    "http/guard.ts": 'import type { Verifier } from "../verify/index.ts"; // import { x } from "fastify"',
    "frameworks/fastify.ts": 'import type { FastifyRequest } from "fastify";\nimport { x } from "../http/index.ts";',
  });
  expect(checkRooms(source)).toEqual([]);
});

describe("a violation is named", () => {
  const violations: [name: string, path: string, text: string, problem: RegExp][] = [
    ["a room above", "verify/a.ts", 'import { decide } from "../authorize/index.ts";', /verify may not reach authorize/],
    ["a room's inside", "sallyport.ts", 'import { x } from "./verify/claims.ts";', /reached by its index\.ts/],
    ["a value where types are allowed", "http/a.ts", 'import { v } from "../verify/index.ts";', /http may not reach verify/],
    ["a re-export", "verify/a.ts", 'export * from "../http/index.ts";', /verify may not reach http/],
    ["a dynamic import", "verify/a.ts", 'const x = await import("../http/index.ts");', /verify may not reach http/],
    ["a side effect", "verify/a.ts", 'import "../http/index.ts";', /verify may not reach http/],
    ["a package", "verify/a.ts", 'import { z } from "zod";', /verify\/a\.ts imports zod/],
    ["Node's modules in a web-standard room", "verify/a.ts", 'import { readFileSync } from "node:fs";', /imports node:fs/],
    ["Node's modules in the web platform", "platform/web.ts", 'import { verify } from "node:crypto";', /imports node:crypto/],
    ["another framework", "frameworks/hono.ts", 'import express from "express";', /imports express/],
    ["a folder that is no room", "misc/a.ts", "export const x = 1;", /is in no room/],
    ["a status in a framework", "frameworks/hono.ts", "return reply(403);", /a status of its own/],
    ["a look into the identity", "frameworks/hono.ts", "if (identity.roles[0]) next();", /a look into the identity/],
    ["a refusal of its own", "frameworks/hono.ts", 'throw new AuthError("x", "y");', /a refusal of its own/],
    ["a judgement by code", "frameworks/hono.ts", 'if (error.code === "x") next();', /a judgement by code/],
  ];
  test.each(violations)("%s", (_name, path, text, problem) => {
    expect(checkRooms(tree({ [path]: text })).join("\n")).toMatch(problem);
  });

  test("a circle", () => {
    const source = tree({
      "verify/a.ts": 'import { b } from "./b.ts";',
      "verify/b.ts": 'import { a } from "./a.ts";',
    });
    expect(checkRooms(source).join("\n")).toMatch(/a circle: verify\/a\.ts → verify\/b\.ts → verify\/a\.ts/);
  });
});
