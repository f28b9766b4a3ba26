// One JSON document over HTTPS, with limits that really end the request: time in all, bytes after decompression, no redirect.
import { AuthError, type AuthErrorCode } from "../../errors.ts";
import { firstCode, outline } from "../outline.ts";

/** What {@link fetchDocument} needs to know. */
export interface FetchDocumentOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds within which the whole document must have arrived. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Ends the request early when the verifier is closed. */
  readonly signal: AbortSignal;
  /** The code of a transport failure. */
  readonly failure: AuthErrorCode;
}

/** A document and how long its server lets it be kept. */
export interface FetchedDocument {
  readonly document: Readonly<Record<string, unknown>>;
  /** `max-age` less `Age`, in seconds; `undefined` where the server says nothing. */
  readonly maxAgeSeconds: number | undefined;
}

/**
 * Fetches a JSON object.
 *
 * @throws AuthError with `options.failure`: unreachable, too slow, too large, redirected, not 200, not a JSON object
 */
export async function fetchDocument(url: string, options: FetchDocumentOptions): Promise<FetchedDocument> {
  const { fetch, timeoutMs, maxBytes, signal, failure } = options;
  const fail = (message: string, thrown?: unknown) => {
    if (thrown === undefined) return new AuthError(failure, message);
    const code = firstCode(thrown);
    return new AuthError(failure, code ? `${message} (${code})` : message, { cause: outline(thrown) });
  };
  const abort = new AbortController();
  const stop = () => abort.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Raced against, not only aborted: a `fetch` of the user's own may ignore the signal.
  const deadline = new Promise<never>((_, reject) => {
    const end = (message: string) => {
      abort.abort();
      reject(fail(message));
    };
    timer = setTimeout(() => end(`No whole answer within ${timeoutMs} ms`), timeoutMs);
    if (signal.aborted) end("The verifier was closed");
    signal.addEventListener("abort", () => end("The verifier was closed"), {
      once: true,
      signal: abort.signal,
    });
  });
  try {
    return await Promise.race([deadline, load()]);
  } finally {
    clearTimeout(timer);
    stop();
  }

  async function load(): Promise<FetchedDocument> {
    let response: Response;
    try {
      response = await fetch(url, {
        headers: { accept: "application/json, application/jwk-set+json" },
        // Not "error", which workerd does not know: a redirect is an answer that is not 200.
        redirect: "manual",
        signal: abort.signal,
      });
    } catch (cause) {
      throw fail("The request failed before an answer came", cause);
    }
    if (response.status !== 200 || response.redirected) {
      response.body?.cancel().catch(() => {});
      throw fail(`The answer was ${response.status}, not 200`);
    }
    const text = await readText(response, maxBytes, abort.signal, fail);
    return { document: parseObject(text, fail), maxAgeSeconds: freshness(response.headers) };
  }
}

type Fail = (message: string, thrown?: unknown) => AuthError;

async function readText(
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
  fail: Fail,
): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) throw fail("The answer has no body");
  // The body is ended here as well: a `fetch` of the user's own may ignore the signal.
  const cancel = () => {
    reader.cancel().catch(() => {});
  };
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        cancel();
        throw fail(`The answer is larger than ${maxBytes} bytes`);
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (cause) {
    throw cause instanceof AuthError ? cause : fail("The answer broke off or is not UTF-8", cause);
  }
}

function parseObject(text: string, fail: Fail): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail("The answer is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw fail("The answer is not a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

// RFC 9111 §5.2.2, §5.1. `no-store` and `no-cache` count as zero (not `no-cache="…"`, which is of header fields alone); the
// caller sets the bounds.
function freshness(headers: Headers): number | undefined {
  const control = headers.get("cache-control")?.toLowerCase() ?? "";
  if (/(^|[\s,])no-(store|cache)($|[\s,])/.test(control)) return 0;
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,12})/.exec(control)?.[1];
  if (maxAge === undefined) return undefined;
  const age = /^\d{1,12}$/.test(headers.get("age") ?? "") ? Number(headers.get("age")) : 0;
  return Math.max(0, Number(maxAge) - age);
}
