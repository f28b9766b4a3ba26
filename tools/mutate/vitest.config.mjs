// Tests over instrumented sources: the suites of the two rooms.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import { instrument } from "./sites.mjs";

const plan = JSON.parse(readFileSync(process.env.SALLYPORT_PLAN, "utf8"));
const together = process.env.SALLYPORT_MUTANT === undefined;

// Not merged: merging would add up the lists of files.
export default defineConfig({
  ...base,
  plugins: [
    {
      name: "mutants",
      enforce: "pre",
      transform(_code, id) {
        const file = plan.files.find(({ path }) => id.split("?")[0] === path);
        return file && { code: instrument(file.text, file.sites, file.first), map: null };
      },
    },
  ],
  test: {
    ...base.test,
    runner: "./tools/mutate/runner.mjs",
    include: ["packages/sallyport/test/{verify,presets,authorize,sender,introspection}/**/*.test.ts"],
    // Fuzz runs look for crashes, not for refusals; vectors are not at hand everywhere; the tables on one platform will do.
    exclude: ["**/node_modules/**", "**/*fuzz*", "**/vectors-*", "**/*-web.test.ts", "**/rfc9449*"],
    maxWorkers: together ? availableParallelism() : 1,
    // What a mutant throws after its test has ended says nothing about the next test.
    dangerouslyIgnoreUnhandledErrors: together,
    reporters: ["dot"],
    watch: false,
  },
});
