// Access tokens for this application itself (RFC 6749 §4.4): asked for once, used until shortly before they expire.
import { AuthError } from "../errors.ts";
import { checkOptions, isFunction, isPlainObject, isText, type OptionTable } from "../options.ts";
import { asAuthError } from "./context.ts";
import type { ProviderClient } from "./provider-client.ts";
import type { TokenAnswer } from "./token-answer.ts";

/** What a token is to be for. */
export interface TokenSourceRequest {
  /** The provider. Default: the first. */
  readonly issuer?: string;
  readonly scopes?: readonly string[];
  /** The API that it is for (RFC 8707). */
  readonly resource?: string;
  /** Other parameters of the request (`audience` at Auth0). */
  readonly extra?: Readonly<Record<string, string>>;
  /** Sends the calls of the source's own `fetch`. Default: the global one; `deps.fetch` is for the provider alone. */
  readonly fetch?: typeof globalThis.fetch;
}

const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

/** Rows of {@link TokenSourceRequest}. */
const requestTable = {
  issuer: { check: isText, takes: "one that has a `clientId`", doc: "The provider.", default: "the first" },
  scopes: { check: isTexts, takes: "a list of texts", doc: "Scopes to ask for." },
  resource: { check: isText, takes: "a text", doc: "The API that the token is for (RFC 8707)." },
  extra: {
    check: (value) => isPlainObject(value) && Object.values(value).every(isText),
    takes: "an object of texts",
    doc: "Other parameters of the request.",
  },
  fetch: {
    check: isFunction,
    takes: "a function like fetch",
    doc: "Sends the calls of the source's own `fetch`.",
    default: "global `fetch`",
  },
} as const satisfies OptionTable;

/** Access tokens, one after the other. */
export interface TokenSource {
  /**
   * The token in use, or a new one.
   *
   * @throws AuthError by rejection: `provider_unavailable`, `provider_refused_client`, `login_refused`
   */
  token(): Promise<string>;
  /** `fetch` with the token in `Authorization`; where it is refused (401), a request without a body is sent once more with a new one. */
  readonly fetch: typeof globalThis.fetch;
}

/** What {@link createTokenSource} needs. */
export interface TokenSourceDeps {
  readonly api: ProviderClient;
  readonly now: () => number;
}

/** Where the provider does not say how long a token lives, it is used so long. */
const unsaidMs = 60_000;
const marginMs = 30_000;
/** So long nobody asks again after a failure. */
const cooldownMs = 1_000;
/** A token that is younger and refused is not mended by another. */
const shortestLifeMs = 30_000;
/** A runtime that ends a request may end its work as well, and then it settles never. */
const lostMs = 60_000;

/** @throws TypeError where an option is unknown or of the wrong form */
export function createTokenSource(request: TokenSourceRequest, { api, now }: TokenSourceDeps): TokenSource {
  checkOptions("tokenSource", request, requestTable);
  // Read at each call: a tracer may replace the global later.
  const { scopes = [], resource, extra = {}, fetch = (...call) => globalThis.fetch(...call) } = request;
  const parameters = new URLSearchParams({
    ...extra,
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
    ...(resource !== undefined && { resource }),
  });
  let known: { readonly answer: TokenAnswer; readonly since: number; readonly until: number } | undefined;
  let flight: { readonly at: number; readonly token: Promise<string> } | undefined;
  let failure: { readonly at: number; readonly error: AuthError } | undefined;

  async function ask(): Promise<string> {
    try {
      const answer = await api.grant({ what: "The request for an own token" }, ({ openid, config }) =>
        openid.clientCredentialsGrant(config, parameters),
      );
      const lifetime = answer.expiresAt === undefined ? unsaidMs : answer.expiresAt - now();
      // A token that lives for less than the margin twice is used for half of its life.
      known = { answer, since: now(), until: now() + lifetime - Math.min(marginMs, lifetime / 2) };
      failure = undefined;
      return answer.accessToken;
    } catch (thrown) {
      failure = { at: now(), error: asAuthError(thrown) };
      throw failure.error;
    }
  }

  async function token(): Promise<string> {
    const at = now();
    if (known && at < known.until) return known.answer.accessToken;
    if (failure && at >= failure.at && at - failure.at < cooldownMs) {
      const { code, message } = failure.error;
      throw new AuthError(code, message);
    }
    if (!flight || Math.abs(at - flight.at) > lostMs) {
      const begun = {
        at,
        token: ask().finally(() => {
          if (flight === begun) flight = undefined;
        }),
      };
      flight = begun;
    }
    return flight.token;
  }

  async function send(input: Request | string | URL, init?: RequestInit): Promise<Response> {
    const first = new Request(input, init);
    const again = first.body === null ? first.clone() : undefined;
    const used = await token();
    const response = await fetch(carrying(first, used));
    if (response.status !== 401 || !again) return response;
    // Revoked, or of keys that have changed: not the one that others got meanwhile.
    if (known?.answer.accessToken === used) {
      if (now() - known.since < shortestLifeMs) return response;
      known = undefined;
    }
    await response.body?.cancel();
    return fetch(carrying(again, await token()));
  }

  return { token, fetch: send };
}

function carrying(request: Request, token: string): Request {
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${token}`);
  return new Request(request, { headers });
}
