// The table of HTTP cases on Express 4, from an install folder of its own (`npm run test:services`).
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type express from "express";
import { describe, expect, test, vi } from "vitest";
import { runRouterCases } from "../http/run-router-cases.ts";
import { runSessionCases } from "../http/run-session-cases.ts";
import { withScene } from "../http/session-scene.ts";
import { onExpress } from "../http/session-servers.ts";
import { runResourceCases } from "../resource/run-resource-cases.ts";
import { expressResources } from "../resource/servers.ts";
import { makeExpress } from "../support/express-server.ts";
import { runCases } from "../support/run-http-cases.ts";

vi.mock("../../src/sallyport.ts", async (original) => {
  const real = await original<typeof import("../../src/sallyport.ts")>();
  // The tables of tokens have no scene, and none is put into theirs.
  return {
    ...real,
    createCore: (options: never, deps: never) => withScene(real.createCore(options, deps), options, deps),
  };
});

const folder = join(import.meta.dirname, "../../../../tools/services/old-frameworks/express4");
const installed = existsSync(join(folder, "node_modules/express/package.json"));

describe.skipIf(!installed)("Express 4", () => {
  if (!installed) return;
  const require = createRequire(join(folder, "package.json"));

  test("is what is tested", () => {
    expect(require("express/package.json").version).toMatch(/^4\./);
  });

  runCases("express4", makeExpress(require("express") as typeof express));
  runResourceCases("express4", expressResources(require("express") as typeof express));
  const four = [["express", onExpress(require("express") as typeof express)]] as const;
  runSessionCases(four);
  runRouterCases(four);
});
