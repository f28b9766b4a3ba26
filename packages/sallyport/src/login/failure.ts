// What openid-client throws → what we say: its errors carry answers of the provider, ours no more than a registered code.
import { AuthError } from "../errors.ts";
import { outline } from "../outline.ts";

/** A request to the provider that did not end well. */
export class ProviderFailure extends Error {
  override readonly name = "ProviderFailure";
  /** What is said of it, if nothing more is known where it happened. */
  readonly error: AuthError;
  /** The provider's own code, where it is a registered one. */
  readonly code: string | undefined;

  constructor(error: AuthError, code?: string) {
    super(error.message, { cause: error });
    this.error = error;
    this.code = code;
  }
}

/** RFC 6749 §4.1.2.1 and §5.2, OIDC Core §3.1.2.6, RFC 8628 §3.5, RFC 8707 §2, RFC 9449 §5. */
const registered: readonly string[] = [
  "access_denied",
  "account_selection_required",
  "authorization_pending",
  "consent_required",
  "expired_token",
  "interaction_required",
  "invalid_client",
  "invalid_dpop_proof",
  "invalid_grant",
  "invalid_request",
  "invalid_request_object",
  "invalid_request_uri",
  "invalid_scope",
  "invalid_target",
  "login_required",
  "request_not_supported",
  "server_error",
  "slow_down",
  "temporarily_unavailable",
  "unauthorized_client",
  "unmet_authentication_requirements",
  "unsupported_grant_type",
  "unsupported_response_type",
  "use_dpop_nonce",
];
const passing: readonly string[] = ["server_error", "temporarily_unavailable"];
const ofClient: readonly string[] = ["invalid_client", "unauthorized_client"];

/** A code that may be repeated: whatever else a provider sends is not. */
export function registeredCode(code: unknown): string | undefined {
  return registered.find((one) => one === code);
}

/** @param what was asked for: "The code", "The refresh token" */
export function failureOf(thrown: unknown, what: string): ProviderFailure {
  const inner = innermost(thrown);
  if (inner instanceof ProviderFailure) return inner;
  if (inner instanceof AuthError) return new ProviderFailure(inner);
  const { error: said, status } = thrown as { readonly error?: unknown; readonly status?: unknown };
  const code = registeredCode(said);
  const cause = outline(thrown);
  const because = code ? ` (${code})` : "";
  if (code !== undefined && ofClient.includes(code)) {
    return new ProviderFailure(
      new AuthError(
        "provider_refused_client",
        `The provider does not accept this application${because}: compare clientId, clientSecret and authMethod with what is registered there`,
        { cause },
      ),
      code,
    );
  }
  const refused = typeof status === "number" && status >= 400 && status < 500 && status !== 429;
  if (refused && (code === undefined || !passing.includes(code))) {
    return new ProviderFailure(
      new AuthError("login_refused", `${what} was refused by the provider${because}`, { cause }),
      code,
    );
  }
  return new ProviderFailure(
    new AuthError("provider_unavailable", `${what} got no answer that can be used${because}`, { cause }),
    code,
  );
}

/** openid-client wraps what a `fetch` throws. */
function innermost(thrown: unknown): unknown {
  let one = thrown;
  for (let depth = 0; depth < 8; depth += 1) {
    if (one instanceof AuthError || one instanceof ProviderFailure) return one;
    if (!(one instanceof Error)) return thrown;
    one = one.cause;
  }
  return thrown;
}
