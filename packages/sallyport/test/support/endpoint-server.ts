// A plain Node server for a router's endpoints, and for one route of the application's own.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Endpoint, EndpointRequest } from "../../src/http/index.ts";

/** @param other answers whatever is no endpoint */
export function endpointListener(
  endpoints: () => readonly Endpoint[],
  other: (request: IncomingMessage, response: ServerResponse) => unknown,
): RequestListener {
  return async (request, response) => {
    const { method = "", url = "" } = request;
    const [path] = url.split("?");
    const endpoint = endpoints().find(
      (one) => one.path === path && one.methods.some((each) => each === method),
    );
    if (!endpoint) return void other(request, response);
    const { status, headers, text, cookies } = await endpoint.handle(requestOf(request));
    response.writeHead(status, { ...headers, "set-cookie": [...cookies] });
    response.end(text);
  };
}

function requestOf(request: IncomingMessage): EndpointRequest {
  const { method = "", url = "", headers } = request;
  return {
    method,
    target: url,
    header: (name) => headers[name]?.toString(),
    cookie: headers.cookie,
    requestId: undefined,
    async form() {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return undefined;
      return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
    },
  };
}
