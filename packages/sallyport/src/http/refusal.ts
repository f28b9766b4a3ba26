// AuthError → what goes over the wire: one form for every refusal (DESIGN, decision 8).
import { isThenable } from "../chain.ts";
import { AuthError, bodyError, type ChallengeOptions } from "../errors.ts";

/** The answer to a refused request, before a framework sends it. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly error: AuthError;
}

/** What {@link OnRefused} may change. */
export interface RefusalChange {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is, and `undefined` sends an empty body. */
  readonly body?: unknown;
}

/** May change the body and headers of a refusal; the status stays what it is. If it fails, the refusal goes out unchanged. */
export type OnRefused = (refusal: Refusal) => RefusalChange | undefined;

/** What a refusal takes from the application. */
export interface RefusalDeps {
  /** What every challenge says of this API. */
  readonly challenge: ChallengeOptions;
  readonly onRefused?: OnRefused | undefined;
  /** `throw` hands the error to the framework's own error handling, with the headers set. */
  readonly refuse?: "answer" | "throw";
  /** Hears of an `onRefused` that failed. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What a guard answers in place of the handler; a framework sends it as it is. */
export class Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text; `undefined` where there is none. */
  readonly text: string | undefined;
  /** To be handed to the framework's error handling in place of `status` and `text`. */
  readonly thrown: AuthError | undefined;
  /** Values of `Set-Cookie`, each a header of its own. */
  readonly cookies: readonly string[];

  constructor(
    status: number,
    headers: Readonly<Record<string, string>>,
    text: string | undefined,
    thrown?: AuthError,
    cookies: readonly string[] = [],
  ) {
    this.status = status;
    this.headers = headers;
    this.text = text;
    this.thrown = thrown;
    this.cookies = cookies;
  }
}

/** What a refusal has where there are sessions. */
export interface SessionRefusal {
  /** Where signing in would cure it (`login_url` of the body). */
  readonly loginUrl?: string | undefined;
  readonly cookies?: readonly string[] | undefined;
}

/** The answer to a refused request. */
export class Refused extends Answer implements Refusal {
  readonly body: unknown;
  readonly error: AuthError;

  /** @param scheme what the request used */
  constructor(
    error: AuthError,
    deps: RefusalDeps,
    scheme?: ChallengeOptions["scheme"],
    { loginUrl, cookies }: SessionRefusal = {},
  ) {
    const challenge = scheme ? { ...deps.challenge, scheme } : deps.challenge;
    const first = defaultRefusal(error, challenge, loginUrl);
    const { headers, body, text } = changed(first, deps);
    const thrown = deps.refuse === "throw" ? forCaller(error, loginUrl) : undefined;
    super(first.status, thrown ? withoutType(headers) : headers, text, thrown, cookies);
    this.body = body;
    this.error = error;
  }
}

/**
 * The error as it is thrown: a framework's own error handling may well send `message`, so that is what the caller may read;
 * the reason stays in `cause`, for the log.
 */
function forCaller(error: AuthError, loginUrl: string | undefined): AuthError {
  const { code, description, retryAfterSeconds, scopes, acrValues, maxAgeSeconds, dpopNonce } = error;
  return new AuthError(code, description, {
    cause: error,
    scopes,
    acrValues,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(dpopNonce === undefined ? {} : { dpopNonce }),
    ...(loginUrl === undefined ? {} : { loginUrl }),
  });
}

function defaultRefusal(error: AuthError, options: ChallengeOptions, loginUrl: string | undefined): Refusal {
  const challenge = error.challenge(options);
  return {
    status: error.status,
    headers: Object.freeze({
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
      ...(error.dpopNonce === undefined ? {} : { "dpop-nonce": error.dpopNonce }),
      ...(error.status === 503 ? { "retry-after": String(error.retryAfterSeconds ?? 5) } : {}),
    }),
    body: Object.freeze({
      error: bodyError(error.code),
      error_description: error.description,
      ...(loginUrl === undefined ? {} : { login_url: loginUrl }),
    }),
    error,
  };
}

/** Of a body that someone else will write. */
function withoutType({ "content-type": _type, ...headers }: Readonly<Record<string, string>>) {
  return headers;
}

interface Form {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly text: string | undefined;
}

/** The refusal as `onRefused` wants it, or as it was: an application's mistake must never turn a refusal into a crash. */
function changed(first: Refusal, { onRefused, warn }: RefusalDeps): Form {
  const plain: Form = { headers: first.headers, body: first.body, text: JSON.stringify(first.body) };
  if (!onRefused) return plain;
  try {
    const change: unknown = onRefused(Object.freeze(first));
    return change === undefined || change === null ? plain : apply(first, change);
  } catch {
    try {
      warn?.("onRefused failed or gave what can't be sent: the refusal went out unchanged");
    } catch {
      // A logger's failure is the logger's.
    }
    return plain;
  }
}

function apply(first: Refusal, change: unknown): Form {
  if (typeof change !== "object" || change === null)
    throw new TypeError("onRefused takes a function to { headers, body }");
  if (isThenable(change)) {
    change.then(undefined, () => {});
    throw new TypeError("onRefused takes a function that answers at once");
  }
  const { headers, body } = { body: first.body, ...change } as RefusalChange;
  const merged: Record<string, string> = { ...first.headers, ...checkedHeaders(headers) };
  const text = typeof body === "string" ? body : (JSON.stringify(body) as string | undefined);
  if (text === undefined) delete merged["content-type"];
  return { headers: merged, body, text };
}

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They describe the bytes on the wire, which are the framework's. */
const framing = ["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"];

function checkedHeaders(headers: unknown): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const lower = name.toLowerCase();
    if (
      !headerName.test(name) ||
      typeof value !== "string" ||
      !headerValue.test(value) ||
      framing.includes(lower)
    ) {
      throw new TypeError(
        "The headers of a refusal take names and values of HTTP, and none that frame the body",
      );
    }
    checked[lower] = value;
  }
  return checked;
}
