// What a request needs of its caller, as frozen JSON data (DESIGN, decision 7).
import type { IdentityKind } from "../identity.ts";
import { isScope, nearest } from "../options.ts";
import type { Check } from "./check.ts";

/** A statement about one claim. A missing claim satisfies none. */
export type ClaimRequirement =
  | { readonly claim: string | readonly string[]; readonly equals: string | number | boolean }
  | { readonly claim: string | readonly string[]; readonly oneOf: readonly (string | number | boolean)[] }
  /** The claim is a list that has this value. */
  | { readonly claim: string | readonly string[]; readonly contains: string | number | boolean };

/** Every list and every field means *all*. */
export interface RequirementFields {
  readonly scopes?: readonly string[];
  readonly permissions?: readonly string[];
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  readonly claims?: readonly ClaimRequirement[];
  /** The authentication context class, or several of which one will do (RFC 9470 §3). */
  readonly acr?: string | readonly string[];
  /** Greatest age of the authentication (`auth_time`), in seconds (RFC 9470 §3). */
  readonly maxAgeSeconds?: number;
  readonly kind?: IdentityKind;
  readonly issuer?: string;
}

/** A requirement: fields that must all hold, all of several requirements, or one of several. */
export type Requirement =
  | RequirementFields
  | { readonly allOf: readonly Requirement[] }
  | { readonly anyOf: readonly Requirement[] }
  | Check;

type Scalar = string | number | boolean;

const fieldRules: {
  readonly [Field in keyof Required<RequirementFields>]: (value: unknown) => string | undefined;
} = {
  scopes: scopeList,
  permissions: texts,
  roles: texts,
  groups: texts,
  claims: claimList,
  acr: (value) => (isText(value) ? undefined : texts(value)),
  maxAgeSeconds: (value) =>
    Number.isInteger(value) && (value as number) >= 0 ? undefined : "a whole number of seconds, 0 or more",
  kind: (value) =>
    ["user", "service", "workload"].includes(value as string) ? undefined : "user, service or workload",
  issuer: (value) => (isText(value) ? undefined : "an issuer's URL"),
};

/**
 * Checks and freezes a requirement. Whatever came from JSON goes through here.
 *
 * @throws TypeError naming the field and what it takes: unknown fields, empty lists and empty requirements are refused
 */
export function requirement(value: Requirement): Requirement {
  if (typeof value === "object" && value !== null && accepted.has(value)) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`A requirement is an object such as { scopes: ["read"] }${whatInstead(value)}`);
  }
  const names = Object.keys(value);
  if (names.length === 0)
    throw new TypeError("A requirement names at least one field; to require a token only, leave it out");
  if (Object.hasOwn(value, "allOf") || Object.hasOwn(value, "anyOf")) {
    const [name = ""] = names;
    const list = (value as Record<string, unknown>)[name];
    if (names.length > 1) throw new TypeError("A requirement with `allOf` or `anyOf` has no other field");
    if (!Array.isArray(list) || list.length === 0)
      throw new TypeError(`\`${name}\` takes a non-empty list of requirements`);
    return accept({ [name]: Object.freeze(list.map(requirement)) } as unknown as Requirement);
  }
  const copy: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const rule = Object.hasOwn(fieldRules, name) ? fieldRules[name as keyof RequirementFields] : undefined;
    if (!rule) throw new TypeError(`A requirement has no field \`${name}\`${whichField(name)}`);
    const takes = rule(given);
    if (takes) throw new TypeError(`\`${name}\` of a requirement takes ${takes}`);
    copy[name] = freezeDeep(structuredClone(given));
  }
  return accept(copy as Requirement);
}

/** What was probably meant by something that is no requirement at all. */
function whatInstead(value: unknown): string {
  if (typeof value === "function") return "; code goes into check(name, function), and role() is called";
  if (Array.isArray(value)) return ", not a list: join several by allOf() or anyOf()";
  if (typeof value !== "string") return "";
  const name = /^[\w.:/-]{1,64}$/.test(value) ? JSON.stringify(value) : '"…"';
  return `, not a text: for a role, role(${name}) or { roles: [${name}] }; for a scope, scope(${name})`;
}

function whichField(name: string): string {
  const fields = Object.keys(fieldRules);
  const near = nearest(name, [...fields, "allOf", "anyOf"]);
  return near === undefined ? `. It has: ${fields.join(", ")}` : `; did you mean \`${near}\`?`;
}

/**
 * Requirements that were judged here, and checks made by `check()`. Deciding takes no others: an unknown field would
 * otherwise require nothing, and no JSON can pretend to be code.
 */
const accepted = new WeakSet<object>();

/** Freezes and accepts. */
export function accept<Accepted extends Requirement>(value: Accepted): Accepted {
  accepted.add(value);
  return Object.freeze(value);
}

/** Tells a check in code among accepted requirements. */
export function isCheck(value: Requirement): value is Check {
  return Object.hasOwn(value, "test") && accepted.has(value);
}

// RFC 6749 §3.3: anything else can't be granted, and would read as two scopes in a challenge.
function scopeList(value: unknown): string | undefined {
  return (
    texts(value) ??
    ((value as string[]).every(isScope) ? undefined : "scopes without spaces, quotes and backslashes")
  );
}

function texts(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 && value.every(isText)
    ? undefined
    : "a non-empty list of non-empty strings";
}

function claimList(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 && value.every(isClaimRequirement)
    ? undefined
    : "a non-empty list of { claim, equals }, { claim, oneOf } or { claim, contains }";
}

function isClaimRequirement(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { claim, ...rest } = value as Record<string, unknown>;
  const [operator, ...more] = Object.keys(rest);
  if (more.length > 0 || (!isText(claim) && texts(claim) !== undefined)) return false;
  if (operator === "equals" || operator === "contains") return isScalar(rest[operator]);
  return (
    operator === "oneOf" && Array.isArray(rest.oneOf) && rest.oneOf.length > 0 && rest.oneOf.every(isScalar)
  );
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function freezeDeep(value: unknown): unknown {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) freezeDeep(inner);
    Object.freeze(value);
  }
  return value;
}
