// What can be said of one issuer: the options' types for users, and a row each for the check, the environment and the docs.

import type { ClaimPath } from "../../claim-path.ts";
import {
  isBoolean,
  isInteger,
  isPlainObject,
  isScope,
  isText,
  isTextList,
  isTextOrList,
  isUrl,
  type OptionTable,
  parseBoolean,
  parseList,
} from "../../options.ts";
import { type IntrospectionOptions, introspectionTable } from "../introspection/options.ts";
import { type Algorithm, algorithmRow, algorithms } from "../keys/algorithms.ts";
import type { Preset } from "./preset.ts";
import { type PresetName, presetNames } from "./presets.ts";

/** A JSON Web Key Set (RFC 7517 §5). */
export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** A claim's name: a string (dots separate steps, unless it holds `/` or `:`) or the path as a list. */
export type ClaimName = string | ClaimPath;

/** Options that each issuer may have of its own. */
export interface IssuerOptions {
  /** The issuer's URL, exactly as its tokens' `iss` and its discovery document write it. */
  readonly issuer?: string;
  /** How this issuer's access tokens look. Default: inferred where the URL proves it, else RFC 9068. */
  readonly preset?: PresetName | Preset;
  /** The identifier of this API: one of these must be in `aud`. */
  readonly audience?: string | readonly string[];
  /** Whether the resource's metadata names this issuer as one that clients get tokens from. Default: the preset's. */
  readonly authorizationServer?: boolean;
  /** Entra ID: the one tenant whose tokens are accepted. */
  readonly tenantId?: string;
  /** Entra ID, several tenants: those whose tokens are accepted. */
  readonly tenants?: readonly string[];
  /** Where the metadata is, if not at the issuer's `/.well-known/openid-configuration`. */
  readonly discoveryUrl?: string;
  /** Where the keys are; no discovery is made. */
  readonly jwksUri?: string;
  /** The keys themselves; nothing is fetched. */
  readonly jwks?: JsonWebKeySet;
  /** A shared secret for HS256, HS384 or HS512: at least as long as the hash, never beside remote keys. */
  readonly secret?: string | Uint8Array;
  /** Accepted signature algorithms. */
  readonly algorithms?: readonly Algorithm[];
  /** Seconds by which clocks may differ, 0 to 300. Default: 5. */
  readonly clockToleranceSeconds?: number;
  /** Claims that must be there, beyond those of the preset. */
  readonly requiredClaims?: readonly ClaimName[];
  /** Scopes that every token must have (else 403). */
  readonly requiredScopes?: readonly string[];
  /** Permissions that every token must have (else 403). */
  readonly requiredPermissions?: readonly string[];
  readonly scopeClaim?: ClaimName;
  readonly roleClaim?: ClaimName;
  readonly groupClaim?: ClaimName;
  readonly permissionClaim?: ClaimName;
  /** From a role's or group's value in the token to role names of your own. */
  readonly roleMap?: Readonly<Record<string, string | readonly string[]>>;
  /** Greatest age of a token in seconds, by its `iat`. */
  readonly maxTokenAgeSeconds?: number;
  /** Seconds for which keys are used where the provider's `Cache-Control` says nothing. Default: 600. */
  readonly keyLifetimeSeconds?: number;
  /** Seconds for which keys are used beyond that while the provider fails. Default: 14400. */
  readonly staleKeysSeconds?: number;
  /** Seconds within which discovery, and the keys, must have arrived in full. Default: 5. */
  readonly fetchTimeoutSeconds?: number;
  /** Asks the issuer about tokens that are no JWTs, or about all of its tokens (RFC 7662). */
  readonly introspection?: IntrospectionOptions;
  /** Accepts `http:` for 127.0.0.1, [::1] and localhost. For development and tests only. */
  readonly insecureAllowLoopback?: boolean;
}

const isAlgorithms = (value: unknown) =>
  isTextList(value) && value.every((name) => algorithmRow(name) !== undefined);
const isClaimName = (value: unknown) => isText(value) || isTextList(value);
const isRoleMap = (value: unknown) => isPlainObject(value) && Object.values(value).every(isTextOrList);
const isPreset = (value: unknown) =>
  isPlainObject(value) || (isText(value) && (presetNames as readonly string[]).includes(value));
const seconds = Number;
const claimNameTakes = "a claim's name or its path as a list";
const httpsUrl = "an https URL (http for loopback with `insecureAllowLoopback`)";

/** Rows of {@link IssuerOptions}. */
export const issuerOptionTable = {
  issuer: {
    check: isUrl,
    takes: `the issuer's URL, exactly as its tokens write it: ${httpsUrl}`,
    doc: "The issuer's URL, exactly as `iss` in its tokens and `issuer` in its discovery document write it.",
    env: ["OIDC_ISSUER", "OAUTH2_ISSUER"],
  },
  preset: {
    check: isPreset,
    takes: `one of ${presetNames.join(", ")}, or a preset of your own`,
    words: presetNames,
    doc: "How this issuer's access tokens look, and what separates them from everything else it signs.",
    default: "inferred where the issuer's URL proves the provider, else `rfc9068`",
    env: ["OAUTH2_PRESET", "OIDC_PRESET"],
  },
  audience: {
    check: isTextOrList,
    takes: "the identifier of this API, or a list of them",
    doc: "The identifier of this API. A token must name at least one of them as its audience.",
    env: ["OIDC_AUDIENCE", "OAUTH2_AUDIENCE"],
    parse: parseList,
  },
  authorizationServer: {
    check: isBoolean,
    takes: "true or false",
    doc: "Whether the [resource's metadata](resource-metadata.md) names this issuer among those that clients get tokens from.",
    default: "`true`; `false` for `github-actions`, `kubernetes` and `google-id-token`",
  },
  tenantId: {
    check: isText,
    takes: "one Entra ID tenant (a GUID)",
    doc: "Entra ID: the one tenant whose tokens are accepted; the issuer follows from it.",
    env: ["OAUTH2_TENANT_ID", "OIDC_TENANT_ID"],
  },
  tenants: {
    check: isTextList,
    takes: "a list of Entra ID tenants (GUIDs)",
    doc: "Entra ID, multi-tenant: the tenants whose tokens are accepted. There is no way to accept all.",
    env: ["OAUTH2_TENANTS", "OIDC_TENANTS"],
    parse: parseList,
  },
  discoveryUrl: {
    check: isUrl,
    takes: httpsUrl,
    doc: "Where the metadata document is, if not below the issuer: where callers reach the provider by another name, its address as seen from here. Its `issuer` must still be the configured one.",
    default: "`<issuer>/.well-known/openid-configuration`",
    env: ["OIDC_DISCOVERY_URL", "OAUTH2_DISCOVERY_URL"],
  },
  jwksUri: {
    check: isUrl,
    takes: httpsUrl,
    doc: "Where the keys are, as seen from here. With it, no discovery is made.",
    default: "from discovery",
    env: ["OIDC_JWKS_URI", "OAUTH2_JWKS_URI"],
  },
  jwks: {
    check: (value) => isPlainObject(value) && Array.isArray(value.keys) && value.keys.every(isPlainObject),
    takes: "a JSON Web Key Set: { keys: [ … ] }",
    doc: "The public keys themselves. Nothing is fetched.",
  },
  secret: {
    check: (value) => isText(value) || value instanceof Uint8Array,
    takes: "a shared secret (a string or bytes) at least as long as the hash",
    doc: "A secret shared with the issuer, for HS256, HS384 or HS512 (which `algorithms` must name).",
    secret: true,
  },
  algorithms: {
    check: isAlgorithms,
    takes: "a list of RS256, PS256, ES256, EdDSA and their like",
    words: Object.keys(algorithms),
    doc: "Accepted signature algorithms.",
    default: "the preset's; `RS256 PS256 ES256 EdDSA Ed25519` for `rfc9068`",
    env: ["OIDC_ALGORITHMS", "OAUTH2_ALGORITHMS"],
    parse: parseList,
  },
  clockToleranceSeconds: {
    check: isInteger(0, 300),
    takes: "a whole number of seconds from 0 to 300",
    doc: "By how much the provider's clock and this one may differ.",
    default: "`5`",
    env: ["OIDC_CLOCK_TOLERANCE_SECONDS", "OAUTH2_CLOCK_TOLERANCE_SECONDS"],
    parse: seconds,
  },
  requiredClaims: {
    check: (value) => Array.isArray(value) && value.length > 0 && value.every(isClaimName),
    takes: "a list of claims' names or paths",
    doc: "Claims that a token must have beyond those of its preset (else 401).",
  },
  requiredScopes: {
    check: (value) => isTextList(value) && value.every(isScope),
    takes: "a non-empty list of scopes (without spaces, quotes and backslashes)",
    doc: "Scopes that every token must have (else 403).",
  },
  requiredPermissions: {
    check: isTextList,
    takes: "a non-empty list of permissions",
    doc: "Permissions that every token must have (else 403).",
  },
  scopeClaim: {
    check: isClaimName,
    takes: claimNameTakes,
    doc: "Where the scopes are.",
    default: "the preset's",
  },
  roleClaim: {
    check: isClaimName,
    takes: claimNameTakes,
    doc: "Where the roles are.",
    default: "the preset's",
  },
  groupClaim: {
    check: isClaimName,
    takes: claimNameTakes,
    doc: "Where the groups are.",
    default: "the preset's",
  },
  permissionClaim: {
    check: isClaimName,
    takes: claimNameTakes,
    doc: "Where the permissions are.",
    default: "the preset's",
  },
  roleMap: {
    check: isRoleMap,
    takes: "an object from a role's or group's value to one role or a list of roles",
    doc: "From values in the token (an Entra group's id) to role names of your own. Other roles stay as they are.",
  },
  maxTokenAgeSeconds: {
    check: isInteger(1, 31_536_000),
    takes: "a whole number of seconds from 1 to 31536000",
    doc: "Greatest age of a token by its `iat`, whatever its `exp` says.",
  },
  keyLifetimeSeconds: {
    check: isInteger(60, 86_400),
    takes: "a whole number of seconds from 60 to 86400",
    doc: "How long keys are used where the provider's `Cache-Control` says nothing. What it says counts from one minute to one hour (or this, if longer).",
    default: "`600`",
  },
  staleKeysSeconds: {
    check: isInteger(0, 86_400),
    takes: "a whole number of seconds from 0 to 86400",
    doc: "How much longer known keys are used while the provider fails. After that the answer is 503.",
    default: "`14400`",
  },
  fetchTimeoutSeconds: {
    check: isInteger(1, 60),
    takes: "a whole number of seconds from 1 to 60",
    doc: "Within which a metadata document or key set must have arrived in full.",
    default: "`5`",
  },
  introspection: {
    check: isPlainObject,
    takes: `an object of ${Object.keys(introspectionTable).join(", ")}`,
    doc: "Asks the issuer about its opaque tokens, or about all of its tokens (RFC 7662).",
    members: introspectionTable,
  },
  insecureAllowLoopback: {
    check: isBoolean,
    takes: "true or false",
    doc: "Accepts `http:` for 127.0.0.1, [::1] and localhost. For development and tests only.",
    default: "`false`",
    env: ["OIDC_INSECURE_ALLOW_LOOPBACK", "OAUTH2_INSECURE_ALLOW_LOOPBACK"],
    parse: parseBoolean,
  },
} as const satisfies OptionTable;
