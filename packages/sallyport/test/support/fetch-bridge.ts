// `Request` → `Response` handlers on Node's server: what Bun, Deno and workers do natively.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";

export type WebHandler = (request: Request) => Response | Promise<Response>;

export function bridge(handler: WebHandler): RequestListener {
  return async (message, response) => {
    try {
      await send(await handler(toRequest(message)), response);
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error));
    }
  };
}

function toRequest(message: IncomingMessage): Request {
  const headers = new Headers();
  for (let index = 0; index < message.rawHeaders.length; index += 2) {
    headers.append(message.rawHeaders[index] as string, message.rawHeaders[index + 1] as string);
  }
  const { method = "GET" } = message;
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://api.example.org${message.url}`, {
    method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(message) as ReadableStream, duplex: "half" } : {}),
  });
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  // Several cookies are told one by one; `setHeader` would keep the last.
  answer.headers.forEach((value, name) => {
    response.appendHeader(name, value);
  });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  response.end(bytes);
}
