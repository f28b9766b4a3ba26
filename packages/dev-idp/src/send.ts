// Sends a page or a plain answer.
import type { ServerResponse } from "node:http";

/** Sends a page under a content security policy of its own. */
export function sendPage(response: ServerResponse, status: number, page: string, policy: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "cache-control": "no-store",
  });
  response.end(page);
}

/** Sends one sentence, or any other small body. */
export function sendText(response: ServerResponse, status: number, body: string, type = "text/plain"): void {
  response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" });
  response.end(body);
}
