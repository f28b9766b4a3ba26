// AuthError → what goes over the wire: one form for every refusal (DESIGN, decision 8).
import type { AuthError } from "../errors.ts";

/** The answer to a refused request, before a framework sends it. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly error: AuthError;
}

/** May change the body and headers of a refusal; the status stays what it is. */
export type OnRefused = (
  refusal: Refusal,
) => { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } | undefined;

/** Tells a refusal from an identity. */
export class Refused implements Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly error: AuthError;

  constructor(
    error: AuthError,
    { realm, onRefused }: { readonly realm: string; readonly onRefused: OnRefused | undefined },
  ) {
    this.error = error;
    this.status = error.status;
    this.headers = headersOf(error, realm);
    // RFC 6750 §3.1 has no `error` for a request without credentials; the body names it all the same, for people.
    this.body = { error: error.error ?? bodyError(error), error_description: error.description };
    const change = onRefused?.(this);
    if (change?.headers) this.headers = { ...this.headers, ...lowerCase(change.headers) };
    if (change && "body" in change) this.body = change.body;
  }
}

function headersOf(error: AuthError, realm: string): Readonly<Record<string, string>> {
  const challenge = error.challenge({ realm });
  return {
    "cache-control": "no-store",
    ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
    ...(error.status === 503 ? { "retry-after": String(error.retryAfterSeconds ?? 5) } : {}),
  };
}

function bodyError(error: AuthError): string {
  return error.status === 503 ? "temporarily_unavailable" : "missing_token";
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
