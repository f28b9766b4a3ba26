// Every case of the tables again, on web standards alone: both platforms must give the same answers.
import { expect, test, vi } from "vitest";
import { platform } from "#platform";
import { platform as web } from "../../src/platform/web.ts";
import { runTable } from "./run-table.ts";

vi.mock("../../src/platform/node.ts", () => import("../../src/platform/web.ts"));

test("the platform of this file is the web's", () => {
  expect(platform).toBe(web);
});

runTable({ sync: false });
