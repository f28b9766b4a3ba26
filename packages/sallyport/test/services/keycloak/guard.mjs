// Runs a server for as long as its stdin is open, so that it never outlives its suite, however that ends: a process that is
// killed closes its pipes as well. `guard.mjs FOLDER COMMAND…`; the folder goes at the end. Understands "kill" and "start".
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const [folder, command, ...args] = process.argv.slice(2);
let child = start();

process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  for (const line of text.split("\n").filter(Boolean)) {
    if (line === "kill") kill();
    else if (line === "start") child = start();
  }
});
for (const end of ["end", "error"]) process.stdin.on(end, () => finish(0));
// A terminal's Ctrl-C is meant for the suite, whose end we see.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

function start() {
  // In a process group of its own: the command is a shell script, and the server its child.
  const started = spawn(command, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });
  started.on("exit", (code) => {
    if (started === child) finish(code ?? 1);
  });
  started.on("error", () => finish(1));
  return started;
}

function kill() {
  const killed = child;
  child = undefined;
  try {
    process.kill(-killed.pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

function finish(code) {
  if (child) kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  process.exit(code);
}
