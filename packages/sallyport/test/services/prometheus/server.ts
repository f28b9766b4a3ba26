// A Prometheus of its own on loopback, with short intervals, and what is asked of it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { freePort } from "../../support/free-port.ts";

export interface Prometheus {
  /** What an expression gives at the moment: labels and value of each series. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]>;
  /** The alerts that are firing. */
  firing(): Promise<Record<string, string>[]>;
  stop(): Promise<void>;
}

/** Starts it, and waits until it answers. `rules`: the text of a rule file. */
export async function startPrometheus(program: string, target: string, rules: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-prometheus-"));
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [join(folder, "rules.yml")],
    scrape_configs: [{ job_name: "api", static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(folder, "rules.yml"), rules);
  // JSON is YAML.
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      "--log.level=error",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const get = async (path: string) => {
    const response = await fetch(`http://${address}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const data = async (path: string) => ((await (await get(path)).json()) as { data: never }).data;
  const stop = () => end(child).then(() => rmSync(folder, { recursive: true, force: true }));
  try {
    await vi.waitFor(() => get("/-/ready"), { timeout: 20_000, interval: 100 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async query(expression) {
      const { result }: { result: { metric: Record<string, string>; value: [number, string] }[] } =
        await data(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async firing() {
      const { alerts }: { alerts: { state: string; labels: Record<string, string> }[] } =
        await data("/api/v1/alerts");
      return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels);
    },
    stop,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const killed = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(killed);
}
