// Every case of section D, on Node.
import { expect, test } from "vitest";
import { dpopCases } from "../cases/dpop.ts";
import { runDpopTable } from "./dpop-table.ts";

runDpopTable();

test("the table is whole", () => {
  expect(dpopCases.length).toBeGreaterThanOrEqual(154);
});
