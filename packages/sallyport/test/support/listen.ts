// Listens on a free port of loopback.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestServer } from "./run-http-cases.ts";

export function listen(listener: RequestListener | Server): Promise<TestServer> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      resolve({ port: (server.address() as AddressInfo).port, close: () => closeServer(server) });
    });
  });
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** What a call throws, as the table's open route tells it. */
export function thrownBy(call: () => unknown): { thrown: string } {
  try {
    call();
  } catch (error) {
    return { thrown: (error as Error).message };
  }
  return { thrown: "nothing" };
}

export async function bodyText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
