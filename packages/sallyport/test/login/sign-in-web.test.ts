// The same sign-ins again, on web standards alone.
import { expect, test, vi } from "vitest";
import { platform } from "#platform";
import { platform as web } from "../../src/platform/web.ts";

vi.mock("../../src/platform/node.ts", () => import("../../src/platform/web.ts"));

test("the platform of this file is the web's", () => {
  expect(platform).toBe(web);
});

await import("./sign-in.test.ts");
