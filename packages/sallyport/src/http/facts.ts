// What the edge has to know of a request, read from Node's and from the web's own form of it.
import { formToken, isForm, tokenInForm } from "./form.ts";
import { isPreflight } from "./preflight.ts";

/** What the edge has to know of a request; each framework fills it in. */
export interface RequestFacts {
  /** The value of `Authorization`; all values as a list where there are several, as the wire had them. */
  readonly authorization: string | readonly string[] | undefined;
  readonly method: string;
  /** The request target with its query; only looked at for a second token. */
  readonly url: string;
  /** The route's pattern (`/users/:id`), where the framework tells it. */
  readonly route: string | undefined;
  readonly requestId: string | undefined;
  /** Whether this is a CORS preflight, as {@link isPreflight} judges it. */
  readonly preflight?: boolean;
  /** Whether a form body holds `access_token` (RFC 6750 §2); a function where the body has yet to be read. */
  readonly tokenInForm?: boolean | (() => Promise<boolean>);
}

/** Node's request, as far as it is read here; HTTP/2's compatibility request has the same form. */
export interface NodeMessage {
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** What a framework on Node adds to Node's request. */
export interface NodeContext {
  readonly route?: string | undefined;
  readonly requestId?: unknown;
  /** The target before a mounted router shortened it. */
  readonly originalUrl?: string | undefined;
  /** What has the body, where it was parsed already. */
  readonly parsed?: { readonly body?: unknown } | undefined;
}

const nothing: NodeContext = Object.freeze({});

/**
 * Reads Node's request. `headers`, which Node builds when it is first asked for, is left alone where it can be; and no field
 * is read twice or in vain, since on a request that Express has had each costs a microsecond.
 */
export function nodeFacts(message: NodeMessage, context: NodeContext = nothing): RequestFacts {
  const { rawHeaders } = message;
  const authorization = rawAuthorization(rawHeaders);
  const method = message.method ?? "";
  const { parsed } = context;
  return {
    authorization,
    method,
    url: context.originalUrl ?? message.url ?? "",
    route: context.route,
    requestId: idText(context.requestId),
    preflight:
      method === "OPTIONS" && authorization === undefined && isPreflight((name) => message.headers[name]),
    tokenInForm: parsed !== undefined && hasContentType(rawHeaders) && tokenInForm(parsed.body, message),
  };
}

/** What a framework on `Request` adds to it. */
export interface WebContext {
  readonly route?: string | undefined;
  readonly requestId?: unknown;
  /** Node's raw header list, where Node is underneath: only that shows a second `Authorization`. */
  readonly rawHeaders?: readonly string[] | undefined;
}

/** Reads a `Request`. Its `headers`, which a server on Node builds when they are first asked for, are left alone where they can be. */
export function webFacts(request: Request, { route, requestId, rawHeaders }: WebContext = {}): RequestFacts {
  const { method, url } = request;
  const authorization = rawHeaders
    ? rawAuthorization(rawHeaders)
    : (request.headers.get("authorization") ?? undefined);
  return {
    authorization,
    method,
    url,
    route,
    requestId: idText(requestId),
    preflight:
      method === "OPTIONS" && authorization === undefined && isPreflight((name) => request.headers.get(name)),
    tokenInForm:
      method !== "GET" && method !== "HEAD" && isForm(request.headers.get("content-type"))
        ? () => formToken(request)
        : false,
  };
}

function idText(id: unknown): string | undefined {
  return typeof id === "string" ? id : typeof id === "number" ? String(id) : undefined;
}

/** Whether there is a `Content-Type`: without one a body is no form. */
function hasContentType(rawHeaders: readonly string[]): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 12 && name.toLowerCase() === "content-type") return true;
  }
  return false;
}

/** `undefined`, the one value, or the list of all values of `Authorization` in Node's raw header list. */
function rawAuthorization(rawHeaders: readonly string[]): string | readonly string[] | undefined {
  let found: string | string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== 13 || (name !== "authorization" && name.toLowerCase() !== "authorization")) continue;
    const value = rawHeaders[index + 1] as string;
    if (found === undefined) found = value;
    else if (typeof found === "string") found = [found, value];
    else found.push(value);
  }
  return found;
}
