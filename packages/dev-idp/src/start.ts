// Starts the provider: the one place where its parts meet.
/// <reference path="./oidc-provider.d.ts" />
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Provider } from "oidc-provider";
import type { Client } from "./clients.ts";
import { createClock } from "./clock.ts";
import { createDirectory } from "./directory.ts";
import { type Endpoint, noRequests } from "./endpoints.ts";
import { createFailures, type FailureMode, type FailureOptions } from "./failures.ts";
import { createKey, createKeySync, type SigningKey } from "./keys.ts";
import { loadProvider } from "./load-provider.ts";
import { mintToken } from "./mint.ts";
import { type DevIdpOptions, resolveOptions, type Settings } from "./options.ts";
import type { Person } from "./people.ts";
import { createProvider } from "./provider.ts";
import { createListener } from "./server.ts";
import { createStore } from "./store.ts";
import type { TokenRequest } from "./token-request.ts";

/** A running provider. */
export interface DevIdp {
  /** `http://127.0.0.1:PORT` */
  readonly issuer: string;
  readonly port: number;
  /** The `aud` of access tokens. */
  readonly audience: string;
  /** Those who can sign in, with their passwords. */
  readonly people: readonly Person[];
  /** The clients, with their secrets. */
  readonly clients: readonly Client[];
  /** How often each endpoint was asked. */
  readonly requests: Readonly<Record<Endpoint, number>>;
  /** An access token for a person, or without one for a machine client. */
  token(request?: TokenRequest): Promise<string>;
  /** Signs with a new key from now on, and returns its id. The old ones stay published unless `keepOld` is false. */
  rotateKeys(options?: { keepOld?: boolean }): string;
  /** Makes the provider fail; null heals it. */
  fail(mode: FailureMode | null, options?: FailureOptions): void;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

const host = "127.0.0.1";

/**
 * Starts an OpenID Provider on 127.0.0.1, with seeded people and clients.
 *
 * Rejects in production (`NODE_ENV=production`), when the port is in use (`code: "EADDRINUSE"`), and with a `TypeError`
 * for an option or a file that is wrong.
 * @example
 * const idp = await startDevIdp();
 * const token = await idp.token({ person: "alice" });
 * await idp.close();
 */
export async function startDevIdp(options: DevIdpOptions = {}): Promise<DevIdp> {
  refuseProduction();
  const settings = await resolveOptions(options);
  // Making an RSA key and loading the library take a tenth of a second each, so they go on side by side.
  const [key, module] = await Promise.all([createKey(settings.algorithm), loadProvider()]);
  const server = createServer();
  const port = await listen(server, settings.port);
  try {
    return await run(settings, { server, port, key, module });
  } catch (error) {
    await stop(server);
    throw error;
  }
}

interface Parts {
  server: Server;
  port: number;
  key: SigningKey;
  module: Awaited<ReturnType<typeof loadProvider>>;
}

async function run(settings: Settings, { server, port, key, module }: Parts): Promise<DevIdp> {
  const { people, clients, audiences, algorithm, accessTokenSeconds, accessTokenFormat, now, quiet } =
    settings;
  const issuer = `http://${host}:${port}`;
  const directory = createDirectory(people, clients, audiences);
  const failures = createFailures();
  const clock = createClock(now, failures.clockOffsetSeconds);
  const requests = noRequests();
  const store = createStore();
  const cookieSecret = randomBytes(32).toString("base64url");
  const report = (sentence: string) => {
    if (!quiet) process.stderr.write(`dev-idp: ${sentence}\n`);
  };
  const minting = { directory, algorithm, accessTokenSeconds, accessTokenFormat };
  const common = { ...minting, module, issuer, store, cookieSecret, clock, report };
  let keys: readonly SigningKey[] = [key];
  const build = (): Provider => createProvider({ ...common, keys });
  let provider = build();
  // oidc-provider looks at a client when it is first used; a mistake in one should be known at the start.
  for (const { id } of clients) await checkClient(provider, id);

  const control = {
    token: (request: TokenRequest = {}) => mintToken({ ...minting, provider }, request),
    fail: failures.set,
    rotateKeys({ keepOld = true }: { keepOld?: boolean } = {}) {
      const next = createKeySync(algorithm);
      keys = [next, ...(keepOld ? keys : [])];
      // oidc-provider takes its keys when it is built; all that it remembers is in the store, which stays.
      provider = build();
      return next.kid;
    },
  };
  const face = { issuer, directory, failures, clock, requests, control, report, provider: () => provider };
  server.on("request", createListener(face));
  return {
    ...control,
    issuer,
    port,
    audience: audiences[0] ?? "",
    people,
    clients,
    requests,
    close: () => stop(server),
  };
}

function refuseProduction(): void {
  if (process.env.NODE_ENV?.trim().toLowerCase() !== "production") return;
  throw new Error(
    "The development identity provider does not start where NODE_ENV is production: everyone knows its passwords. Unset NODE_ENV to try it",
  );
}

async function checkClient(provider: Provider, id: string): Promise<void> {
  try {
    await provider.Client.find(id);
  } catch (cause) {
    const { error_description: description } = cause as { error_description?: string };
    throw new TypeError(`The client "${id}" is not right: ${description ?? (cause as Error).message}`, {
      cause,
    });
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const sentence =
        cause.code === "EADDRINUSE"
          ? `Port ${port} is in use on ${host}; choose another, or 0 for any free one`
          : `Port ${port} can't be listened on: ${cause.code}`;
      reject(Object.assign(new Error(sentence, { cause }), { code: cause.code }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
