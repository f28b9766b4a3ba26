// Tests over instrumented sources: the sweep over the tables, or the suites of the two rooms.
import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import { instrument } from "./sites.mjs";

const plan = JSON.parse(readFileSync(process.env.SALLYPORT_PLAN, "utf8"));

// Not merged: merging would add up the lists of files.
export default defineConfig({
  ...base,
  plugins: [
    {
      name: "mutants",
      enforce: "pre",
      transform(code, id) {
        const file = plan.files.find(({ path }) => id.split("?")[0] === path);
        return file && { code: instrument(code, file.sites, file.first), map: null };
      },
    },
  ],
  test: {
    ...base.test,
    setupFiles: ["./tools/mutate/setup.mjs"],
    include:
      process.env.SALLYPORT_NOTICED === undefined
        ? ["packages/sallyport/test/{verify,presets,authorize}/**/*.test.ts"]
        : ["tools/mutate/sweep.ts"],
    // The tables were swept already; fuzz runs look for crashes, not for refusals.
    exclude: ["**/node_modules/**", "**/*fuzz*", "**/threats*", "**/policies*"],
    reporters: ["dot"],
    watch: false,
  },
});
