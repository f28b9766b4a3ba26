// A PostgreSQL of its own on loopback, which can be stopped and started again. It refuses root: then it runs as `postgres`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";

export interface PostgresServer {
  /** The connection string of a database; `user` is a role without a password. */
  url(database?: string, user?: string): string;
  start(): void;
  /** Ends it as a crash does; what was committed is kept. */
  kill(): void;
  close(): void;
}

/** @param programs the folder of initdb and pg_ctl */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  // A folder of root's own that its user may enter: the one that `TMPDIR` names may be closed to it.
  const folder = mkdtempSync("/tmp/sallyport-postgres-");
  const asRoot = process.getuid?.() === 0;
  const port = await freePort();
  const data = join(folder, "data");

  function run(command: string, ...args: readonly string[]): void {
    const line = [join(programs, command), ...args];
    const [program = "", ...rest] = asRoot ? ["runuser", "-u", "postgres", "--", ...line] : line;
    // Not piped: the server would keep the pipes of the one that starts it open.
    const { status, error } = spawnSync(program, rest, { cwd: folder, stdio: "ignore" });
    if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? status}`);
  }
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
    "fsync=off",
    "max_connections=200",
  ];
  const options = settings.map((one) => `-c ${one}`).join(" ");
  const start = () => run("pg_ctl", "-D", data, "-l", join(folder, "log"), "-o", options, "-w", "start");
  const kill = () => run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop");
  if (asRoot) spawnSync("chown", ["postgres:", folder]);
  try {
    const local = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", ...local);
    start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url: (database = "postgres", user = "postgres") => `postgres://${user}@127.0.0.1:${port}/${database}`,
    start,
    kill,
    close() {
      try {
        kill();
      } catch {
        // Not running.
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
