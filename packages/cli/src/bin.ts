// The process around `main`: its streams, its signals, its exit status.
import { binFolderOf } from "./called.ts";
import { main } from "./main.ts";

// The reader of a pipe may leave early (`| head`): that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
});

const stop = new AbortController();
process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  binFolder: binFolderOf(process.argv[1]),
  fetch: globalThis.fetch,
  now: Date.now,
  untilStopped() {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort(name));
    return stop.signal;
  },
});
