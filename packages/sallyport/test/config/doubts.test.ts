// What is taken, and said to be odd, once, at start.
import { describe, expect, test, vi } from "vitest";
import { doubtsAbout } from "../../src/config/index.ts";
import { createCore } from "../../src/sallyport.ts";

const own = { issuer: "https://a.example", audience: "my-api" };
const production = { NODE_ENV: "production" };
const events = (options: Parameters<typeof doubtsAbout>[0], env = {}) =>
  doubtsAbout(options, env).map(({ event }) => event);

describe("doubts", () => {
  test("none about a plain configuration", () => {
    expect(events(own, production)).toEqual([]);
    expect(events({ ...own, publicUrl: "https://api.example/v1" }, production)).toEqual([]);
  });

  test("loopback by http in production, of one issuer or of one among several", () => {
    expect(events({ ...own, insecureAllowLoopback: true }, production)).toEqual(["insecure_in_production"]);
    expect(events({ issuers: [own, { ...own, insecureAllowLoopback: true }] }, production)).toEqual([
      "insecure_in_production",
    ]);
    expect(events({ ...own, insecureAllowLoopback: true }, { NODE_ENV: "test" })).toEqual([]);
  });

  test("a resource that is not where callers are sent", () => {
    const publicUrl = "https://api.example";
    expect(events({ ...own, publicUrl, resource: "https://api.example/tools" })).toEqual([]);
    expect(events({ ...own, publicUrl, resource: "https://other.example/" })).toEqual([
      "resource_on_another_host",
    ]);
  });
});

test("the logger is told once, at start; one that throws hurts nobody", async () => {
  const options = { ...own, publicUrl: "https://api.example", resource: "https://other.example/" };
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const core = createCore(options, { logger });
  expect(logger.warn.mock.calls).toEqual([
    [{ event: "resource_on_another_host" }, expect.stringContaining("different hosts")],
  ]);
  await core.close();
  logger.warn.mockImplementation(() => {
    throw new Error("disk full");
  });
  expect(() => createCore(options, { logger })).not.toThrow();
});
