// An earlier NestJS from its install folder, with the library built into that folder: as a user of that version has it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { NestParts } from "../nest/routes.ts";

const root = resolve(import.meta.dirname, "../../../..");
const source = join(root, "packages/sallyport");

export interface OldNest extends NestParts {
  readonly version: string;
  readonly core: typeof import("@nestjs/core");
  readonly swagger: typeof import("@nestjs/swagger");
  readonly applySallyport: typeof import("../../src/frameworks/nest-swagger.ts").applySallyport;
  readonly adapters: readonly [readonly ["Express", () => never], readonly ["Fastify", () => never]];
}

export const folderOf = (name: string) => join(root, "tools/services/old-frameworks", name);

export function isInstalled(name: string): boolean {
  return existsSync(join(folderOf(name), "node_modules/@nestjs/core"));
}

/** Everything by `require`: these versions, and the applications written for them, are CommonJS. */
export function loadNest(name: string): OldNest {
  install(name);
  const require = createRequire(join(folderOf(name), "package.json"));
  require("reflect-metadata");
  const { ExpressAdapter } = require("@nestjs/platform-express");
  const { FastifyAdapter } = require("@nestjs/platform-fastify");
  return {
    version: require("@nestjs/core/package.json").version,
    common: require("@nestjs/common"),
    core: require("@nestjs/core"),
    swagger: require("@nestjs/swagger"),
    applySallyport: require("sallyport/nest/swagger").applySallyport,
    sallyport: require("sallyport/nest"),
    adapters: [
      ["Express", () => new ExpressAdapter() as never],
      ["Fastify", () => new FastifyAdapter() as never],
    ],
  };
}

/** Copied, not linked: through a link, the library would find the workspace's own NestJS. */
function install(name: string): void {
  const target = join(folderOf(name), "node_modules/sallyport");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  // The tests' own condition points at sources, which are not there.
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"), (key, value) =>
    key === "sallyport-source" ? undefined : value,
  );
  writeFileSync(join(target, "package.json"), JSON.stringify(manifest));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = [
    "-p",
    source,
    "--outDir",
    join(target, "dist"),
    "--incremental",
    "false",
    "--tsBuildInfoFile",
    "null",
  ];
  const { status, stdout } = spawnSync(
    process.execPath,
    [tsc, ...options, "--declaration", "false", "--declarationMap", "false"],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`The library does not compile:\n${stdout}`);
}
