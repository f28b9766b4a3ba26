// Starts a runtime's server and runs the scenarios against it.
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startKeyServer } from "./key-server.mjs";
import { keysOverTime, smoke } from "./scenarios.mjs";

/**
 * @param {import("../install.mjs").Runtime} runtime
 * @param {string} folder with the bundles and the packed package
 * @returns {Promise<{ passed: number, failures: string[] }>}
 */
export async function runLive(runtime, folder) {
  const testing = pathToFileURL(join(folder, "node_modules/sallyport/dist/testing/index.js")).href;
  const { fakeIssuer } = await import(testing);
  const result = { passed: 0, failures: [] };
  const faces = runtime.kind === "node" ? [undefined] : ["fetch", "hono"];
  for (const face of faces) {
    const provider = await startKeyServer((issuer) => fakeIssuer({ issuer, audience: "my-api" }));
    const server = await startServer(runtime, folder, provider.idp.issuer);
    try {
      for (const [name, base] of Object.entries(server.bases(face))) {
        const scene = { base, face: name, provider };
        const cases = { ...(runtime.kind === "node" ? {} : keysOverTime), ...smoke };
        for (const [title, run] of Object.entries(cases)) {
          try {
            await run(scene);
            result.passed += 1;
          } catch (error) {
            result.failures.push(
              `${name}, live: ${title}: ${error.cause ?? error.message}${server.complaints()}`,
            );
          } finally {
            provider.release();
          }
        }
      }
    } catch (error) {
      result.failures.push(`live: ${error.message}`);
    } finally {
      server.stop();
      provider.close();
    }
  }
  return result;
}

/** How each runtime starts a program of the folder. */
export const commands = {
  node: (file) => [file],
  bun: (file) => [file],
  deno: (file) => [
    "run",
    ...["--quiet", "--cached-only", "--no-remote", "--node-modules-dir=manual"],
    ...["--allow-read", "--allow-env", "--allow-net=127.0.0.1", "--allow-sys"],
    file,
  ],
};

async function startServer(runtime, folder, issuer) {
  const port = await freePort();
  const args =
    runtime.kind === "workerd"
      ? ["serve", "workerd.capnp", "live", `--socket-addr=http=127.0.0.1:${port}`]
      : commands[runtime.kind](`live-${runtime.kind}.mjs`);
  const child = spawn(runtime.program, args, {
    cwd: folder,
    env: { ...process.env, ISSUER: issuer },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const listening =
    runtime.kind === "workerd" ? await accepts(port, child) : await listeningLine(child, () => errors);
  const base = (on) => `http://127.0.0.1:${on}`;
  return {
    /** @returns {Record<string, string>} */
    bases: (face) =>
      face === undefined
        ? Object.fromEntries(Object.entries(listening).map(([name, on]) => [name, base(on)]))
        : { [face]: `${base(listening)}/${face}` },
    complaints: () => (errors ? `\n    ${errors.trim().split("\n").slice(-5).join("\n    ")}` : ""),
    stop: () => child.kill("SIGKILL"),
  };
}

function listeningLine(child, errors) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
      const said = /listening on (.*)\n/.exec(text)?.[1];
      if (said) resolve(JSON.parse(said));
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${errors()}`)));
  });
}

/** Waits until somebody listens: a request would already start things. */
async function accepts(port, child) {
  for (let times = 0; times < 200; times += 1) {
    if (child.exitCode !== null) throw new Error("workerd ended");
    const open = await new Promise((done) => {
      const socket = connect(port, "127.0.0.1", () => done(true));
      socket.on("error", () => done(false));
      socket.on("connect", () => socket.destroy());
    });
    if (open) return port;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error("workerd does not listen");
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * The tables on workerd: the answer to one request.
 *
 * @returns {Promise<{ cases: number, failures: string[] }>}
 */
export async function serveTables(runtime, folder) {
  const tables = await askWorker(runtime, folder, "tables");
  if (!tables.ok) throw new Error(`workerd answered ${tables.status}: ${await tables.text()}`);
  const result = await tables.json();
  const page = await askWorker(runtime, folder, "page");
  if (page.status !== 401) result.failures.push(`the worker of docs/runtimes.md answered ${page.status}`);
  return result;
}

async function askWorker(runtime, folder, name) {
  const port = await freePort();
  const args = ["serve", "workerd.capnp", name, `--socket-addr=http=127.0.0.1:${port}`];
  const child = spawn(runtime.program, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  try {
    await accepts(port, child);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(300_000) });
    return new Response(await answer.text(), { status: answer.status });
  } finally {
    child.kill("SIGKILL");
  }
}
