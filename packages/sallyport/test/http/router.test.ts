// The router in every framework, over real HTTP: endpoints are plain data, and the framework's own router carries them.
import { vi } from "vitest";
import { runRouterCases } from "./run-router-cases.ts";
import { withScene } from "./session-scene.ts";
import { frameworks } from "./session-servers.ts";

vi.mock("../../src/sallyport.ts", async (original) => {
  const real = await original<typeof import("../../src/sallyport.ts")>();
  return {
    ...real,
    createCore: (options: never, deps: never) => withScene(real.createCore(options, deps), options, deps),
  };
});

runRouterCases(frameworks);
