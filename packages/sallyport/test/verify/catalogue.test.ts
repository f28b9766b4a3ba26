// Every class of attack that the verifier has to answer is named by at least one test.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tokenCases } from "../cases/index.ts";

const range = (letter: string, numbers: string) => numbers.split(" ").map((number) => `${letter}${number}`);
const classes = [
  ...range("A", "01 02 03 04 06 07 08 14 16 17 18 19 20 21 22 23 25 26 27 28 29 30 33 35 36 37 38 39 40 41"),
  ...range("K", "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 20 21 22 23"),
  ...range("E", "01 02 03 05 06 08 09 10 11 12 13 14 15 17 19 20 21 24 26 27 28 29 30 31 33 34 35 36 37"),
  ...range("T", "01 02 03 04 05 07 08 09 11 13 14 15 16 17 18"),
  ...range(
    "C",
    "02 03 04 05 06 07 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 27 28 29 30 31 32 33 36 37 38 39 40 41 42 43 44",
  ),
  ...range("R", "02 03 04 06 07 08 10 11 12 13 14 15 16 17 18 19 20 22 23 24"),
  "B12",
  "B13",
];

const inTables = new Set(Object.values(tokenCases).flatMap((cases) => cases.map(({ id }) => id)));
const folder = new URL("./", import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("catalogue"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"))
  .join("\n");

test.each(classes)("%s has a test", (id) => {
  expect(inTables.has(id) || new RegExp(`["\`]${id}[ "]`).test(sources), id).toBe(true);
});
