// What the edge has to know of a request, read from Node's and from the web's own form of it.
import type { SessionContent } from "../session/index.ts";
import type { Presentation } from "../verify/index.ts";
import { type Credentials, schemeOf } from "./credentials.ts";
import { formToken, isForm, tokenInForm } from "./form.ts";
import { isPreflight } from "./preflight.ts";

/**
 * What the edge has to know of a request; each framework fills it in. What only a sender-constrained token needs is read
 * when it is asked for.
 */
export interface RequestFacts extends Presentation, Credentials {
  /** One header's value, by its name in lower case; several values joined as HTTP joins them. Read where there is no token. */
  header(name: string): string | undefined;
  /** The route's pattern (`/users/:id`), where the framework tells it. */
  readonly route: string | undefined;
  readonly requestId: string | undefined;
  /** Whether this is a CORS preflight, as {@link isPreflight} judges it. */
  readonly preflight?: boolean;
  /** Set by the guard that lets the request in: the `DPoP-Nonce` of the answer. */
  dpopNonce?: string | undefined;
  /** Whether a form body holds `access_token` (RFC 6750 §2); a function where the body has yet to be read. */
  readonly tokenInForm?: boolean | (() => Promise<boolean>);
  /** Set by a guard that takes sessions, where there was no token. */
  session?: AskedSession | undefined;
}

/** What a guard learned of a request's session. */
export interface AskedSession {
  /** Whether the request had cookies to ask about: then its answer is for nobody else. */
  readonly asked: boolean;
  /** Values of `Set-Cookie` for the answer, whatever it is. */
  readonly cookies: readonly string[];
  /** `undefined` where nobody is signed in. */
  readonly content: SessionContent | undefined;
  /** When the session ends by itself, at the latest, in milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** Node's request, as far as it is read here; HTTP/2's compatibility request has the same form. */
export interface NodeMessage {
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** A `TLSSocket` has the client's certificate. */
  readonly socket?: unknown;
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
  return new NodeFacts(message, context);
}

/** A class, so that a request without a bound token pays nothing for the getters. */
class NodeFacts implements RequestFacts {
  readonly authorization: string | readonly string[] | undefined;
  readonly method: string;
  readonly url: string;
  readonly route: string | undefined;
  readonly requestId: string | undefined;
  readonly preflight: boolean;
  readonly tokenInForm: boolean;
  dpopNonce: string | undefined = undefined;
  session: AskedSession | undefined = undefined;
  readonly #message: NodeMessage;

  constructor(message: NodeMessage, { route, requestId, originalUrl, parsed }: NodeContext) {
    const { rawHeaders, method = "" } = message;
    const authorization = rawValues(rawHeaders, "authorization");
    this.authorization = authorization;
    this.method = method;
    this.url = originalUrl ?? message.url ?? "";
    this.route = route;
    this.requestId = idText(requestId);
    this.preflight =
      method === "OPTIONS" && authorization === undefined && isPreflight((name) => message.headers[name]);
    // Without a type, a body is no form.
    this.tokenInForm =
      parsed !== undefined &&
      rawValues(rawHeaders, "content-type") !== undefined &&
      tokenInForm(parsed.body, message);
    this.#message = message;
  }

  header(name: string) {
    return joined(name, rawValues(this.#message.rawHeaders, name));
  }

  get scheme() {
    return schemeIn(this.authorization);
  }

  get proof() {
    return rawValues(this.#message.rawHeaders, "dpop");
  }

  get certificate() {
    return peerCertificate(this.#message);
  }

  get request(): object {
    return this.#message;
  }
}

/** What a framework on `Request` adds to it. */
export interface WebContext {
  readonly route?: string | undefined;
  readonly requestId?: unknown;
  /** Node's request, where Node is underneath: only its raw header list shows a second `Authorization`. */
  readonly incoming?: Partial<NodeMessage> | undefined;
}

/** Reads a `Request`. Its `headers`, which a server on Node builds when they are first asked for, are left alone where they can be. */
export function webFacts(request: Request, context: WebContext = {}): RequestFacts {
  return new WebFacts(request, context);
}

class WebFacts implements RequestFacts {
  readonly authorization: string | readonly string[] | undefined;
  readonly method: string;
  readonly url: string;
  readonly route: string | undefined;
  readonly requestId: string | undefined;
  readonly preflight: boolean;
  readonly tokenInForm: false | (() => Promise<boolean>);
  dpopNonce: string | undefined = undefined;
  session: AskedSession | undefined = undefined;
  readonly #request: Request;
  readonly #incoming: Partial<NodeMessage> | undefined;

  constructor(request: Request, { route, requestId, incoming: claimed }: WebContext) {
    const { method, url } = request;
    const incoming = claimed && isOf(claimed, request) ? claimed : undefined;
    const rawHeaders = incoming?.rawHeaders;
    const authorization = rawHeaders
      ? rawValues(rawHeaders, "authorization")
      : (request.headers.get("authorization") ?? undefined);
    this.authorization = authorization;
    this.method = method;
    this.url = url;
    this.route = route;
    this.requestId = idText(requestId);
    this.preflight =
      method === "OPTIONS" && authorization === undefined && isPreflight((name) => request.headers.get(name));
    this.tokenInForm =
      method !== "GET" && method !== "HEAD" && isForm(request.headers.get("content-type"))
        ? () => formToken(request)
        : false;
    this.#request = request;
    this.#incoming = incoming;
  }

  header(name: string) {
    const raw = this.#incoming?.rawHeaders;
    return raw ? joined(name, rawValues(raw, name)) : (this.#request.headers.get(name) ?? undefined);
  }

  get scheme() {
    return schemeIn(this.authorization);
  }

  get proof() {
    const raw = this.#incoming?.rawHeaders;
    // Two headers, joined by `Headers`, are no longer one JWT.
    return raw ? rawValues(raw, "dpop") : (this.#request.headers.get("dpop") ?? undefined);
  }

  get certificate() {
    return this.#incoming && peerCertificate(this.#incoming);
  }

  get request(): object {
    return this.#incoming ?? this.#request;
  }
}

/** Whose each of Node's requests is: the first that came with it. */
const owner = Symbol("sallyport request");

/**
 * Whether Node's request is the one that a `Request` was made of. An application that calls itself (`app.request(…, c.env)`)
 * hands on the outer one's, whose credentials are not those of the inner request.
 */
function isOf(incoming: Partial<NodeMessage> & { [owner]?: Request }, request: Request): boolean {
  if (incoming[owner] !== undefined) return incoming[owner] === request;
  if (incoming.method !== request.method || !request.url.endsWith(incoming.url ?? "")) return false;
  incoming[owner] = request;
  return true;
}

function schemeIn(authorization: RequestFacts["authorization"]): "Bearer" | "DPoP" {
  return (typeof authorization === "string" && schemeOf(authorization)) || "Bearer";
}

/** A request's id as a text. */
export function idText(id: unknown): string | undefined {
  return typeof id === "string" ? id : typeof id === "number" ? String(id) : undefined;
}

/** `undefined`, the one value, or the list of all values of a header in Node's raw header list. */
export function rawValues(
  rawHeaders: readonly string[],
  wanted: string,
): string | readonly string[] | undefined {
  let found: string | string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length !== wanted.length || (name !== wanted && name.toLowerCase() !== wanted)) continue;
    const value = rawHeaders[index + 1] as string;
    if (found === undefined) found = value;
    else if (typeof found === "string") found = [found, value];
    else found.push(value);
  }
  return found;
}

/** As `Headers` joins them (RFC 9110 §5.3, and for cookies RFC 9113 §8.2.3). */
export function joined(name: string, values: ReturnType<typeof rawValues>): string | undefined {
  return typeof values === "object" ? values.join(name === "cookie" ? "; " : ", ") : values;
}

/** The certificate that the client proved in the TLS handshake, in DER; whoever issued it. */
function peerCertificate({ socket }: Pick<NodeMessage, "socket">): Uint8Array | undefined {
  const { getPeerCertificate } = (socket ?? {}) as {
    getPeerCertificate?: () => { readonly raw?: Uint8Array } | null;
  };
  return typeof getPeerCertificate === "function" ? getPeerCertificate.call(socket)?.raw : undefined;
}
