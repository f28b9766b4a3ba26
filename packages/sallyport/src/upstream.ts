// Calls to other services in the caller's name: with the access token of the session or of the request, and what it is bound to.
import { createDpopFetch, createDpopKey } from "./client/index.ts";
import { accessTokenOf, type RequestFacts } from "./http/index.ts";
import { importDpopKey } from "./login/index.ts";
import { checkOptions, isFunction, type OptionTable } from "./options.ts";

/** Options of `auth.upstream()`. */
export interface UpstreamOptions {
  /** Sends the calls. Default: the global `fetch`; `deps.fetch` is for the provider alone. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Rows of {@link UpstreamOptions}. */
const upstreamTable = {
  fetch: {
    check: isFunction,
    takes: "a function like fetch",
    doc: "Sends the calls.",
    default: "global `fetch`",
  },
} as const satisfies OptionTable;

/** What {@link upstreamFetch} needs. */
export interface UpstreamDeps {
  readonly now?: (() => number) | undefined;
}

/**
 * A `fetch` that adds the caller's access token, and the proof that goes with a session's bound one (RFC 9449). It follows no
 * redirect: a token is for who was asked.
 *
 * @throws TypeError by rejection: where an option is unknown or of the wrong form, nobody in particular was let in, or the token
 * is bound to a key of the caller's own
 */
export async function upstreamFetch(
  facts: RequestFacts,
  options: UpstreamOptions,
  { now }: UpstreamDeps,
): Promise<typeof globalThis.fetch> {
  checkOptions("auth.upstream", options, upstreamTable);
  // Read at each call: a tracer may replace the global later.
  const { fetch = (...call) => globalThis.fetch(...call) } = options;
  const { accessToken: bound, dpopKey } = facts.session?.content?.tokens ?? {};
  if (bound !== undefined && dpopKey) {
    const key = await createDpopKey(await importDpopKey(dpopKey));
    return createDpopFetch({ key, accessToken: bound, fetch, ...(now && { now }) });
  }
  const accessToken = accessTokenOf(facts);
  return (input, init) => {
    const request = new Request(input, { ...init, redirect: "manual" });
    request.headers.set("authorization", `Bearer ${accessToken}`);
    return fetch(request);
  };
}
