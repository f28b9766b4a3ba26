// The servers of the rows about stores: those that variables name, or else ones of our own where the machine has the programs.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.mjs";

const debian = "/usr/lib/postgresql";
let running;

/**
 * Starts what is needed, once.
 *
 * @returns the connection strings, each `undefined` where there is none
 */
export function databases() {
  running ??= startAll();
  return running;
}

/** Ends what was started. */
export async function closeDatabases() {
  const { closing } = (await running) ?? { closing: [] };
  for (const close of closing) close();
}

async function startAll() {
  const closing = [];
  const { BENCH_REDIS_URL, BENCH_POSTGRES_URL } = process.env;
  return {
    closing,
    redis: BENCH_REDIS_URL || (await startRedis(closing)),
    postgres: BENCH_POSTGRES_URL || (await startPostgres(closing)),
  };
}

async function startRedis(closing) {
  const program = spawnSync("sh", ["-c", "command -v redis-server || command -v valkey-server"], {
    encoding: "utf8",
  });
  if (program.status !== 0) return undefined;
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn(program.stdout.trim(), args, { stdio: ["ignore", "pipe", "inherit"] });
  closing.push(() => child.kill());
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => String(text).includes("Ready to accept") && resolve());
    child.on("exit", () => reject(new Error("redis-server ended")));
  });
  child.stdout.resume();
  return `redis://127.0.0.1:${port}`;
}

async function startPostgres(closing) {
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((one, other) => Number(other) - Number(one))
    : [];
  const programs = versions
    .map((version) => join(debian, version, "bin"))
    .find((path) => existsSync(join(path, "initdb")));
  if (!programs) return undefined;
  // It refuses root, and the user that it runs as then must be able to enter the folder.
  const asRoot = process.getuid?.() === 0;
  const folder = mkdtempSync("/tmp/sallyport-bench-postgres-");
  if (asRoot) spawnSync("chown", ["postgres:", folder]);
  const run = (command, ...args) => {
    const line = [join(programs, command), ...args];
    const [program, ...rest] = asRoot ? ["runuser", "-u", "postgres", "--", ...line] : line;
    const { status } = spawnSync(program, rest, { cwd: folder, stdio: "ignore" });
    if (status !== 0) throw new Error(`${command} failed: ${status}`);
  };
  const port = await freePort();
  const data = join(folder, "data");
  const options = `-c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c max_connections=200`;
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  run(
    "initdb",
    "-D",
    data,
    "-U",
    "postgres",
    "-A",
    "trust",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
  );
  run("pg_ctl", "-D", data, "-l", join(folder, "log"), "-o", options, "-w", "start");
  closing.unshift(() => run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"));
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}
