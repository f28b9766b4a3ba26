// A request to one of the router's endpoints, from Node's and from the web's own form of it.
import type { EndpointRequest } from "./endpoint.ts";
import { idText, joined, type NodeMessage, rawValues } from "./facts.ts";
import {
  formBytes,
  type NodeStream,
  parsedForm,
  promisesForm,
  readNodeForm,
  readWebForm,
} from "./form-body.ts";

/** What a framework on Node adds. */
export interface NodeEndpointContext {
  /** The target before a mounted router shortened it. */
  readonly originalUrl?: string | undefined;
  readonly requestId?: unknown;
  /** The body, where something has parsed it already, or has another stream of it. */
  readonly body?: unknown;
}

/** Reads Node's request; its body only when it is asked for. */
export function nodeEndpointRequest(
  message: NodeMessage,
  { originalUrl, requestId, body }: NodeEndpointContext = {},
): EndpointRequest {
  const header = (name: string) => joined(name, rawValues(message.rawHeaders, name));
  return {
    method: message.method ?? "",
    target: originalUrl ?? message.url ?? "",
    header,
    cookie: header("cookie"),
    requestId: idText(requestId),
    async form() {
      if (!promisesForm(header)) return undefined;
      if (isStream(body)) return readNodeForm(body);
      // Express 4 has an empty one where nobody has parsed anything.
      const isParsed = (own: object) => Object.keys(own).length > 0 || isRead(message);
      if (typeof body === "object" && body !== null && isParsed(body)) {
        return isTooLong(header) ? undefined : parsedForm(body);
      }
      return isStream(message) ? readNodeForm(message) : undefined;
    },
  };
}

/** What a framework on `Request` adds. */
export interface WebEndpointContext {
  readonly requestId?: unknown;
  /** The body's pairs, where something has read it already; rejects where it was no form. */
  readonly parsed?: (() => Promise<Iterable<readonly [string, unknown]>>) | undefined;
}

/** Reads a `Request`; its body only when it is asked for. */
export function webEndpointRequest(
  request: Request,
  { requestId, parsed }: WebEndpointContext = {},
): EndpointRequest {
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const authority = /^https?:\/\/[^/?#]*/i.exec(request.url)?.[0] ?? "";
  return {
    method: request.method,
    target: request.url.slice(authority.length),
    header,
    cookie: header("cookie"),
    requestId: idText(requestId),
    async form() {
      if (!promisesForm(header)) return undefined;
      if (!request.bodyUsed || !parsed) return readWebForm(request);
      if (isTooLong(header)) return undefined;
      return parsed().then(parsedForm, () => undefined);
    },
  };
}

/** Of a body that somebody else has parsed, with bounds of their own. */
function isTooLong(header: (name: string) => string | undefined): boolean {
  return Number(header("content-length") ?? 0) > formBytes;
}

function isRead(message: NodeMessage & Partial<NodeStream>): boolean {
  return message.readableEnded === true;
}

function isStream(value: unknown): value is NodeStream {
  return typeof value === "object" && value !== null && "on" in value && "resume" in value;
}
