// The command-line client that exists for our native clients' endpoints (py-oidc-auth-client of PyPI) signs in at an application
// of ours. Needs SALLYPORT_PYTHON_CLIENT, a Python that has it (`npm run test:services` sets it).
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { type NativeApplication, startApplication } from "./python-client/application.ts";

const { SALLYPORT_PYTHON_CLIENT: python = "" } = process.env;
const here = (file: string) => fileURLToPath(new URL(`./python-client/${file}`, import.meta.url));

interface Outcome {
  readonly token?: Record<string, unknown> & { readonly headers: Record<string, string> };
  readonly status?: number;
  readonly error?: string;
}

interface Client {
  readonly app: NativeApplication;
  run(how: "authenticate" | "device" | "code", ...more: "force"[]): Promise<Outcome>;
}

/** @param seconds that the person lets pass before they sign in */
async function startClient({ device, seconds = 0 }: { device: boolean; seconds?: number }): Promise<Client> {
  const app = await startApplication({ device });
  const folder = mkdtempSync(join(tmpdir(), "sallyport-python-client-"));
  onTestFinished(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
  // In the background: a person with a browser does not keep the command from going on.
  const browser = `${process.execPath} ${here("browser.mjs")} %s ${seconds} &`;
  const env = { PATH: process.env.PATH, HOME: folder, BROWSER: browser };
  return {
    app,
    run: async (how, ...more) => {
      const args = [here("run.py"), app.url, join(folder, "tokens.json"), how, ...more];
      const child = spawn(python, args, { env });
      let out = "";
      let errors = "";
      child.stdout.on("data", (chunk) => (out += chunk));
      child.stderr.on("data", (chunk) => (errors += chunk));
      const status = await new Promise((done) => child.on("close", done));
      const line = out.split("\n").findLast((one) => one.startsWith('{"'));
      if (status !== 0 || line === undefined)
        throw new Error(`The client ended with ${status}: ${errors}${out}`);
      return JSON.parse(line) as Outcome;
    },
  };
}

async function letIn({ app }: Client, { token }: Outcome): Promise<number> {
  const { status } = await fetch(`${app.url}/me`, { headers: token?.headers ?? {} });
  return status;
}

const good = {
  access_token: expect.stringMatching(/^ey/),
  token_type: "Bearer",
  refresh_token: expect.stringMatching(/^[\w-]{8}\.[\w-]+$/),
  expires: expect.any(Number),
  refresh_expires: expect.any(Number),
  scope: expect.stringContaining("offline_access"),
};

describe.skipIf(python === "")("the command-line client of PyPI", () => {
  test("without a token is not let in", async () => {
    const client = await startClient({ device: true });
    expect(await letIn(client, {})).toBe(401);
  });

  test("signs in by device, waiting for a person who takes their time, and renews", async () => {
    const client = await startClient({ device: true, seconds: 2 });
    const first = await client.run("authenticate", "force");
    expect(first.token).toMatchObject(good);
    expect(await letIn(client, first)).toBe(200);
    const polls = client.app.seen.filter((one) => one === "POST /auth/v2/token");
    expect(polls.length).toBeGreaterThan(1);
    expect(client.app.seen).not.toContain("GET /auth/v2/login");

    const before = client.app.seen.length;
    const second = await client.run("authenticate");
    expect(client.app.seen.slice(before)).toEqual(["POST /auth/v2/token"]);
    expect(second.token).toMatchObject(good);
    expect(second.token?.access_token).not.toBe(first.token?.access_token);
    expect(second.token?.refresh_token).not.toBe(first.token?.refresh_token);
    expect(await letIn(client, second)).toBe(200);
  });

  test("opens the browser where the provider has no device endpoint, signs in by code, and renews", async () => {
    const client = await startClient({ device: false });
    const first = await client.run("authenticate", "force");
    expect(first.token).toMatchObject(good);
    expect(await letIn(client, first)).toBe(200);
    expect(client.app.seen.filter((one) => one.includes("/auth/"))).toEqual([
      "POST /auth/v2/device",
      "GET /auth/v2/login",
      "GET /auth/v2/callback",
      "POST /auth/v2/token",
    ]);
    const second = await client.run("code");
    expect(client.app.seen.at(-1)).toBe("POST /auth/v2/token");
    expect(second.token?.refresh_token).not.toBe(first.token?.refresh_token);
    expect(await letIn(client, second)).toBe(200);
  });

  test("falls back for no other reason: who asks for a device alone is told", async () => {
    const client = await startClient({ device: false });
    expect(await client.run("device", "force")).toMatchObject({ status: 503 });
  });
});
