import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { start } from "./support.ts";

const bin = fileURLToPath(new URL("../bin/dev-idp.js", import.meta.url));
const env = { ...process.env, NODE_ENV: "development", NODE_OPTIONS: "" };

function run(args: string[], extra: Record<string, string> = {}) {
  return promisify(execFile)(process.execPath, [bin, ...args], { env: { ...env, ...extra } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({
      code: code as number,
      stdout: stdout as string,
      stderr: stderr as string,
    }),
  );
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("the command", () => {
  it("says how to use the provider, its curl line gets a token, and Ctrl-C stops it", async () => {
    const child = spawn(process.execPath, [bin, "--port", "0", "--audience", "shop"], { env });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output, { timeout: 10_000 }).toContain("Ctrl-C stops it.");
    const issuer = output.match(/^Issuer +(\S+)$/m)?.[1] ?? "";
    expect(output).toContain(`Discovery   ${issuer}/.well-known/openid-configuration`);
    expect(output).toContain("alice / alice   Admin");
    expect(output).toContain("machine / machine-secret");

    const line = output.match(/curl -s (.*)$/m)?.[1] ?? "";
    const [, user = "", data = "", url = ""] = line.match(/^-u '([^']+)' -d (\S+) (\S+)$/) ?? [];
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(user).toString("base64")}` },
      body: new URLSearchParams(data),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect(claimsOf(token)).toMatchObject({
      iss: issuer,
      aud: "shop",
      sub: "machine",
    });

    const [, form = "", address = ""] = output.match(/curl -s -d '(person=\S+)' (\S+)$/m) ?? [];
    expect(form).toBe("person=alice");
    const body = new URLSearchParams(form);
    const forAlice = await (await fetch(address, { method: "POST", body })).text();
    expect(claimsOf(forAlice)).toMatchObject({ iss: issuer, aud: "shop", sub: "alice", roles: ["Admin"] });

    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    await expect(fetch(`${issuer}/jwks`)).rejects.toThrow();
  });

  it("says plainly that a port is in use", async () => {
    const { port } = await start();
    const { code, stdout, stderr } = await run(["--port", String(port)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `Port ${port} is in use on 127.0.0.1; choose another, or 0 for any free one (--port <number>)\n`,
    );
  });

  it("refuses production", async () => {
    const { code, stderr } = await run([], { NODE_ENV: "production" });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "The development identity provider does not start where NODE_ENV is production: everyone knows its passwords. Unset NODE_ENV to try it\n",
    );
  });

  it("says that it is not built, in a clone where it is not", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dev-idp-"));
    try {
      await mkdir(join(folder, "bin"));
      await copyFile(bin, join(folder, "bin", "dev-idp.js"));
      await writeFile(join(folder, "package.json"), '{ "type": "module" }');
      const run = promisify(execFile)(process.execPath, [join(folder, "bin", "dev-idp.js")], { env });
      await expect(run).rejects.toMatchObject({
        code: 1,
        stdout: "",
        stderr: "dev-idp is not built yet: run `npm run build` in the clone (`npm start` builds it, too)\n",
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ["a port that is none", ["--port", "many"], "port takes a whole number"],
    ["an empty port", ["--port", ""], "port takes a whole number"],
    ["an option it has not", ["--prot", "1"], "Unknown option '--prot'"],
    ["a file that is missing", ["--file", "absent.json"], "The file absent.json can't be read: ENOENT"],
  ])("says what is wrong with %s, without a stack", async (_name, args, sentence) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it("explains itself", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    for (const option of ["--port", "--audience", "--file", "--help"]) expect(stdout).toContain(option);
  });
});
