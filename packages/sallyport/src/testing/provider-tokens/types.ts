// What a provider's sample token is.
import type { AuthErrorCode } from "../../errors.ts";

/** What a provider signs a token for; only `access` is ever for an API. */
export type TokenUse =
  | "access"
  | "id"
  | "logout"
  | "refresh"
  | "userinfo"
  | "authorization-response"
  | "security-event"
  | "grant"
  | "internal";

/** Who the sample is from and for. */
export interface SampleContext {
  readonly issuer: string;
  /** The API; tokens that are not for an API name it too, which makes them the harder to tell apart. */
  readonly audience: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** One kind of token as its provider documents it. */
export interface ProviderToken {
  /** Unique within the provider. */
  readonly id: string;
  readonly use: TokenUse;
  /** What a verifier refuses it with; absent where it has to be accepted. */
  readonly code?: AuthErrorCode;
  /** The header without `alg` and `kid`. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: (context: SampleContext) => Readonly<Record<string, unknown>>;
}

/** `iss`, `aud`, and an hour's life from now. */
export function basics({ issuer, audience, now }: SampleContext) {
  return { iss: issuer, aud: audience, iat: now, exp: now + 3600 };
}

/** Claims of OIDC Back-Channel Logout §2.4. */
export function logoutClaims(context: SampleContext) {
  return {
    ...basics(context),
    sub: "00000000-0000-4000-8000-00000000000a",
    sid: "00000000-0000-4000-8000-00000000000b",
    jti: "00000000-0000-4000-8000-0000000000e1",
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  };
}

/** Claims of an authorization response as a JWT (JARM §2.1): `iat` and `sub` are not among them. */
export function jarmClaims({ issuer, audience, now }: SampleContext) {
  return { iss: issuer, aud: audience, exp: now + 600, code: "example-code", state: "example-state" };
}

export const jwt = { typ: "JWT" } as const;
export const untyped = {} as const;
export const atJwt = { typ: "at+jwt" } as const;
export const logoutJwt = { typ: "logout+jwt" } as const;
