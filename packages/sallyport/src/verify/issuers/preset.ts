// What a preset is: one row of data that says how a provider's access tokens look, and what they are never taken for.

import { type ClaimPath, readClaim } from "../../claim-path.ts";
import type { IdentityKind, JsonObject, JsonValue } from "../../identity.ts";
import type { Algorithm } from "../keys/algorithms.ts";

/** A statement about the claims of a token. */
export type Condition =
  | { readonly claim: ClaimPath; readonly present: boolean }
  | { readonly claim: ClaimPath; readonly equals: JsonValue }
  | { readonly claim: ClaimPath; readonly oneOf: readonly JsonValue[] }
  | { readonly claim: ClaimPath; readonly startsWith: string }
  | { readonly claim: ClaimPath; readonly endsWith: string }
  /** `one` is a string, or a list of exactly one string. */
  | { readonly claim: ClaimPath; readonly type: "string" | "list" | "object" | "one" }
  /** The claim is a text put together from others: `{0}` is the first path's text. */
  | { readonly claim: ClaimPath; readonly template: string; readonly from: readonly ClaimPath[] }
  /** The claim is the value of another claim, or a list that has it. */
  | { readonly claim: ClaimPath; readonly includes: ClaimPath }
  | { readonly anyOf: readonly Condition[] }
  | { readonly allOf: readonly Condition[] };

/** How one provider's access tokens are told from everything else it signs, and where it puts what. */
export interface Preset {
  readonly name: string;
  /** The provider's documentation of its access tokens. */
  readonly documentation: string;
  /** Host of an issuer URL that can only be this provider's. */
  readonly issuerHost?: RegExp;
  /** Path of an issuer URL that can only be this provider's. */
  readonly issuerPath?: RegExp;
  /** The issuer where the provider has just one. */
  readonly issuer?: string;
  /** Other values of `iss` that the provider documents for the same issuer. */
  readonly issuerAliases?: readonly string[];
  readonly algorithms: readonly Algorithm[];
  /** Accepted `typ` header values, in lower case without `application/`; `null` is a header without one. */
  readonly headerTypes: readonly (string | null)[];
  /** Claims that every access token of this provider has. */
  readonly required: readonly string[];
  /** What to do at the provider where a required claim is missing; for the log. */
  readonly hints?: Readonly<Record<string, string>>;
  /** All of these hold for every access token, and for no other kind of token. */
  readonly accept: readonly Condition[];
  /** None of these holds for an access token. */
  readonly refuse: readonly Condition[];
  /** Claims that name the audience; the first one present counts. Default: `aud`. */
  readonly audience?: readonly ClaimPath[];
  /** The first row whose condition holds says who is calling; where none holds, a service: that it is a person needs proof. */
  readonly kinds: readonly { readonly kind: IdentityKind; readonly when: Condition }[];
  /** Claims that together make the stable id, joined by `:`; where one is missing, `sub`. */
  readonly userId: readonly ClaimPath[];
  readonly clientId: readonly ClaimPath[];
  readonly scopes: readonly ClaimPath[];
  /** Whether the scope claim may be a JSON list. A string is split at spaces either way (RFC 6749 §3.3). */
  readonly scopeList?: boolean;
  /** `{audience}` in a path stands for each configured audience. */
  readonly roles: readonly ClaimPath[];
  readonly groups: readonly ClaimPath[];
  readonly permissions: readonly ClaimPath[];
  readonly username: readonly ClaimPath[];
  /** Default: `jti`. */
  readonly tokenId?: readonly ClaimPath[];
  /** For exactly one configured audience only: the provider's tokens look like ID tokens (DESIGN, decision 2). */
  readonly singleAudience?: boolean;
  /**
   * Whether a client gets these tokens from the issuer by OAuth, so that the resource's metadata names it (RFC 9728 §2).
   * Default: true. It is not so for a workload's identity, which its platform hands it, nor for an ID token.
   */
  readonly authorizationServer?: boolean;
  /** Tenants share keys: the issuer's forms, the claim that repeats the tenant, and what a tenant looks like. */
  readonly tenancy?: Tenancy;
}

/** One provider, many tenants, shared keys. */
export interface Tenancy {
  /** The claim that must equal the tenant in `iss`. */
  readonly claim: string;
  /** What a tenant id looks like. */
  readonly tenant: RegExp;
  /** `{tenant}` is replaced: where the provider's own metadata for one tenant is found. */
  readonly issuers: readonly { readonly host: RegExp; readonly forms: readonly string[] }[];
  /** Path segments of an issuer URL that stand for "any tenant". */
  readonly shared: readonly string[];
  /** The placeholder in the metadata's and the keys' own issuer. */
  readonly placeholder: string;
}

/** A condition, ready to be asked of many tokens. */
export type ClaimTest = (claims: JsonObject) => boolean;

/**
 * Whether a condition holds for these claims. A missing claim satisfies nothing but `present: false`; a claim that is
 * `null` is there: an ID token's mark counts whatever its value.
 */
export function holds(condition: Condition, claims: JsonObject): boolean {
  return compileCondition(condition)(claims);
}

/** Makes {@link holds} for one condition: what kind of condition it is, is found out once. */
export function compileCondition(condition: Condition): ClaimTest {
  if (has(condition, "anyOf")) {
    const tests = condition.anyOf.map(compileCondition);
    return (claims) => tests.some((test) => test(claims));
  }
  if (has(condition, "allOf")) {
    const tests = condition.allOf.map(compileCondition);
    return (claims) => tests.every((test) => test(claims));
  }
  const { claim } = condition;
  if (has(condition, "present")) {
    const { present } = condition;
    return (claims) => (readClaim(claims, claim) !== undefined) === present;
  }
  const test = compileValue(condition);
  return (claims) => {
    const value = readClaim(claims, claim);
    return value !== undefined && test(value, claims);
  };
}

type ValueCondition = Exclude<
  Condition,
  { readonly anyOf: unknown } | { readonly allOf: unknown } | { readonly present: unknown }
>;

function compileValue(condition: ValueCondition): (value: JsonValue, claims: JsonObject) => boolean {
  if (has(condition, "equals")) return (value) => value === condition.equals;
  if (has(condition, "oneOf")) return (value) => condition.oneOf.includes(value);
  if (has(condition, "startsWith"))
    return (value) => typeof value === "string" && value.startsWith(condition.startsWith);
  if (has(condition, "endsWith"))
    return (value) => typeof value === "string" && value.endsWith(condition.endsWith);
  if (has(condition, "type")) return (value) => isOfType(value, condition.type);
  if (has(condition, "includes")) {
    return (value, claims) => {
      const other = readClaim(claims, condition.includes);
      return (
        typeof other === "string" && (value === other || (Array.isArray(value) && value.includes(other)))
      );
    };
  }
  const { template, from } = condition;
  const [first] = from;
  if (template === "{0}" && first && from.length === 1) {
    return (value, claims) => typeof value === "string" && value === readClaim(claims, first);
  }
  return (value, claims) => {
    const parts = from.map((path) => readClaim(claims, path));
    if (!parts.every((part) => typeof part === "string")) return false;
    return value === template.replace(/\{(\d)\}/g, (_, index) => parts[Number(index)] as string);
  };
}

function isOfType(value: JsonValue, type: "string" | "list" | "object" | "one"): boolean {
  const isString = (one: JsonValue | undefined) => typeof one === "string" && one !== "";
  if (type === "string") return isString(value);
  if (type === "list") return Array.isArray(value);
  if (type === "one")
    return isString(value) || (Array.isArray(value) && value.length === 1 && isString(value[0]));
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Own members only: nothing that somebody puts on Object.prototype makes a condition into another.
function has<Kind extends Condition, Name extends string>(
  condition: Kind,
  name: Name,
): condition is Extract<Kind, Readonly<Record<Name, unknown>>> {
  return Object.hasOwn(condition, name);
}
