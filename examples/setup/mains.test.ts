// `npm start` of the examples that begin here: where it cannot, one sentence and no stack; and it ends when it is told to.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

describe.each(["server-rendered", "single-page"])("%s", (name) => {
  const main = fileURLToPath(new URL(`../${name}/dist/main.js`, import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: "", NODE_ENV: "development", PORT: "0" };

  test.each([
    [
      { NODE_ENV: "production" },
      "The development identity provider does not start where NODE_ENV is production: everyone knows its passwords. Unset NODE_ENV to try it\n",
    ],
    [{ PORT: "many" }, "PORT takes a number from 0 to 65535\n"],
  ])("with %j", async (other, stderr) => {
    const started = promisify(execFile)(process.execPath, [main], { env: { ...env, ...other } });
    await expect(started).rejects.toMatchObject({ code: 1, stdout: "", stderr });
  });

  test("starts, says where it is, and stops", async () => {
    const child = spawn(process.execPath, [main], { env });
    const [text] = await once(child.stdout, "data");
    const [, url] = /Open {6}(\S+)/.exec(String(text)) ?? [];
    const response = await fetch(url as string);
    expect([response.status, (await response.text()).slice(0, 15)]).toEqual([200, "<!doctype html>"]);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
