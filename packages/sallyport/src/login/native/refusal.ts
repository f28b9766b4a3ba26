// Refusals as native clients read them (RFC 6749 §5.2, RFC 8628 §3.5): the wire's words, and ours for the log.
import { AuthError, type AuthErrorCode } from "../../errors.ts";
import type { Answer } from "../../http/index.ts";
import { asAuthError } from "../context.ts";
import { ProviderFailure } from "../failure.ts";
import type { Pages } from "../pages.ts";

/** `error` on the wire → HTTP status, our code, and what the client's log may say. */
const words = {
  invalid_request: [400, "login_interrupted", "The request is not one that this endpoint takes"],
  invalid_grant: [400, "login_refused", "The code or token is not good, or is good no more"],
  invalid_scope: [400, "login_refused", "A scope is asked for that is not given"],
  unsupported_grant_type: [400, "login_interrupted", "The grant type is none of this endpoint's"],
  authorization_pending: [400, "login_refused", "Nobody has confirmed the sign-in yet"],
  slow_down: [400, "login_refused", "Ask less often"],
  access_denied: [400, "login_refused", "The sign-in was refused"],
  expired_token: [400, "login_refused", "The sign-in was not confirmed in time"],
  temporarily_unavailable: [503, "provider_unavailable", "The provider cannot be asked at the moment"],
} as const satisfies Record<string, readonly [number, AuthErrorCode, string]>;

export type WireError = keyof typeof words;

/** What a native client is told, and what the log is. */
export class NativeRefusal extends Error {
  override readonly name = "NativeRefusal";
  readonly wire: WireError;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  readonly error: AuthError;

  /** @param options `status`: another than the word's own */
  constructor(
    wire: WireError,
    message: string,
    options: { readonly status?: number; readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    const { status = words[wire][0], retryAfterSeconds, cause } = options;
    super(message);
    this.wire = wire;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.error =
      cause instanceof AuthError ? cause : new AuthError(words[wire][1], message, cause ? { cause } : {});
  }
}

/** What went wrong, as RFC 6749 has it: an outage is no reason to throw a token away, and everything else is. */
export function asNativeRefusal(thrown: unknown): NativeRefusal {
  if (thrown instanceof NativeRefusal) return thrown;
  const error = asAuthError(thrown);
  const { message, status, retryAfterSeconds = 5 } = error;
  if (status === 503) {
    return new NativeRefusal("temporarily_unavailable", message, { retryAfterSeconds, cause: error });
  }
  const scope = thrown instanceof ProviderFailure && thrown.code === "invalid_scope";
  return new NativeRefusal(scope ? "invalid_scope" : "invalid_grant", message, { cause: error });
}

/** The refusal as an answer. */
export function refusalAnswer(pages: Pages, { wire, status, retryAfterSeconds }: NativeRefusal): Answer {
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return pages.json(status, { error: wire, error_description: words[wire][2] }, { headers });
}
