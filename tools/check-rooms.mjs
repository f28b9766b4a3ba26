// The import lint that keeps the rooms apart, and decisions out of the frameworks. `node tools/check-rooms.mjs [src]`.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { scan } from "./rooms/scan.mjs";

const ground = [
  "errors",
  "identity",
  "events",
  "watch",
  "chain",
  "quietly",
  "outline",
  "base64url",
  "claim-path",
  "options",
  "standard-schema",
  "cookies",
  "cooldown",
  "secret-quality",
  "recent",
];

/**
 * room → what it may import. A room is a folder, whose face is its `index.ts`, or a file. What stands in `types` may be
 * imported with `import type` only. `files` adds the packages that single files need, by the beginning of their names.
 */
export const rooms = {
  errors: { rooms: [] },
  identity: { rooms: ["errors"] },
  events: { rooms: [], types: ["errors", "identity"] },
  watch: { rooms: [], types: ["errors", "events"] },
  chain: { rooms: [] },
  "claim-path": { rooms: [], types: ["identity"] },
  quietly: { rooms: ["chain"] },
  outline: { rooms: [] },
  base64url: { rooms: [] },
  options: { rooms: [] },
  "standard-schema": { rooms: [] },
  cookies: { rooms: [] },
  cooldown: { rooms: [] },
  "secret-quality": { rooms: [] },
  recent: { rooms: [] },
  platform: {
    rooms: ["errors", "base64url", "recent"],
    files: { "node.": { packages: ["node:buffer", "node:crypto"] } },
  },
  verify: { rooms: [...ground, "platform"] },
  authorize: { rooms: ground },
  audit: { rooms: ground },
  // Imported by users alone: what is not asked for is in nobody's bundle.
  telemetry: {
    rooms: ground,
    files: {
      "prom-client.": { packages: ["prom-client"] },
      "opentelemetry.": { packages: ["@opentelemetry/api"] },
      "meter.": { types: ["@opentelemetry/api"] },
      "spans.": { packages: ["@opentelemetry/api"] },
    },
  },
  session: { rooms: [...ground, "platform"], types: ["verify"] },
  http: { rooms: [...ground, "authorize"], types: ["verify", "session"] },
  login: {
    rooms: [...ground, "platform", "verify", "session", "http"],
    files: { "openid.": { packages: ["openid-client"] } },
  },
  // A driver a file, a subpath each; clients are known by their form.
  stores: { rooms: ground, types: ["session"] },
  openapi: { rooms: [...ground, "authorize"], types: ["verify"] },
  // Reads the option tables, and a secret's file where the runtime has files.
  config: {
    rooms: [...ground, "verify", "people-options"],
    files: { "environment.": { packages: ["node:fs"] } },
  },
  diagnose: { rooms: [...ground, "verify"] },
  "people-options": { rooms: [...ground, "login", "session"], types: ["verify"] },
  people: { rooms: [...ground, "verify", "http", "login", "session"], types: ["people-options"] },
  upstream: { rooms: ["client", "http", "login", "options"] },
  sallyport: {
    rooms: [
      ...ground,
      "verify",
      "authorize",
      "audit",
      "http",
      "config",
      "people",
      "people-options",
      "upstream",
    ],
    types: ["login", "session"],
  },
  index: {
    rooms: [...ground, "verify", "authorize", "audit", "http", "sallyport", "config"],
    types: ["login", "people-options", "session"],
  },
  // For callers of an API: nothing of the server's side.
  client: {
    rooms: ["base64url", "options"],
    files: { "mtls-fetch.": { packages: ["node:crypto", "node:https", "node:stream"] } },
  },
  testing: { rooms: [...ground, "client", "verify", "authorize", "http", "sallyport"], types: ["session"] },
  frameworks: {
    // `index`: each subpath hands on what users need beside `sallyport()`.
    rooms: ["chain", "options", "http", "openapi", "sallyport", "index"],
    types: [...ground, "verify", "authorize"],
    // Nest's decorators need the framework itself, and so does a router that is the framework's own; others are known by their types.
    files: {
      fastify: { types: ["fastify"] },
      hono: { types: ["hono"] },
      "hono-router.": { packages: ["hono"] },
      express: { types: ["express", "node:http"] },
      "express-router.": { packages: ["express"] },
      node: { types: ["node:http"] },
      nest: { packages: ["@nestjs/common", "@nestjs/core", "reflect-metadata"], types: ["node:http"] },
    },
  },
};

/** @returns {string[]} one sentence a violation */
export function checkRooms(source) {
  const problems = [];
  const files = new Map();
  const between = new Map();
  for (const file of sourceFiles(source)) {
    const path = relative(source, file);
    const room = roomOf(path);
    if (!Object.hasOwn(rooms, room)) {
      problems.push(`${path} is in no room`);
      continue;
    }
    const { imports, decisions, errors } = scan(path, readFileSync(file, "utf8"));
    for (const error of errors) problems.push(`${path} can't be read: ${error}`);
    for (const { target, typeOnly, line } of imports) {
      const problem = problemOf(path, target, typeOnly);
      if (problem) problems.push(`${path}:${line} ${problem}`);
      if (!target?.startsWith(".")) continue;
      const other = join(dirname(path), target);
      if (!typeOnly) addEdge(files, path, other);
      if (roomOf(other) !== room) addEdge(between, room, roomOf(other));
    }
    if (room !== "frameworks") continue;
    for (const { what, line } of decisions)
      problems.push(`${path}:${line} has ${what}; frameworks only translate`);
  }
  return [...problems, ...circles(files), ...circles(between)];
}

/** What is wrong with an import, or nothing. */
function problemOf(path, target, typeOnly) {
  if (target === undefined) return "imports what is computed";
  const room = roomOf(path);
  const rule = rooms[room];
  if (target === "#platform") return mayReach(rule, "platform", typeOnly) ? undefined : `imports ${target}`;
  if (!target.startsWith(".")) {
    return packagesOf(rule, path, typeOnly).includes(packageName(target))
      ? undefined
      : `imports ${target}${typeOnly ? " (types)" : ""}`;
  }
  const other = join(dirname(path), target);
  if (other.startsWith("..")) return `imports ${target}, which is outside`;
  const otherRoom = roomOf(other);
  if (otherRoom === room) return undefined;
  if (!mayReach(rule, otherRoom, typeOnly)) {
    return `imports ${other}${typeOnly ? " (types)" : ""}: ${room} may not reach ${otherRoom}`;
  }
  return other.includes("/") && !isFace(other)
    ? `imports ${other}: ${otherRoom} is reached by its index.ts`
    : undefined;
}

function mayReach({ rooms: values, types = [] }, room, typeOnly) {
  return values.includes(room) || (typeOnly && types.includes(room));
}

/** The platform has no index: `#platform` is its face, and its port's types are for those who may reach it. */
function isFace(path) {
  return /^[^/]+\/index\.ts$/.test(path) || path === "platform/types.ts";
}

function packagesOf({ files = {} }, path, typeOnly) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return Object.entries(files)
    .filter(([start]) => name.startsWith(start))
    .flatMap(([, { packages = [], types = [] }]) => [...packages, ...(typeOnly ? types : [])]);
}

function packageName(target) {
  if (target.startsWith("node:") || target.startsWith("#")) return target;
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

function roomOf(path) {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.ts$/, "");
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : entry.name.endsWith(".ts") ? [path] : [];
  });
}

function addEdge(edges, from, to) {
  edges.set(from, (edges.get(from) ?? new Set()).add(to));
}

function circles(edges) {
  const done = new Set();
  const problems = [];
  const visit = (from, trail) => {
    const at = trail.indexOf(from);
    if (at >= 0) problems.push(`a circle: ${[...trail.slice(at), from].join(" → ")}`);
    if (at >= 0 || done.has(from)) return;
    for (const to of edges.get(from) ?? []) visit(to, [...trail, from]);
    done.add(from);
  };
  for (const from of edges.keys()) visit(from, []);
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const source = resolve(process.argv[2] ?? join(import.meta.dirname, "../packages/sallyport/src"));
  const problems = checkRooms(source);
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? "The rooms keep apart." : `${problems.length} violations`);
  process.exit(problems.length === 0 ? 0 : 1);
}
