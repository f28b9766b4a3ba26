// docs/production.md, for real: two processes of its application, PostgreSQL, and a proxy that gives each request to the next one.
// Needs SALLYPORT_POSTGRES_BIN (`npm run test:services` sets it).
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { createPlainBrowser } from "../support/plain-browser.ts";
import { type Place, signInAt, startPlace } from "../support/sign-in.ts";
import { type PostgresServer, startPostgres } from "./stores/postgres-server.ts";

const { SALLYPORT_POSTGRES_BIN: programs = "" } = process.env;
const file = fileURLToPath(new URL("../docs/pages/production/app.mjs", import.meta.url));

describe.skipIf(programs === "")("docs/production.md", () => {
  let postgres: PostgresServer;
  let place: Place;
  let proxy: http.Server;
  const processes: ChildProcess[] = [];
  /** How many requests each process got. */
  const served: number[] = [];

  beforeAll(async () => {
    postgres = await startPostgres(programs);
    place = await startPlace();
    const { idp, url, options } = place;
    const ports = [await freePort(), await freePort()];
    for (const port of ports) {
      const child = spawn(process.execPath, [file], {
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          PATH: process.env.PATH,
          NODE_ENV: "production",
          OIDC_ISSUER: idp.issuer,
          OIDC_CLIENT_ID: options.clientId,
          OIDC_CLIENT_SECRET: options.clientSecret,
          OIDC_PUBLIC_URL: url,
          OIDC_INSECURE_ALLOW_LOOPBACK: "true",
          SESSION_SECRET: options.session.secret,
          DATABASE_URL: postgres.url(),
          PORT: String(port),
        },
      });
      processes.push(child);
      served.push(0);
      await new Promise<void>((resolve, reject) => {
        child.stdout?.on("data", (data) => /listening/.test(String(data)) && resolve());
        child.once("exit", () => reject(new Error("The process ended; `npm run build` makes what it runs")));
      });
    }
    let turn = 0;
    proxy = http.createServer((request, response) => {
      turn = (turn + 1) % ports.length;
      served[turn] = (served[turn] ?? 0) + 1;
      const { method, url: path, headers } = request;
      const onward = http.request(
        { host: "127.0.0.1", port: ports[turn], method, path, headers: { ...headers, host: "app.internal" } },
        (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)),
      );
      request.pipe(onward);
    });
    proxy.listen(place.port, "127.0.0.1");
    await once(proxy, "listening");
  }, 60_000);
  afterAll(async () => {
    proxy?.close();
    for (const child of processes) {
      child.kill();
      await once(child, "exit");
    }
    await place?.idp.close();
    postgres?.close();
  });

  test("a sign-in that begins at one process comes back to another, and each knows the session", async () => {
    const { url } = place;
    const browser = createPlainBrowser();
    const landed = await signInAt(browser, `${url}/orders`);
    expect([landed.url, JSON.parse(landed.text)]).toEqual([`${url}/orders`, { of: "alice" }]);
    const asked = await Promise.all(Array.from({ length: 20 }, () => browser.load(`${url}/orders`)));
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
    for (const count of served) expect(count).toBeGreaterThan(5);
    await browser.load(`${url}/auth/v2/logout`, "POST", { origin: url });
    const after = await Promise.all(Array.from({ length: 4 }, () => browser.load(`${url}/orders`)));
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]));
  });

  test("a process that is told to end does, with its pool", async () => {
    const [child] = processes;
    child?.kill("SIGTERM");
    const [code] = await once(child as ChildProcess, "exit");
    expect(code).toBe(0);
    processes.shift();
  });
});
