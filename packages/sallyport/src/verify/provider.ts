// What signing people in needs of the verifier: an issuer's metadata, its keys, and its way of naming claims.
import { AuthError } from "../errors.ts";
import type { Identity, JsonObject } from "../identity.ts";
import { requireAlways } from "./always-required.ts";
import { findKey } from "./authenticate.ts";
import { tenantMatches } from "./issuers/tenants.ts";
import type { TrustedIssuer } from "./issuers/trusted-issuers.ts";
import { isLoopbackUrl } from "./issuers/urls.ts";
import { sameAlgorithm } from "./keys/algorithms.ts";
import { requireClaims } from "./token/claims.ts";
import { createCompactParser, readTokenHeader, type TokenHeader } from "./token/compact.ts";
import { identify, issuerName } from "./token/identify.ts";

/** A JWT whose signature is one of the provider's. */
export interface OpenedJwt {
  readonly header: TokenHeader;
  readonly payload: JsonObject;
}

/** A trusted issuer, as who signs people in. */
export interface Provider {
  /** The issuer's name in logs and events. */
  readonly name: string;
  /** The issuer's one name for an `iss` of its own, compared to the letter; `undefined` for any other. */
  issuer(iss: unknown): string | undefined;
  /** Whether two values of `iss` are this issuer's, and of one tenant: Entra ID writes it in one way in v1 tokens, in another in v2. */
  isSameIssuer(one: unknown, other: unknown): boolean;
  readonly clockToleranceSeconds: number;
  /** Milliseconds within which an answer must have arrived. */
  readonly timeoutMs: number;
  /** Whether an address may be asked: https, or loopback where that is allowed. */
  mayAsk(url: string): boolean;
  /**
   * The metadata document, its issuer compared to the letter and its endpoints fit to be asked.
   *
   * @throws AuthError by rejection: `discovery_failed`
   */
  metadata(): JsonObject | Promise<JsonObject>;
  /**
   * Takes a JWT of any kind apart and checks that the provider has signed it, by an algorithm that is allowed for it. Its
   * claims are the caller's to judge.
   *
   * @throws AuthError by rejection: 401 for what is wrong with it, 503 where the keys can't be had
   */
  open(jwt: unknown): Promise<OpenedJwt>;
  /** The identity of a person who has signed in, of checked claims. */
  identify(claims: JsonObject): Identity;
  /**
   * Holds somebody who comes by a session against what the configuration requires of everybody.
   *
   * @throws AuthError `missing_claim`, `insufficient_scope` or `insufficient_permissions`
   */
  requireAlways(identity: Identity<JsonObject>): void;
}

const longestJwt = 65_536;

export function createProvider(trusted: TrustedIssuer, { depth }: { readonly depth: number }): Provider {
  const { policy } = trusted;
  const parser = createCompactParser({ tokenBytes: longestJwt, depth }, readTokenHeader);
  const { insecureAllowLoopback, fetchTimeoutSeconds = 5 } = policy.options;
  return {
    name: policy.name,
    issuer: (iss) =>
      typeof iss === "string" && policy.accepted.has(iss) ? issuerName(iss, policy.preset) : undefined,
    isSameIssuer(one, other) {
      const accepted: ReadonlyMap<unknown, string | undefined> = policy.accepted;
      return accepted.has(one) && accepted.has(other) && accepted.get(one) === accepted.get(other);
    },
    clockToleranceSeconds: policy.clockToleranceSeconds,
    timeoutMs: fetchTimeoutSeconds * 1000,
    mayAsk: (url) => {
      const { protocol } = new URL(url);
      return (
        protocol === "https:" ||
        (protocol === "http:" && insecureAllowLoopback === true && isLoopbackUrl(url))
      );
    },
    metadata: () => trusted.metadata.find(),
    async open(jwt) {
      const parsed = parser.parse(jwt);
      const { header, payload } = parsed;
      if (!policy.algorithms.some((name) => sameAlgorithm(name, header.alg))) {
        throw new AuthError("disallowed_alg", "Its alg is not allowed for this issuer");
      }
      if (!policy.accepted.has(payload.iss as string) || !tenantMatches(policy, payload)) {
        throw new AuthError("invalid_issuer", "Its iss is not the issuer");
      }
      await findKey(parsed, trusted);
      parser.remember(parsed);
      return { header, payload };
    },
    // Presets tell people from services by what access tokens have: whoever signed in is a person.
    identify: (claims) => Object.freeze({ ...identify(claims, policy), kind: "user" as const }),
    requireAlways(identity) {
      requireClaims(identity.claims, policy.requiredClaims);
      requireAlways(identity, policy.requiredScopes, policy.requiredPermissions);
    },
  };
}
