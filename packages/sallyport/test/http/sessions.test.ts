// The second leaf of the door over real HTTP, in every framework: one identity, one requirement, one event.
import { vi } from "vitest";
import { runSessionCases } from "./run-session-cases.ts";
import { withScene } from "./session-scene.ts";
import { frameworks } from "./session-servers.ts";

vi.mock("../../src/sallyport.ts", async (original) => {
  const real = await original<typeof import("../../src/sallyport.ts")>();
  return {
    ...real,
    createCore: (options: never, deps: never) => withScene(real.createCore(options, deps), options, deps),
  };
});

runSessionCases(frameworks);
