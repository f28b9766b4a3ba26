// `npm start`, where it cannot: one sentence, and no stack.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("dist/main.js", import.meta.url));
const start = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [main], { env: { ...process.env, NODE_OPTIONS: "", ...env } });

test.each([
  [
    { NODE_ENV: "production", PORT: "0" },
    "The development identity provider does not start where NODE_ENV is production: everyone knows its passwords. Unset NODE_ENV to try it\n",
  ],
  [{ NODE_ENV: "development", PORT: "many" }, "PORT takes a number from 0 to 65535\n"],
])("with %j", async (env, stderr) => {
  await expect(start(env)).rejects.toMatchObject({ code: 1, stdout: "", stderr });
});
