// The generated pages: not stale, and complete.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { extraVariables } from "../../src/config/index.ts";
import { advice } from "../../src/diagnose/index.ts";
import { refusals } from "../../src/errors.ts";
import { resourceMetadataTable } from "../../src/http/index.ts";
import { loginTable, routerTable } from "../../src/login/index.ts";
import { sallyportDepsTable, sallyportOptionTable } from "../../src/sallyport.ts";
import { sessionOptionTable } from "../../src/session/index.ts";
import { introspectionTable } from "../../src/verify/introspection/options.ts";
import { issuerOptionTable } from "../../src/verify/issuers/issuer-options.ts";
import { cacheTable, limitTable } from "../../src/verify/options.ts";
import { dpopTable } from "../../src/verify/sender/options.ts";

const root = new URL("../../../../", import.meta.url);
const { render } = await import(new URL("tools/docs.mjs", root).href);
const tables = {
  sallyportOptionTable,
  sallyportDepsTable,
  issuerOptionTable,
  limitTable,
  cacheTable,
  dpopTable,
  resourceMetadataTable,
  routerTable,
  extraVariables,
  refusals,
  advice,
};
const pages: Record<string, string> = render(tables);
const page = (path: string) => readFileSync(new URL(path, root), "utf8");

test.each(Object.keys(pages))("%s is what `npm run docs` makes of the tables", (path) => {
  expect(page(path)).toBe(pages[path]);
});

test("a changed table makes the pages stale", () => {
  const changed = { ...limitTable, depth: { ...limitTable.depth, doc: "Something else." } };
  expect(render({ ...tables, limitTable: changed })["docs/configuration.md"]).not.toBe(
    pages["docs/configuration.md"],
  );
});

describe("every option has a row", () => {
  const options = [
    { ...issuerOptionTable, ...sallyportOptionTable },
    limitTable,
    cacheTable,
    dpopTable,
    resourceMetadataTable,
    introspectionTable,
    loginTable,
    sessionOptionTable,
    routerTable,
    sallyportDepsTable,
  ].flatMap((table) => Object.keys(table));
  const lines = page("docs/configuration.md").split("\n");
  test.each([...new Set(options)])("%s", (name) => {
    const rows = lines.filter((line) => line.startsWith(`| \`${name}\` |`));
    expect(rows).toHaveLength(options.filter((one) => one === name).length);
    expect(rows[0]?.split(" | ")).toHaveLength(5);
  });
});

test("every variable is in the reference and in .env.example", () => {
  const rows = Object.values(sallyportOptionTable);
  const members = rows.flatMap((row) => ("members" in row ? Object.values(row.members) : []));
  const variables = [...rows, ...members].flatMap((row) => ("env" in row ? row.env : []));
  expect(variables.length).toBeGreaterThan(10);
  for (const variable of [...variables, ...extraVariables.map(({ name }) => name)]) {
    expect(page("docs/configuration.md")).toContain(`\`${variable}\``);
    expect(page(".env.example")).toMatch(new RegExp(`^(# )?${variable}=`, "m"));
  }
});

test("every refusal has a row, and an advice of its own", () => {
  expect(Object.keys(advice).sort()).toEqual(Object.keys(refusals).sort());
  expect(new Set(Object.values(advice)).size).toBe(Object.keys(refusals).length);
  for (const [code, { status }] of Object.entries(refusals)) {
    expect(page("docs/errors.md")).toContain(`| \`${code}\` | ${status} |`);
  }
});
