// `sallyport dev`: starts, says what to paste, and stops. What it says is used here as it stands.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { startDevIdp } from "@sallyport/dev-idp";
import { expect, onTestFinished, test } from "vitest";
import { bin, childEnv, runBin } from "./support/run.ts";

test("what it prints configures an application, gets tokens, and Ctrl-C stops it", async () => {
  const child = spawn(process.execPath, [bin, "dev", "--port", "0", "--audience", "orders"], {
    env: childEnv(),
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      said[name] += chunk.toString();
    });
  await expect.poll(() => said.stdout, { timeout: 15_000 }).toContain("Ctrl-C stops it.");

  const env = Object.fromEntries(
    [...said.stdout.matchAll(/^ {2}(OIDC_\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(Object.keys(env)).toEqual(["OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_INSECURE_ALLOW_LOOPBACK"]);
  expect(await runBin(["doctor"], { env })).toMatchObject({ status: 0, stderr: "" });

  const [, body = "", url = ""] = /curl -s -d '(person=alice)' (\S+) \|/.exec(said.stdout) ?? [];
  const asAlice = await (await fetch(url, { method: "POST", body: new URLSearchParams(body) })).text();
  expect((await runBin(["inspect"], { env, stdin: asAlice })).stdout).toContain("It is good.");

  const [, variable = "", args = ""] =
    /OIDC_CLIENT_SECRET=(\S+) sallyport (token .*)$/m.exec(said.stdout) ?? [];
  const own = await runBin(args.split(" "), { env: { OIDC_CLIENT_SECRET: variable } });
  expect((await runBin(["inspect"], { env, stdin: own.stdout })).status).toBe(0);

  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(said.stderr).toBe("Stopped.\n");
  await expect(fetch(`${env.OIDC_ISSUER}/jwks`)).rejects.toThrow();
});

test("a port in use, a port that is none, production: one sentence each, status 2", async () => {
  const idp = await startDevIdp({ quiet: true, algorithm: "ES256" });
  onTestFinished(() => idp.close());
  const taken = await runBin(["dev", "--port", String(idp.port)]);
  expect(taken).toMatchObject({ status: 2, stdout: "" });
  expect(taken.stderr).toBe(
    `sallyport: Port ${idp.port} is in use on 127.0.0.1: by another sallyport dev, perhaps; --port takes another, 0 any free one (sallyport help dev)\n`,
  );
  expect((await runBin(["dev", "--port", "many"])).stderr).toContain("--port takes a whole number");
  const production = await runBin(["dev", "--port", "0"], { env: { NODE_ENV: "production" } });
  expect(production).toMatchObject({ status: 2, stdout: "" });
  expect(production.stderr).toContain("NODE_ENV is production");
});
