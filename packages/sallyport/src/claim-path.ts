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
  let value: JsonValue | undefined = claims;
  for (let index = 0; index < path.length; index += 1) {
    const step = path[index] as string;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const next: JsonValue | undefined = (value as JsonObject)[step];
    // JSON has no undefined: that a member is absent is seen without asking whose it would be.
    if (next === undefined || !Object.hasOwn(value, step)) return undefined;
    value = next;
  }
  return value;
}
