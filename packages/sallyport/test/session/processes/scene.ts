// Several real processes of one application, with one store and one provider, each over HTTP on loopback.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { CookieChange } from "../../../src/cookies.ts";
import { createPlainSessionStore } from "../../support/plain-session-store.ts";
import { contentOf, secret } from "../kit.ts";

const program = fileURLToPath(new URL("./worker.mjs", import.meta.url));

/** What a process of the scene is asked. */
export interface Worker {
  readonly process: ChildProcess;
  start(): Promise<readonly CookieChange[]>;
  /** So many requests at once: the access token of each, `nobody`, or the code of a refusal. */
  find(cookie: string, count: number): Promise<readonly string[]>;
}

export interface ProcessScene {
  /** Milliseconds by which all processes' clocks are ahead. */
  offset: number;
  readonly store: ReturnType<typeof createPlainSessionStore>;
  /** Token requests, by the refresh token that they came with. */
  readonly grants: string[];
  /** Whether a refresh token is good once only. */
  rotates: boolean;
  /** Called with the process that is about to save new tokens; it is not answered. */
  beforeSaving: ((pid: number) => void) | undefined;
  worker(): Promise<Worker>;
  close(): Promise<void>;
}

export async function createProcessScene(): Promise<ProcessScene> {
  const store = createPlainSessionStore();
  const workers: ChildProcess[] = [];
  let current = 1;
  const scene: ProcessScene = {
    offset: 0,
    store,
    grants: [],
    rotates: true,
    beforeSaving: undefined,
    async worker() {
      const config = JSON.stringify({ storeUrl: urlOf(storeServer), providerUrl: urlOf(provider), secret });
      const child = fork(program, [config], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
      workers.push(child);
      return talkTo(child, scene);
    },
    async close() {
      for (const child of workers) child.kill("SIGKILL");
      for (const server of [storeServer, provider]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };

  const storeServer = await serve(async ({ verb, args, worker }) => {
    if (verb === "replace" && scene.beforeSaving) {
      scene.beforeSaving(worker as number);
      return undefined;
    }
    const call = store[verb as "read"] as (...given: readonly unknown[]) => unknown;
    return { result: await call(...(args as readonly unknown[])) };
  });
  const provider = await serve(async ({ refreshToken }) => {
    scene.grants.push(String(refreshToken));
    // As long as a provider near by takes: enough for every other request to come while this one is under way.
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (scene.rotates && refreshToken !== `refresh-${current}`) return "refused";
    current += 1;
    return {
      accessToken: `access-${current}`,
      refreshToken: scene.rotates ? `refresh-${current}` : refreshToken,
    };
  });
  return scene;
}

async function talkTo(child: ChildProcess, scene: ProcessScene): Promise<Worker> {
  const waiting = new Map<unknown, (answer: unknown) => void>();
  let count = 0;
  const ready = new Promise((resolve) => waiting.set("ready", resolve));
  child.on("message", ({ id, answer }: { id: unknown; answer: unknown }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  const failed = once(child, "exit").then(() => {
    throw new Error("The process ended; `npm run build` makes what it runs");
  });
  failed.catch(() => {});
  const ask = (message: object) => {
    count += 1;
    const id = count;
    const answer = new Promise((resolve) => waiting.set(id, resolve));
    child.send({ id, offset: scene.offset, ...message });
    return Promise.race([answer, failed]) as Promise<never>;
  };
  await Promise.race([ready, failed]);
  const { tokens, ...rest } = contentOf();
  return {
    process: child,
    start: () =>
      ask({
        what: "start",
        content: { ...rest, tokens: { ...tokens, expiresAt: Date.now() + scene.offset + 600_000 } },
      }),
    find: (cookie, times) => ask({ what: "find", cookie, count: times }),
  };
}

/** @param answer the body; `refused` for a 400, `undefined` for no answer at all */
async function serve(
  answer: (body: Record<string, unknown>) => Promise<object | "refused" | undefined>,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const given = await answer(JSON.parse(await textOf(request)));
    if (given === undefined) return;
    response.writeHead(given === "refused" ? 400 : 200, { "content-type": "application/json" });
    response.end(given === "refused" ? '{"error":"invalid_grant"}' : JSON.stringify(given));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
