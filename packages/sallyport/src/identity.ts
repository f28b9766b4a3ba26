// Who is calling, normalised from any issuer.

/** Any value JSON can hold, as the verifier hands it out: frozen to the bottom. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object, frozen to the bottom. */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

/** A person, an application acting for itself, or a workload (a CI job, a pod) that its platform vouches for. */
export type IdentityKind = "user" | "service" | "workload";

/** Who acts for the subject (RFC 8693 §4.1 `act`). Only the outermost actor counts in decisions. */
export interface Actor {
  readonly subject: string;
  /** The actor's issuer, where the token names one. */
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  /** The actor before this one: information only (RFC 8693 §4.1). */
  readonly actor: Actor | undefined;
}

/**
 * A verified caller: immutable, and of the same shape whatever issuer spoke.
 *
 * The principal is the pair (`issuer`, `subject`): never an e-mail address or a name, which change hands.
 */
export interface Identity<Claims = JsonObject> {
  readonly kind: IdentityKind;
  /** `iss`, exactly as the token has it. */
  readonly issuer: string;
  /** `sub`, unique within the issuer. */
  readonly subject: string;
  /** The stable id: `sub`, or what the provider documents as stabler (Entra ID: `tid:oid`; Okta: `uid`). */
  readonly userId: string;
  /** The client the token was issued to, where the token says so. */
  readonly clientId: string | undefined;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly permissions: readonly string[];
  /** `exp` in seconds since 1970-01-01T00:00:00Z (RFC 7519 NumericDate). */
  readonly expiresAt: number;
  /** `auth_time` in seconds since 1970-01-01T00:00:00Z. */
  readonly authTime: number | undefined;
  readonly acr: string | undefined;
  /** `jti`. */
  readonly tokenId: string | undefined;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly username: string | undefined;
  readonly actor: Actor | undefined;
  /** All claims of the token; typed by `deps.claims` where the application gives a schema. */
  readonly claims: Claims;
}
