// How a claim is named in the configuration and in presets, and read from a token: own members only.
import type { JsonObject, JsonValue } from "./identity.ts";

/** A claim's path from the payload down: `["realm_access", "roles"]`. */
export type ClaimPath = readonly string[];

/**
 * The path that a configured name means. A list is the path itself. In a string, dots separate the steps
 * (`realm_access.roles`), unless it holds `/` or `:`, as namespaced claims do (`https://example.com/roles`).
 */
export function claimPath(name: string | ClaimPath): ClaimPath {
  // A copy: what happens to the list later can't move the claim.
  if (typeof name !== "string") return [...name];
  return /[/:]/.test(name) ? [name] : name.split(".");
}

/** The value at a path, or `undefined`; nothing inherited is ever read (`constructor`, `__proto__`). */
export function readClaim(claims: JsonObject, path: ClaimPath): JsonValue | undefined {
  // Most paths have one step, and every token is asked for a dozen of them.
  if (path.length === 1) return ownMember(claims, path[0] as string);
  let value: JsonValue | undefined = claims;
  for (const step of path) value = ownMember(value, step);
  return value;
}

function ownMember(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const member = (value as JsonObject)[name];
  // JSON has no undefined: that a member is absent is seen without asking whose it would be.
  return member !== undefined && Object.hasOwn(value, name) ? member : undefined;
}
