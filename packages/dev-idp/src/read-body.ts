// Reads the body of a small form.
import type { IncomingMessage } from "node:http";

const maxBytes = 64 * 1024;

/** The request is longer than a form ever is. */
export class BodyTooLong extends Error {
  constructor() {
    super("The request body is longer than 64 KiB");
    this.name = "BodyTooLong";
  }
}

/** The body as text. Rejects with {@link BodyTooLong} past 64 KiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop must not end the connection, over which the refusal is yet to go.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new BodyTooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
