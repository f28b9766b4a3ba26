// Requirements in words: `anyOf(role("Admin"), scope("users:write"))`.
import { chain } from "../chain.ts";
import { claimPath, readClaim } from "../claim-path.ts";
import type { Identity, IdentityKind } from "../identity.ts";
import type { StandardSchema } from "../standard-schema.ts";
import type { Check } from "./check.ts";
import { accept, type ClaimRequirement, type Requirement, requirement } from "./requirement.ts";

/** All of the scopes. */
export const scope = (...scopes: readonly string[]): Requirement => ofTexts("scope", { scopes });
/** All of the roles. */
export const role = (...roles: readonly string[]): Requirement => ofTexts("role", { roles });
/** All of the groups. */
export const group = (...groups: readonly string[]): Requirement => ofTexts("group", { groups });
/** All of the permissions. */
export const permission = (...permissions: readonly string[]): Requirement =>
  ofTexts("permission", { permissions });
/**
 * A statement about a claim: `claim("department", { equals: "sales" })`, `{ oneOf: […] }`, `{ contains: … }`, or
 * `{ matches: schema }` with a Standard Schema (zod, valibot, arktype), which is a check in code.
 */
export function claim(name: string | readonly string[], operator: ClaimOperator): Requirement {
  if (typeof operator !== "object" || operator === null) throw new TypeError(claimTakes);
  if (!("matches" in operator))
    return requirement({ claims: [{ claim: name, ...operator } as ClaimRequirement] });
  const { validate } = operator.matches?.["~standard"] ?? {};
  if (typeof validate !== "function") throw new TypeError(claimTakes);
  const path = claimPath(name);
  return check(`${path.join(".")} matches a schema`, (identity) => {
    const value = readClaim(identity.claims, path);
    // A missing claim satisfies nothing, whatever the schema says of `undefined`.
    if (value === undefined) return false;
    return chain(
      validate(value),
      (result) => typeof result === "object" && result !== null && "value" in result && !result.issues,
    );
  });
}

const claimTakes =
  "claim takes a name and one of { equals }, { oneOf }, { contains }, and { matches } with a Standard Schema (zod, valibot, arktype)";

/** What a claim must be. */
export type ClaimOperator =
  | { readonly equals: string | number | boolean }
  | { readonly oneOf: readonly (string | number | boolean)[] }
  | { readonly contains: string | number | boolean }
  | { readonly matches: StandardSchema<unknown> };

/** A caller of this kind: a person, a service or a workload. */
export const kind = (value: IdentityKind): Requirement => requirement({ kind: value });
/** A caller of this issuer. */
export const issuer = (value: string): Requirement => requirement({ issuer: value });
/** One of these authentication context classes (RFC 9470). */
export const acr = (...values: readonly string[]): Requirement => ofTexts("acr", { acr: values });
/** An authentication not older than this (RFC 9470). */
export const maxAge = (seconds: number): Requirement => requirement({ maxAgeSeconds: seconds });
/** Every one of the requirements. */
export const allOf = (...list: readonly Requirement[]): Requirement => requirement({ allOf: list });
/** At least one of the requirements. */
export const anyOf = (...list: readonly Requirement[]): Requirement => requirement({ anyOf: list });

/**
 * A check in code. It must answer `true` to allow; anything else denies, and what it throws is 503, never access.
 *
 * @throws TypeError where the name is empty or `test` is not a function
 *
 * @example
 * ```ts
 * const ownTenant = check("own tenant", (identity) => identity.claims.tenant === "acme");
 * app.get("/reports", auth.required(allOf(scope("reports:read"), ownTenant)), handler);
 * ```
 */
export function check(name: string, test: (identity: Identity) => boolean | Promise<boolean>): Check {
  if (typeof name !== "string" || name === "" || typeof test !== "function") {
    throw new TypeError("check takes a name and a function from an identity to a boolean");
  }
  return accept({ check: name, test });
}

/** A list in place of several arguments is the one mistake that a field's own sentence would not explain. */
function ofTexts(builder: string, fields: Readonly<Record<string, readonly string[]>>): Requirement {
  const [given = []] = Object.values(fields);
  if (given.length === 0 || given.some(Array.isArray)) {
    throw new TypeError(`${builder} takes one text or several, not a list: ${builder}("one", "another")`);
  }
  return requirement(fields as Requirement);
}
