// What the configuration requires of every token of an issuer, whatever the route.
import { AuthError } from "../errors.ts";
import type { Identity } from "../identity.ts";

/** @throws AuthError `insufficient_scope` or `insufficient_permissions` */
export function requireAlways(
  identity: Identity<unknown>,
  scopes: readonly string[],
  permissions: readonly string[],
): void {
  if (scopes.length === 0 && permissions.length === 0) return;
  const missing = scopes.filter((scope) => !identity.scopes.includes(scope));
  if (missing.length > 0) {
    throw new AuthError("insufficient_scope", "The token lacks a scope that the configuration requires", {
      scopes,
    });
  }
  if (!permissions.every((permission) => identity.permissions.includes(permission))) {
    throw new AuthError(
      "insufficient_permissions",
      "The token lacks a permission that the configuration requires",
    );
  }
}
