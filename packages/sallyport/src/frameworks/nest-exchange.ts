// Nest's request and response, on either adapter: what the edge needs of the one, and a refusal on the other.
import type { ServerResponse } from "node:http";
import { HttpException } from "@nestjs/common";
import type { AbstractHttpAdapter } from "@nestjs/core";
import { type Refused, type RequestFacts, rawAuthorization } from "../http/index.ts";

/** Node's request, as far as it is read here. */
interface NodeRequest {
  readonly rawHeaders: readonly string[];
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The URL before a mounted router or middie shortened it. */
  readonly originalUrl?: string | undefined;
}

/** Express's request is Node's; Fastify's has Node's under `raw`. */
interface AdapterRequest extends NodeRequest {
  readonly raw?: NodeRequest;
  readonly id?: unknown;
  readonly body?: unknown;
  readonly route?: { readonly path?: unknown };
  readonly routeOptions?: { readonly url?: unknown };
}

/** Node's own request under a framework's: what both adapters, and middleware, have in common. */
export function nodeRequest(request: unknown): NodeRequest {
  if (typeof request !== "object" || request === null) {
    throw new TypeError("Sallyport takes the request that Nest hands out: Express's, Fastify's or Node's");
  }
  return (request as AdapterRequest).raw ?? (request as NodeRequest);
}

/** Reads what the edge has to know. */
export function factsOf(request: unknown): RequestFacts {
  const raw = nodeRequest(request);
  const { id, route, routeOptions } = request as AdapterRequest;
  return {
    authorization: rawAuthorization(raw.rawHeaders),
    method: raw.method ?? "",
    url: raw.originalUrl ?? raw.url ?? "",
    route: text(routeOptions?.url) ?? text(route?.path),
    requestId: text(id),
  };
}

/**
 * Refuses: the headers are set on the response and the rest is thrown, so that the application's exception filters
 * see it as they see any `HttpException`; its `cause` is the `AuthError`.
 */
export function refuse(refused: Refused, response: unknown, adapter: AbstractHttpAdapter): never {
  const { status, headers, body, error } = refused;
  for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
  // Nest wraps a text in an object of its own. What is not an object is sent as it is; after that, filters send nothing.
  if (typeof body !== "object" || body === null) adapter.reply(response, body, status);
  throw new HttpException((body ?? {}) as object, status, { cause: error });
}

/** Refuses in a middleware, where there is only Node's response. */
export function answer({ status, headers, body }: Refused, response: ServerResponse): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
