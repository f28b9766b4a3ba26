// `sallyport/client/mtls`: a `fetch` that calls an API with a client certificate and the token bound to it (RFC 8705 §3). Node alone.
import { createHash, X509Certificate } from "node:crypto";
import { Agent, type RequestOptions, request as send } from "node:https";
import { Readable } from "node:stream";
import { checkClientOptions, optionally, type Rules, tokenSource } from "./checks.ts";

/** Options of {@link createMtlsFetch}; certificates and keys in PEM. */
export interface MtlsFetchOptions {
  /** The client's certificate. */
  readonly cert: string;
  /** Its private key. */
  readonly key: string;
  /** Whom the server's certificate may come from. Default: Node's own list. */
  readonly ca?: string | readonly string[];
  /** The token, or what brings one that is still good. */
  readonly accessToken: string | (() => string | Promise<string>);
}

const pem = (label: string) => (value: unknown) =>
  typeof value === "string" && value.includes(`${label}-----`)
    ? undefined
    : `the text of a PEM file (-----BEGIN ${label}-----), not its path`;
const authorities = (value: unknown) =>
  [value].flat().every((one) => pem("CERTIFICATE")(one) === undefined)
    ? undefined
    : "certificates in PEM, one text or a list";
const rules: Rules = {
  cert: pem("CERTIFICATE"),
  key: pem("PRIVATE KEY"),
  ca: optionally(authorities),
  accessToken: tokenSource,
};

/**
 * Makes a `fetch` that shows a client certificate, which Node's own can't without a package. It follows no redirect: a 3xx is
 * the answer. Connections are kept open; the process may end all the same.
 *
 * @throws TypeError where an option is missing, unknown or of the wrong form; by rejection, where the URL is not https
 *
 * @example
 * ```ts
 * const api = createMtlsFetch({ cert, key, accessToken });
 * const orders = await api("https://api.example.org/orders");
 * ```
 */
export function createMtlsFetch(options: MtlsFetchOptions): typeof globalThis.fetch;
export function createMtlsFetch(
  options: MtlsFetchOptions,
  ...others: readonly unknown[]
): typeof globalThis.fetch {
  checkClientOptions("createMtlsFetch", options, rules, others);
  const { cert, key, ca, accessToken } = options;
  const agent = new Agent({
    keepAlive: true,
    cert,
    key,
    ...(ca !== undefined && { ca: ca as string | string[] }),
  });
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    // A certificate is shown in the TLS handshake, or to nobody.
    if (url.protocol !== "https:") throw new TypeError("createMtlsFetch takes https URLs only");
    const token = typeof accessToken === "string" ? accessToken : await accessToken();
    const headers = { ...Object.fromEntries(request.headers), authorization: `Bearer ${token}` };
    const sent: RequestOptions = { agent, method: request.method, headers, signal: request.signal };
    return exchange(url, sent, request.body && (await request.arrayBuffer()));
  };
}

/**
 * `x5t#S256`: what a token's `cnf` has to hold to be bound to a certificate (RFC 8705 §3.1).
 *
 * @param cert PEM, or DER
 * @throws where it is no certificate
 */
export function certificateThumbprint(cert: string | Uint8Array): string {
  return createHash("sha256").update(new X509Certificate(cert).raw).digest("base64url");
}

function exchange(url: URL, options: RequestOptions, body: ArrayBuffer | null): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = send(url, options, (message) => {
      const { statusCode: status = 0, statusMessage: statusText = "", rawHeaders } = message;
      const headers = new Headers();
      for (let index = 0; index < rawHeaders.length; index += 2) {
        headers.append(rawHeaders[index] as string, rawHeaders[index + 1] as string);
      }
      const empty = status === 204 || status === 205 || status === 304 || options.method === "HEAD";
      if (empty) message.resume();
      const stream = empty ? null : (Readable.toWeb(message) as ReadableStream);
      resolve(new Response(stream, { status, statusText, headers }));
    });
    outgoing.on("error", reject);
    outgoing.end(body === null ? undefined : Buffer.from(body));
  });
}
