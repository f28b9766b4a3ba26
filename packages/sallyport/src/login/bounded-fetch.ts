// A `fetch` for the provider's endpoints, with limits that really end a request: where to, how long, how large, no redirect.
import { AuthError } from "../errors.ts";
import { outline } from "../outline.ts";
import { readText } from "../verify/index.ts";

/** What {@link createBoundedFetch} needs. */
export interface BoundedFetchOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly mayAsk: (url: string) => boolean;
  readonly timeoutMs: number;
}

/** As openid-client calls it, and without what not every runtime knows. */
export type BoundedFetch = (url: string, init: object) => Promise<Response>;

const mostBytes = 262_144;
/** Statuses without a body (RFC 9110 §15.3.5, §15.4.5). */
const bodiless = [101, 204, 205, 304];

/** Every failure of its own is an AuthError `provider_unavailable`. */
export function createBoundedFetch({ fetch, mayAsk, timeoutMs }: BoundedFetchOptions): BoundedFetch {
  return async (url, init) => {
    if (!mayAsk(url)) throw unavailable("an address that is not https may not be asked");
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Raced against, not only aborted: a `fetch` of the user's own may ignore the signal.
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        abort.abort();
        reject(unavailable(`no whole answer within ${timeoutMs} ms`));
      }, timeoutMs);
    });
    try {
      return await Promise.race([deadline, load()]);
    } finally {
      clearTimeout(timer);
    }

    async function load(): Promise<Response> {
      let response: Response;
      try {
        response = await fetch(url, { ...init, redirect: "manual", signal: abort.signal } as RequestInit);
      } catch (thrown) {
        throw unavailable("no answer came", thrown);
      }
      const { status, headers, redirected } = response;
      if (redirected || status === 0 || (status >= 300 && status < 400)) {
        response.body?.cancel().catch(() => {});
        throw unavailable("the answer was a redirect, which is not followed");
      }
      const { body } = response;
      const text = body
        ? await readText(body, { maxBytes: mostBytes, signal: abort.signal, fail: unreadable })
        : "";
      return new Response(bodiless.includes(status) ? null : text, { status, headers: plain(headers) });
    }
  };
}

/** The body is decoded by now: what describes its bytes on the wire is no longer true. */
function plain(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) kept.delete(name);
  return kept;
}

function unreadable(message: string, thrown?: unknown): AuthError {
  return unavailable(message.charAt(0).toLowerCase() + message.slice(1), thrown);
}

function unavailable(why: string, thrown?: unknown): AuthError {
  const cause = thrown === undefined ? {} : { cause: outline(thrown) };
  return new AuthError("provider_unavailable", `The provider cannot be asked: ${why}`, cause);
}
