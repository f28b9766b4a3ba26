// A token verified earlier: what is kept of it, and what time can have changed.
import { AuthError } from "../errors.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { Proof } from "./introspection/proof.ts";
import type { IssuerPolicy } from "./issuers/issuers.ts";
import type { VerificationKey } from "./keys/jwk.ts";
import type { Binding } from "./sender/binding.ts";

/** Who says whether a token in the cache still counts: an issuer's keys, or the issuer itself, asked about the token. */
export interface Voucher {
  readonly policy: IssuerPolicy;
  readonly keys: { stillTrusted(key: VerificationKey | Proof, at: number): boolean | Promise<boolean> };
}

/** What the cache holds of a token. */
export interface KnownToken<Claims> {
  /** What is answered for it, made once. */
  readonly answer: {
    readonly identity: Identity<Claims>;
    readonly keyId: string | undefined;
    readonly binding: Binding | undefined;
    readonly cached: true;
  };
  readonly trusted: Voucher;
  /** What the token was verified with: a key, or the provider's own word. */
  readonly key: VerificationKey | Proof;
  /** Seconds since 1970, tolerance included: not valid before. */
  readonly from: number;
  /** Within these bounds nothing has to be looked at again: expiry or greatest age, whichever comes first. */
  readonly until: number;
  readonly oldest: number | undefined;
}

/** Within which time a token is good, its policy's tolerance and greatest age included. */
export function lifeOf(claims: JsonObject, expiresAt: number, policy: IssuerPolicy) {
  const { clockToleranceSeconds: tolerance, maxTokenAgeSeconds: age } = policy;
  const issuedAt = numberOr(claims.iat, 0);
  const oldest = age === undefined ? undefined : issuedAt + age + tolerance;
  const expiry = expiresAt + tolerance;
  return {
    from: Math.max(numberOr(claims.nbf, 0), issuedAt) - tolerance,
    until: oldest === undefined ? expiry : Math.min(expiry, oldest),
    oldest,
  };
}

/** Why a token verified earlier is out of its time; `undefined` at the very edge of its greatest age. */
export function outOfTime({ answer, trusted, from, oldest }: KnownToken<unknown>, seconds: number) {
  // Put so that a clock that is not a number refuses.
  if (!(seconds < answer.identity.expiresAt + trusted.policy.clockToleranceSeconds)) {
    return new AuthError("token_expired", "The access token has expired");
  }
  if (seconds < from) return new AuthError("token_not_yet_valid", "The token is not valid yet");
  if (oldest === undefined || seconds <= oldest) return undefined;
  return new AuthError("token_too_old", "The token was issued longer ago than maxTokenAgeSeconds allows");
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
