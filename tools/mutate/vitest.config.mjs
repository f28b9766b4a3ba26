// Tests over instrumented sources: the suites of their rooms.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import { tooMuch } from "./rooms.mjs";
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
    include: plan.suites.map((suite) => `packages/sallyport/test/${suite}`),
    exclude: ["**/node_modules/**", ...tooMuch],
    maxWorkers: together ? availableParallelism() : 1,
    // What a mutant throws after its test has ended says nothing about the next test.
    dangerouslyIgnoreUnhandledErrors: together,
    reporters: ["dot"],
    watch: false,
  },
});
