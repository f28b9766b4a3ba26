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
    "frameworks/fastify.ts":
      'import type { FastifyRequest } from "fastify";\nimport { x } from "../http/index.ts";',
  });
  expect(checkRooms(source)).toEqual([]);
});

describe("a violation is named", () => {
  const violations: [name: string, path: string, text: string, problem: RegExp][] = [
    [
      "a room above",
      "verify/a.ts",
      'import { decide } from "../authorize/index.ts";',
      /verify may not reach authorize/,
    ],
    [
      "a room's inside",
      "sallyport.ts",
      'import { x } from "./verify/claims.ts";',
      /reached by its index\.ts/,
    ],
    [
      "a value where types are allowed",
      "http/a.ts",
      'import { v } from "../verify/index.ts";',
      /http may not reach verify/,
    ],
    ["a re-export", "verify/a.ts", 'export * from "../http/index.ts";', /verify may not reach http/],
    [
      "a dynamic import",
      "verify/a.ts",
      'const x = await import("../http/index.ts");',
      /verify may not reach http/,
    ],
    ["a side effect", "verify/a.ts", 'import "../http/index.ts";', /verify may not reach http/],
    ["a package", "verify/a.ts", 'import { z } from "zod";', /verify\/a\.ts:1 imports zod/],
    [
      "Node's modules in a web-standard room",
      "verify/a.ts",
      'import { readFileSync } from "node:fs";',
      /imports node:fs/,
    ],
    [
      "Node's modules in the web platform",
      "platform/web.ts",
      'import { verify } from "node:crypto";',
      /imports node:crypto/,
    ],
    [
      "a type of a room above",
      "verify/a.ts",
      'type D = import("../authorize/index.ts").Decision;',
      /may not reach authorize/,
    ],
    [
      "an import left over by inline types",
      "http/a.ts",
      'import { type V } from "../verify/index.ts";',
      /may not reach verify/,
    ],
    [
      "a template as a dynamic import",
      "verify/a.ts",
      "await import(`../http/index.ts`);",
      /verify may not reach http/,
    ],
    ["a computed import", "verify/a.ts", "await import(name);", /imports what is computed/],
    ["CommonJS", "verify/a.ts", 'const fs = require("node:fs");', /imports node:fs/],
    [
      "a module by way of the runtime",
      "verify/a.ts",
      'process.getBuiltinModule?.("node:fs");',
      /imports node:fs/,
    ],
    [
      "Node's types in a web-standard room",
      "verify/a.ts",
      '/// <reference types="node" />',
      /imports node \(types\)/,
    ],
    [
      "the platform from above",
      "authorize/a.ts",
      'import { platform } from "#platform";',
      /imports #platform/,
    ],
    [
      "the platform's Node half",
      "verify/a.ts",
      'import { p } from "../platform/node.ts";',
      /reached by its index\.ts/,
    ],
    ["what is outside", "verify/a.ts", 'import { t } from "../../test/support/kit.ts";', /which is outside/],
    ["what can't be read", "verify/a.ts", "import {", /can't be read/],
    [
      "the framework's own code where types do",
      "frameworks/hono.ts",
      'import { Hono } from "hono";',
      /imports hono/,
    ],
    ["another framework", "frameworks/hono.ts", 'import express from "express";', /imports express/],
    ["a folder that is no room", "misc/a.ts", "export const x = 1;", /is in no room/],
    ["a status in a framework", "frameworks/hono.ts", "return reply(403);", /a status of its own/],
    [
      "a look into the identity",
      "frameworks/hono.ts",
      "if (identity.roles[0]) next();",
      /a look into the identity/,
    ],
    [
      "a look by taking apart",
      "frameworks/hono.ts",
      "const { scopes } = identity;",
      /a look into the identity/,
    ],
    ["a verification", "frameworks/hono.ts", "await verifier.verify(token);", /a decision of its own/],
    ["a refusal of its own", "frameworks/hono.ts", 'throw new AuthError("x", "y");', /a refusal of its own/],
    ["a judgement by code", "frameworks/hono.ts", 'if (error.code === "x") next();', /a judgement by code/],
    [
      "a judgement by status",
      "frameworks/hono.ts",
      "if (answer?.status >= limit) next();",
      /a judgement by code/,
    ],
    ["a choice by code", "frameworks/hono.ts", "switch (error.code) {}", /a judgement by code/],
  ];
  test.each(violations)("%s", (_name, path, text, problem) => {
    expect(checkRooms(tree({ [path]: text })).join("\n")).toMatch(problem);
  });

  test("what comments and texts say is no violation", () => {
    const text =
      "// import 'zod'\nexport const a = \"import 'zod'\"; /* error.code === 403 */ const b = `return 403`;";
    expect(checkRooms(tree({ "frameworks/hono.ts": text }))).toEqual([]);
  });

  test("a circle of rooms, even one of types", () => {
    const source = tree({
      "errors.ts": 'import type { Identity } from "./identity.ts";',
      "identity.ts": 'import type { Code } from "./errors.ts";',
    });
    expect(checkRooms(source).join("\n")).toMatch(/a circle: errors → identity → errors/);
  });

  test("a circle", () => {
    const source = tree({
      "verify/a.ts": 'import { b } from "./b.ts";',
      "verify/b.ts": 'import { a } from "./a.ts";',
    });
    expect(checkRooms(source).join("\n")).toMatch(/a circle: verify\/a\.ts → verify\/b\.ts → verify\/a\.ts/);
  });
});
