// One error class, one union of codes, one table: our code → HTTP status → the wire's `error` (RFC 6750 §3.1).

/** What a row of the refusal table says about one code. */
export interface RefusalRow {
  /** HTTP status of the refusal. */
  readonly status: 400 | 401 | 403 | 503;
  /** `error` on the wire; absent where RFC 6750 §3.1 wants none (no credentials were sent). */
  readonly error?:
    | "invalid_request"
    | "invalid_token"
    | "invalid_dpop_proof"
    | "use_dpop_nonce"
    | "insufficient_scope"
    | "insufficient_user_authentication";
  /** `error` of the body where none of RFC 6750's is meant: what a session or a sign-in is refused for. Only a 401 has a challenge then. */
  readonly body?: string;
  /** What the caller reads: never what the caller sent, nor which check failed. */
  readonly description: string;
}

const badToken = {
  status: 401,
  error: "invalid_token",
  description: "The access token is not valid",
} as const;
const outage = {
  status: 503,
  description: "The access token cannot be checked at the moment",
} as const;

/**
 * Every refusal the library makes. RFC 6750 §3.1 gives 400, 401 and 403 their `error`; RFC 9470 §3 gives
 * `insufficient_user_authentication`, RFC 9449 §7.1 and §9 the two of DPoP; what can't be decided because something of ours is out of reach is 503.
 */
export const refusals = {
  missing_token: { status: 401, description: "An access token is required" },
  invalid_request: {
    status: 400,
    error: "invalid_request",
    description: "The request does not carry exactly one well-formed access token",
  },
  malformed_token: badToken,
  forbidden_header: badToken,
  disallowed_alg: badToken,
  missing_kid: badToken,
  wrong_token_type: badToken,
  token_expired: { status: 401, error: "invalid_token", description: "The access token has expired" },
  token_not_yet_valid: badToken,
  token_too_old: badToken,
  invalid_issuer: badToken,
  invalid_audience: badToken,
  missing_claim: badToken,
  invalid_claim: badToken,
  invalid_signature: badToken,
  sender_constrained: badToken,
  invalid_dpop_proof: {
    status: 401,
    error: "invalid_dpop_proof",
    description: "The DPoP proof is not valid",
  },
  use_dpop_nonce: {
    status: 401,
    error: "use_dpop_nonce",
    description: "The DPoP proof must hold the nonce given here",
  },
  invalid_token: badToken,
  token_revoked: badToken,
  token_inactive: badToken,
  key_not_found: badToken,
  jwks_fetch_failed: outage,
  jwks_error: outage,
  discovery_failed: outage,
  introspection_failed: outage,
  revocation_unavailable: outage,
  replay_store_unavailable: outage,
  check_failed: outage,
  sync_unavailable: outage,
  closed: outage,
  insufficient_scope: {
    status: 403,
    error: "insufficient_scope",
    description: "The access token does not grant what this request needs",
  },
  insufficient_permissions: {
    status: 403,
    error: "insufficient_scope",
    description: "The caller may not do this",
  },
  insufficient_user_authentication: {
    status: 401,
    error: "insufficient_user_authentication",
    description: "A stronger or more recent authentication is required",
  },
  login_required: { status: 401, body: "login_required", description: "Signing in is required" },
  session_ended: { status: 401, body: "login_required", description: "The session has ended: sign in again" },
  cross_site_request: {
    status: 403,
    body: "cross_site_request",
    description: "The request comes from another site",
  },
  session_store_unavailable: {
    status: 503,
    description: "The session cannot be looked up at the moment",
  },
  session_too_large: {
    status: 503,
    description: "The session can't be kept",
  },
  refresh_failed: { status: 503, description: "The session cannot be renewed at the moment" },
  login_interrupted: {
    status: 400,
    body: "login_interrupted",
    description: "This sign-in cannot be continued: start again",
  },
  login_cookie_missing: {
    status: 400,
    body: "login_interrupted",
    description:
      "This sign-in cannot be continued: start again. Where that does not help, allow cookies for this site",
  },
  login_refused: {
    status: 400,
    body: "login_refused",
    description: "The provider did not sign you in",
  },
  invalid_id_token: {
    status: 400,
    body: "login_failed",
    description: "The provider's answer to the sign-in is not valid",
  },
  provider_unavailable: {
    status: 503,
    description: "The provider cannot be asked at the moment",
  },
  provider_refused_client: {
    status: 503,
    description: "The provider does not accept this application",
  },
  invalid_logout_token: {
    status: 400,
    body: "invalid_request",
    description: "The logout token is not valid",
  },
} as const satisfies Record<string, RefusalRow>;

/** `error` of a refusal's body: RFC 6750 §3.1 has none for a request without credentials, nor for 503; people get one all the same. */
export function bodyError(code: AuthErrorCode): string {
  const { error, status, body }: RefusalRow = refusals[code];
  return error ?? body ?? (status === 503 ? "temporarily_unavailable" : "missing_token");
}

/** The stable code of a refusal: what alerts, tests and `catch` blocks compare. */
export type AuthErrorCode = keyof typeof refusals;

/** What an {@link AuthError} may carry beside its code and sentence. */
export interface AuthErrorOptions {
  /** What happened underneath; for the log, never for the caller. */
  readonly cause?: unknown;
  /** Seconds after which a retry is worth while (`Retry-After`; 503 only). */
  readonly retryAfterSeconds?: number;
  /** Scopes the request would have needed (`scope` of the challenge; `insufficient_scope` only). */
  readonly scopes?: readonly string[];
  /** Authentication context classes that would do (RFC 9470 `acr_values`). */
  readonly acrValues?: readonly string[];
  /** Greatest age of the authentication, in seconds (RFC 9470 `max_age`). */
  readonly maxAgeSeconds?: number;
  /** The nonce that the next DPoP proof must hold (`DPoP-Nonce`; `use_dpop_nonce` only). */
  readonly dpopNonce?: string;
  /** Where a person signs in, where that would cure it. */
  readonly loginUrl?: string;
}

/** Where the challenge of an {@link AuthError} is to be used. */
export interface ChallengeOptions {
  /** The protection space (RFC 9110 §11.5). Default: `api`. */
  readonly realm?: string;
  /** DPoP, where tokens bound by it are taken. */
  readonly dpop?: { readonly algorithms: readonly string[]; readonly required: boolean };
  /** The scheme that the request used. Default: the first that is offered. */
  readonly scheme?: "Bearer" | "DPoP";
  /** The URL of the protected-resource metadata (RFC 9728 §5.1). Default: none is told. */
  readonly resourceMetadata?: string | undefined;
  /** Scopes to ask for with the next token (RFC 6750 §3 `scope`), where a 401 names none of its own. */
  readonly scopes?: readonly string[];
}

/**
 * The one error of the library at run time.
 *
 * `message` is for the log: it says which check failed and holds no token, secret or claim value.
 * `description` and `challenge()` are for the caller.
 *
 * @example
 * ```ts
 * const error = new AuthError("token_expired", "The access token has expired");
 * error.status; // 401
 * error.challenge({ realm: "api" }); // 'Bearer realm="api", error="invalid_token", error_description="…"'
 * ```
 */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: AuthErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly scopes: readonly string[];
  readonly acrValues: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly dpopNonce: string | undefined;
  readonly loginUrl: string | undefined;

  constructor(code: AuthErrorCode, message: string, options: AuthErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.scopes = options.scopes ?? [];
    this.acrValues = options.acrValues ?? [];
    this.maxAgeSeconds = options.maxAgeSeconds;
    this.dpopNonce = options.dpopNonce;
    this.loginUrl = options.loginUrl;
  }

  /** HTTP status of the refusal: 400, 401, 403 or 503. */
  get status(): RefusalRow["status"] {
    return refusals[this.code].status;
  }

  /** The same as `status`, by the name that Fastify's and Express's error handling reads. */
  get statusCode(): RefusalRow["status"] {
    return this.status;
  }

  /** `error` on the wire, or `undefined` where none may be sent. */
  get error(): RefusalRow["error"] {
    return (refusals[this.code] as RefusalRow).error;
  }

  /** The sentence that the caller reads. */
  get description(): string {
    return refusals[this.code].description;
  }

  /**
   * The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9470 §3, RFC 9449 §7.1, RFC 9728 §5.1), or `undefined` where no challenge applies (503).
   * Every challenge has at least one parameter, holds only characters RFC 6750 allows, and repeats nothing of the request.
   * Where two schemes are offered, the one that the request used comes first, and only it is told what was wrong.
   */
  challenge({
    realm = "api",
    dpop,
    scheme,
    resourceMetadata,
    scopes = [],
  }: ChallengeOptions = {}): string | undefined {
    const { status, body }: RefusalRow = refusals[this.code];
    if (status === 503 || (body !== undefined && status !== 401)) return undefined;
    const offered = dpop === undefined ? bearerOnly : dpop.required ? dpopOnly : bothSchemes;
    const aboutProof = this.code === "invalid_dpop_proof" || this.code === "use_dpop_nonce";
    const used = aboutProof ? "DPoP" : scheme !== undefined && offered.includes(scheme) ? scheme : offered[0];
    // Another scheme helps only who was not let in, not who may not.
    const others = this.status === 401 ? offered.filter((one) => one !== used) : [];
    const metadata = resourceMetadata ? [`resource_metadata="${quoted(resourceMetadata)}"`] : [];
    const place = [`realm="${quoted(realm)}"`, ...metadata];
    const algs = dpop ? [`algs="${quoted(dpop.algorithms.join(" "))}"`] : [];
    const one = (name: string, told: readonly string[]) =>
      `${name} ${[...place, ...told, ...(name === "DPoP" ? algs : [])].join(", ")}`;
    return [one(used as string, this.#told(scopes)), ...others.map((name) => one(name, []))].join(", ");
  }

  /** The parameters that say what was wrong. */
  #told(scopes: readonly string[]): readonly string[] {
    const told: string[] = [];
    if (this.error) told.push(`error="${this.error}"`, `error_description="${quoted(this.description)}"`);
    const wanted = this.status === 401 && this.scopes.length === 0 ? scopes : this.scopes;
    // Whether a client may refresh is between it and the issuer: no resource asks for that (MCP authorization, 2026-07-28).
    const asked = wanted.filter((scope) => scope !== "offline_access");
    if (asked.length > 0) told.push(`scope="${quoted(asked.join(" "))}"`);
    if (this.acrValues.length > 0) told.push(`acr_values="${quoted(this.acrValues.join(" "))}"`);
    if (this.maxAgeSeconds !== undefined) told.push(`max_age="${this.maxAgeSeconds}"`);
    return told;
  }
}

const bearerOnly: readonly string[] = ["Bearer"];
const dpopOnly: readonly string[] = ["DPoP"];
const bothSchemes: readonly string[] = ["Bearer", "DPoP"];

// RFC 6750 §3: %x20-21 / %x23-5B / %x5D-7E. Configuration is checked when it is read; this is the last line.
function quoted(value: string): string {
  return value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "");
}
