// A provider over real HTTP on loopback, whose answers a test can change while it runs.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestJwk } from "./signing.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface KeyServer {
  readonly issuer: string;
  /** The paths asked for, in order. */
  readonly requests: string[];
  /** What is published; replace to rotate. */
  keys: readonly TestJwk[];
  /** Headers of the key set's answer. */
  headers: Record<string, string>;
  /** Takes the place of the answer at a path. */
  readonly handlers: Map<string, Handler>;
  /** Members of the metadata document that differ. */
  metadata: Record<string, unknown>;
  count(path: string): number;
  close(): Promise<void>;
}

export const metadataPath = "/.well-known/openid-configuration";
export const keysPath = "/keys";

export async function startKeyServer(keys: readonly TestJwk[]): Promise<KeyServer> {
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    self.requests.push(path);
    const handler = self.handlers.get(path);
    if (handler) return handler(request, response);
    if (path === metadataPath) {
      return sendJson(response, {
        issuer: self.issuer,
        jwks_uri: `${self.issuer}${keysPath}`,
        ...self.metadata,
      });
    }
    if (path === keysPath) return sendJson(response, { keys: self.keys }, self.headers);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const self: KeyServer = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    keys,
    headers: {},
    handlers: new Map(),
    metadata: {},
    count: (path) => self.requests.filter((one) => one === path).length,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return self;
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
