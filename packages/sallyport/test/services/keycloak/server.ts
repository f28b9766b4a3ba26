// A Keycloak of the suite's own: a free port, a temporary folder, and an end that comes whatever happens.
import { spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { type Admin, createAdmin } from "./admin.ts";

export interface Keycloak {
  readonly url: string;
  readonly admin: Admin;
  /** As a power cut would: SIGKILL. Ends when nothing answers any more. */
  kill(): Promise<void>;
  /** After a kill: the same port, the same data. */
  startAgain(): Promise<void>;
  /** Kills it and removes its data. */
  stop(): Promise<void>;
}

const startSeconds = 150;

/** @param home a built Keycloak, which is only read */
export async function startKeycloak(home: string): Promise<Keycloak> {
  const folder = mkdtempSync(join(tmpdir(), "keycloak-"));
  linkHome(home, folder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const password = crypto.randomUUID();
  const log = join(folder, "log");
  const out = openSync(log, "a");
  const command = [
    join(folder, "bin/kc.sh"),
    "start",
    "--optimized",
    "--http-enabled=true",
    "--http-host=127.0.0.1",
    `--http-port=${port}`,
    `--hostname=${url}`,
    "--cache=local",
    "--log-console-color=false",
  ];
  const guard = spawn(process.execPath, [join(import.meta.dirname, "guard.mjs"), folder, ...command], {
    stdio: ["pipe", out, out],
    env: {
      ...withoutKeycloaks(process.env),
      KC_BOOTSTRAP_ADMIN_USERNAME: "admin",
      KC_BOOTSTRAP_ADMIN_PASSWORD: password,
      // The second compiler pays after minutes; the suite takes less.
      JAVA_OPTS_APPEND: "-XX:TieredStopAtLevel=1",
    },
  });
  closeSync(out);
  // Where the run itself is killed, this process, which vitest has forked, is left over and would go on.
  process.once("disconnect", () => guard.stdin?.destroy());
  let said = "";
  const ended = new Promise<void>((resolve) => guard.once("exit", () => resolve()));

  async function until(wanted: "up" | "down"): Promise<void> {
    const deadline = Date.now() + startSeconds * 1000;
    while ((await answers(`${url}/realms/master`)) !== wanted) {
      // The guard takes the log with it.
      said = tail(log) ?? said;
      if (guard.exitCode !== null || Date.now() > deadline) {
        guard.stdin?.end();
        throw new Error(`Keycloak is not ${wanted}: ${said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  await until("up");
  return {
    url,
    admin: createAdmin(url, { username: "admin", password }),
    kill: () => {
      guard.stdin?.write("kill\n");
      return until("down");
    },
    startAgain: () => {
      guard.stdin?.write("start\n");
      return until("up");
    },
    stop: () => {
      guard.stdin?.end();
      return ended;
    },
  };
}

/** Programs are shared, data is not: Keycloak takes the folder above its start script for its home. */
function linkHome(home: string, folder: string): void {
  mkdirSync(join(folder, "bin"));
  copyFileSync(join(home, "bin/kc.sh"), join(folder, "bin/kc.sh"));
  for (const name of ["lib", "conf", "providers", "themes"])
    symlinkSync(join(home, name), join(folder, name));
}

function withoutKeycloaks(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(KC|KEYCLOAK|JAVA_OPTS)(_|$)/.test(name)),
  );
}

/** While it starts, it answers with 503 for a while. */
async function answers(url: string): Promise<"up" | "starting" | "down"> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.status === 200 ? "up" : "starting";
  } catch {
    return "down";
  }
}

function tail(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").slice(-2000);
  } catch {
    return undefined;
  }
}
