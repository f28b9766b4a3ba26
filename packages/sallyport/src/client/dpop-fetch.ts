// A `fetch` that calls an API with a DPoP-bound token: a proof for each request, and the server's nonces (RFC 9449 §7, §9).
import { checkClientOptions, dpopKey, optionally, type Rules, text, tokenSource } from "./checks.ts";
import { createDpopProof, type DpopKey } from "./dpop-key.ts";

/** Options of {@link createDpopFetch}. */
export interface DpopFetchOptions {
  readonly key: DpopKey;
  /** The token, or what brings one that is still good. */
  readonly accessToken: string | (() => string | Promise<string>);
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const callable = (takes: string) => (value: unknown) => (typeof value === "function" ? undefined : takes);
const rules: Rules = {
  key: dpopKey,
  accessToken: tokenSource,
  fetch: optionally(callable("a function like fetch")),
  now: optionally(callable("a function that returns milliseconds")),
};

/**
 * Makes a `fetch` that adds the token and its proof, and repeats a request once where the server asks for a nonce. A body that is
 * a stream is kept in memory for that. A redirect is an error, since a proof is good for one URL; `redirect: "manual"` shows it.
 *
 * @throws TypeError where an option is unknown, missing or of the wrong form
 *
 * @example
 * ```ts
 * const key = await createDpopKey();
 * const api = createDpopFetch({ key, accessToken });
 * const orders = await api("https://api.example.org/orders");
 * ```
 */
export function createDpopFetch(options: DpopFetchOptions): typeof globalThis.fetch;
export function createDpopFetch(
  options: DpopFetchOptions,
  ...others: readonly unknown[]
): typeof globalThis.fetch {
  checkClientOptions("createDpopFetch", options, rules, others);
  const { key, accessToken, fetch = globalThis.fetch, now = Date.now } = options;
  /** The last nonce of each server. */
  const nonces = new Map<string, string>();

  async function send(request: Request): Promise<Response> {
    const token = typeof accessToken === "string" ? accessToken : await accessToken();
    if (text(token) !== undefined) throw new TypeError("createDpopFetch: `accessToken` brought no token");
    const { method, url } = request;
    const nonce = nonces.get(new URL(url).origin);
    const headers = new Headers(request.headers);
    headers.set("authorization", `DPoP ${token}`);
    headers.set("dpop", await createDpopProof(key, { method, url, accessToken: token, nonce, now: now() }));
    // Not "error", which workerd does not know.
    const response = await fetch(new Request(request, { headers, redirect: "manual" }));
    if (request.redirect !== "manual" && isRedirect(response)) {
      response.body?.cancel().catch(() => {});
      throw new TypeError("The server redirects, and a DPoP proof is good for one URL");
    }
    return response;
  }

  return async (input, init) => {
    const request = new Request(input, init);
    const again = request.clone();
    const { origin } = new URL(request.url);
    const response = await send(request);
    const nonce = response.headers.get("dpop-nonce");
    if (nonce === null || nonce === nonces.get(origin)) return response;
    nonces.set(origin, nonce);
    if (!asksForNonce(response)) return response;
    await response.body?.cancel();
    return send(again);
  };
}

function asksForNonce({ status, headers }: Response): boolean {
  return (
    status === 401 && /\bdpop\b.*\berror="?use_dpop_nonce\b/i.test(headers.get("www-authenticate") ?? "")
  );
}

/** Browsers show a redirect that is not followed as one of no status. */
function isRedirect({ status, type }: Response): boolean {
  return [301, 302, 303, 307, 308].includes(status) || type === "opaqueredirect";
}
