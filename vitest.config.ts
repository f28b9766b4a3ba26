import { defineConfig } from "vitest/config";

// Vitest passes these to Node for packages too: with "import" among them, a `require()` (Express's) would get an ES module.
const conditions = ["sallyport-source", "node"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/**/*.test.ts", "tools/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/test/services/**"],
    testTimeout: 20_000,
  },
});
