// What a provider refuses with → one sentence with what to do (RFC 6749 §5.2, §4.1.2.1; RFC 8628 §3.5; RFC 8707 §2).
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from "openid-client";
import { codeOf } from "../answer.ts";
import { RefusedError, UnansweredError, UsageError } from "../io.ts";
import { harmless } from "../style.ts";

const advice: Readonly<Record<string, string>> = {
  invalid_client: "compare the client's id and secret with the provider's",
  unauthorized_client: "allow this flow for the client at the provider",
  unsupported_grant_type: "the provider does not offer this flow",
  invalid_scope: "ask for scopes that the client may have (--scope)",
  invalid_target: "ask for an API that the provider knows (--resource)",
  invalid_grant: "start again: the code was used, is too old, or belongs to another",
  access_denied: "the person, or a policy of the provider, said no",
  expired_token: "nobody entered the code in time; start again",
  login_required: "sign in at the provider, and start again",
};

/** The error to throw for what openid-client threw. Its own sentences are fixed ones: no text of a token is in them. */
export function failureOf(error: unknown, otherwise: string): Error {
  if (error instanceof UsageError || error instanceof RefusedError) return error;
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    return refusal(error.error, error.error_description);
  }
  // RFC 6749 §5.2: a client that used HTTP Basic is refused with 401 and a challenge.
  if (error instanceof WWWAuthenticateChallengeError) return refusal("invalid_client", undefined);
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (code === "OAUTH_TIMEOUT") return new RefusedError("Nobody answered in time; start again");
  const message = cause instanceof Error ? cause.message : (error as Error).message;
  if (typeof code === "string" && code.startsWith("OAUTH_"))
    return new RefusedError(`${otherwise}: ${harmless(message)}`);
  const deeper = codeOf(error);
  return new UnansweredError(`${otherwise}: ${deeper === "failed" ? harmless(message) : deeper}`);
}

function refusal(code: string, description: string | undefined): RefusedError {
  const words = description === undefined ? "" : ` (${harmless(description)})`;
  const known = Object.hasOwn(advice, code) ? `: ${advice[code]}` : "";
  return new RefusedError(`The provider answers ${harmless(code, 60)}${words}${known}`);
}
