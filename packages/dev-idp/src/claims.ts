// What tokens and userinfo say of a person or a machine.
/// <reference path="./oidc-provider.d.ts" />
import type { Context, Token } from "oidc-provider";
import { type Directory, identityScopes } from "./directory.ts";
import { authorityOf, profileOf, signIns, subjectOf } from "./people.ts";

/** oidc-provider's `claims`: which scope brings which claim. Roles, groups and permissions come with `openid`. */
export function claimsByScope({ people }: Directory): Record<string, string[]> {
  const authority = new Set(people.flatMap((person) => Object.keys(authorityOf(person))));
  return {
    openid: ["sub", ...authority],
    profile: ["name", "preferred_username"],
    email: ["email", "email_verified"],
  };
}

/** oidc-provider's `findAccount`. */
export function findAccount(directory: Directory, subject: string) {
  const person = directory.personBySubject(subject);
  if (!person) return undefined;
  const everything = new Set<string>(identityScopes);
  return {
    accountId: subject,
    // All that is known; oidc-provider leaves what the granted scopes allow.
    claims: async () => ({
      ...authorityOf(person),
      ...profileOf(person, everything),
      sub: subjectOf(person),
    }),
  };
}

/** RFC 9068 §2.2: beside the registered claims, how a person signed in (§2.2.1) and what the caller may do (§2.2.3.1). */
export function accessTokenClaims(
  directory: Directory,
  ctx: Context | undefined,
  token: Token,
): Record<string, unknown> {
  const person = directory.personBySubject(token.accountId);
  if (!person) {
    const { roles = [], groups = [], permissions = [] } = directory.client(token.clientId) ?? {};
    return { roles, groups, permissions };
  }
  const { AuthorizationCode, RefreshToken, DeviceCode } = ctx?.oidc.entities ?? {};
  // Without a request, in `token()`, the person counts as signed in this moment with a password.
  const justNow = { authTime: Math.floor(Date.now() / 1000), acr: "pwd", amr: signIns.pwd };
  const { authTime, acr, amr } = (AuthorizationCode ??
    RefreshToken ??
    DeviceCode ??
    justNow) as Partial<Token>;
  return {
    ...authorityOf(person),
    ...profileOf(person, token.scopes),
    ...(authTime !== undefined && { auth_time: authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}
