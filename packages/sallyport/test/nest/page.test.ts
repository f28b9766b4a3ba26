// docs/frameworks/nest.md shows code that is run here: each block is a file of `page/`, or part of one, to the letter.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Controller, Get, Logger } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { expect, test } from "vitest";
import { Protected } from "../../src/frameworks/nest.ts";
import { AppModule } from "./page/async.ts";
import { AuthErrorFilter } from "./page/filter.ts";
import { bootstrap } from "./page/main.ts";
import { adapters, moduleOf, start } from "./start.ts";

const folder = new URL("./page/", import.meta.url);
const page = readFileSync(new URL("../../../../docs/frameworks/nest.md", import.meta.url), "utf8");
const plain = (code: string) => code.replace(/\.ts";/g, '.js";').replace(/\s+/g, " ");

test("the page's code is the code that runs", () => {
  const files = readdirSync(folder).map((name) => plain(readFileSync(new URL(name, folder), "utf8")));
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => plain(code).trim());
  expect(blocks.length).toBeGreaterThanOrEqual(files.length);
  for (const block of blocks)
    expect(
      files.filter((file) => file.includes(block)),
      block,
    ).toHaveLength(1);
  for (const file of files)
    expect(
      blocks.some((block) => file.includes(block)),
      file,
    ).toBe(true);
});

test("the page's code compiles", () => {
  const tsc = fileURLToPath(new URL("../../../../node_modules/typescript/bin/tsc", import.meta.url));
  const project = fileURLToPath(new URL("./tsconfig.json", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

test("the quick start starts, refuses ahead of a body, and stops", async () => {
  Logger.overrideLogger(false);
  const server = await bootstrap(0);
  const { port } = server.address();
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect([await get("/health"), await get("/me"), await get("/uploads/1")]).toEqual([200, 401, 401]);
  await new Promise((resolve) => server.close(resolve));
});

test("forRootAsync as the page has it", async () => {
  const { app } = await start(adapters[0][1], AppModule);
  expect(app).toBeDefined();
});

test.each(adapters)("the filter of the page, on %s", async (_name, adapter) => {
  @Controller()
  class Routes {
    @Protected() @Get("me") me() {}
  }
  const filter = { provide: APP_FILTER, useClass: AuthErrorFilter };
  const { get } = await start(adapter, moduleOf([Routes], { refuse: "throw" }, [filter]));
  const answer = await get("/me");
  expect([answer.status, await answer.json()]).toEqual([
    401,
    { title: "An access token is required", status: 401 },
  ]);
  expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
});
