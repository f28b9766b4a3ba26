// Tests over instrumented sources. The fuzz runs are left out: they are slow, and look for crashes, not for refusals.
import { readFileSync } from "node:fs";
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import { instrument } from "./sites.mjs";

const plan = JSON.parse(readFileSync(process.env.SALLYPORT_PLAN, "utf8"));

export default mergeConfig(
  base,
  defineConfig({
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
      setupFiles: ["./tools/mutate/setup.mjs"],
      exclude: [
        "**/node_modules/**",
        "**/*fuzz*",
        "**/docs/**",
        "examples/**",
        "tools/**",
        "packages/dev-idp/**",
      ],
      reporters: ["dot"],
      watch: false,
    },
  }),
);
