// A Redis or Valkey of its own on loopback, which can be stopped and started again.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { vi } from "vitest";
import { freePort } from "../../support/free-port.ts";

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  /** Ends it as a crash does; nothing is kept. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings of its configuration, as arguments */
export async function startRedis(program: string, settings: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const loopback = ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder];
  const volatile = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"];
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(program, [...loopback, ...volatile, ...settings], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on("error", () => {});
    try {
      await vi.waitFor(() => client.ping(), { timeout: 10_000, interval: 50 });
    } finally {
      client.disconnect();
    }
  }

  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await ended;
  }

  async function close(): Promise<void> {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { port, url, start, kill, close };
}
