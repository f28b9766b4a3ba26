// One answer over HTTPS, with limits that really end the request: time in all, bytes after decompression, no redirect.
import { AuthError, type AuthErrorCode } from "../errors.ts";
import { firstCode, outline } from "../outline.ts";
import { readText } from "./read-text.ts";

/** What {@link fetchText} needs to know. */
export interface FetchTextOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds within which the whole answer must have arrived. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Ends the request early when the verifier is closed. */
  readonly signal: AbortSignal;
  /** The code of a transport failure. */
  readonly failure: AuthErrorCode;
}

/** What a request sends: no more of `RequestInit` than every runtime knows. */
export interface SentRequest {
  readonly method?: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer. Its text is read only where it is a plain 200, and not where a `fetch` of the user's own was redirected to it. */
export interface FetchedText {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string | undefined;
}

/**
 * Sends one request and reads its answer.
 *
 * @throws AuthError with `options.failure`: unreachable, too slow, too large, not UTF-8
 */
export async function fetchText(
  url: string,
  request: SentRequest,
  options: FetchTextOptions,
): Promise<FetchedText> {
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

  async function load(): Promise<FetchedText> {
    let response: Response;
    try {
      response = await fetch(url, {
        ...request,
        // Not "error", which workerd does not know: a redirect is an answer that is not 200.
        redirect: "manual",
        signal: abort.signal,
      });
    } catch (cause) {
      throw fail("The request failed before an answer came", cause);
    }
    const { status, headers, redirected } = response;
    if (status !== 200 || redirected) {
      response.body?.cancel().catch(() => {});
      return { status, headers, text: undefined };
    }
    if (!response.body) throw fail("The answer has no body");
    return { status, headers, text: await readText(response.body, { maxBytes, signal: abort.signal, fail }) };
  }
}
