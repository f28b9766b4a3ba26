// A server under load: one of `programs/`, on a processor of its own, asked for its processor time between the requests.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { command } from "./rounds.mjs";

/**
 * Starts a server program and waits until it listens. `ask(what)` gives its answer to a question, `end()` stops it.
 * The program's side is {@link serveQuestions}.
 */
export async function startServer(program, args, { processor }) {
  const [file, ...rest] = command(program, args, processor);
  const child = spawn(file, rest, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const answer = () =>
    new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`${program} ${args.join(" ")} ended with code ${code}`));
      child.once("exit", ended);
      child.once("message", (message) => {
        child.off("exit", ended);
        resolve(message);
      });
    });
  const { port } = await answer();
  return {
    port,
    ask(what) {
      const told = answer();
      child.send(what);
      return told;
    },
    end: () => child.disconnect(),
  };
}

/** The server's side: tells the port, and answers questions: `usage` (microseconds of processor time) and its own. */
export function serveQuestions(port, questions = {}) {
  const all = {
    usage() {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    ...questions,
  };
  process.on("message", (what) => process.send(all[what]()));
  process.on("disconnect", () => process.exit());
  process.send({ port });
}

/** Serves a key set over HTTP on loopback, as an issuer would, and counts how often it is fetched. */
export async function startIssuer(jwk) {
  const body = JSON.stringify({ keys: [jwk] });
  const issuer = { fetches: 0 };
  const server = createServer((_request, response) => {
    issuer.fetches += 1;
    response.setHeader("content-type", "application/json").end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(issuer, {
    jwksUri: `http://127.0.0.1:${server.address().port}/keys`,
    close: () => server.close().closeAllConnections(),
  });
}
