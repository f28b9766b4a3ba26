// docs/production.md shows the application that `services/production-page.test.ts` runs.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configFromEnvironment } from "../../src/index.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const page = read("../../../../docs/production.md");
const blockOf = (language: string) =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";

test("the page shows the code that runs", () => {
  expect(blockOf("js")).toBe(read("./pages/production/app.mjs"));
});

test("its settings are an application's in which people sign in", () => {
  const env = Object.fromEntries(
    blockOf("sh")
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  const readFile = (path: string) =>
    path.endsWith("session") ? "Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJd4c" : "client-secret";
  expect(configFromEnvironment(env, { readFile })).toEqual({
    issuer: "https://sso.example.com/realms/demo",
    clientId: "web",
    clientSecret: "client-secret",
    publicUrl: "https://app.example.com",
    session: { secret: "Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJd4c" },
  });
});
