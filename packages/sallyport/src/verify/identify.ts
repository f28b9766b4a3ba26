// Verified claims → Identity, by the issuer's claim map.

import { type ClaimPath, readClaim } from "../claim-path.ts";
import type { Actor, Identity, IdentityKind, JsonObject, JsonValue } from "../identity.ts";
import { stringList } from "./claims.ts";
import type { IssuerPolicy } from "./issuers.ts";
import { holds } from "./preset.ts";

const none: readonly string[] = Object.freeze([]);

/** Makes the identity of a token whose claims have been checked. */
export function identify(claims: JsonObject, policy: IssuerPolicy): Identity {
  const { preset, claimMap } = policy;
  const groups = values(claims, claimMap.groups, policy);
  const identity: Identity = {
    kind: kindOf(claims, policy),
    issuer: claims.iss as string,
    subject: claims.sub as string,
    userId: userIdOf(claims, preset.userId),
    clientId: firstText(claims, preset.clientId),
    audience: audienceOf(claims, preset.audience),
    scopes: scopesOf(claims, claimMap.scopes, claimMap.scopeList),
    roles: rolesOf(values(claims, claimMap.roles, policy), groups, policy),
    groups,
    permissions: values(claims, claimMap.permissions, policy),
    expiresAt: claims.exp as number,
    authTime: claims.auth_time as number | undefined,
    acr: text(claims.acr),
    tokenId: preset.tokenId ? firstText(claims, preset.tokenId) : text(claims.jti),
    name: text(claims.name),
    email: text(claims.email),
    username: firstText(claims, preset.username),
    actor: actorOf(claims.act),
    claims,
  };
  return Object.freeze(identity);
}

function kindOf(claims: JsonObject, { preset }: IssuerPolicy): IdentityKind {
  for (const { kind, when } of preset.kinds) if (holds(when, claims)) return kind;
  return "user";
}

function userIdOf(claims: JsonObject, paths: readonly ClaimPath[]): string {
  if (paths.length === 0) return claims.sub as string;
  const parts = paths.map((path) => text(readClaim(claims, path)));
  return parts.includes(undefined) ? (claims.sub as string) : parts.join(":");
}

function audienceOf(claims: JsonObject, paths: readonly ClaimPath[] | undefined): readonly string[] {
  if (!paths) return frozen(stringList(claims.aud));
  const present = paths.find((path) => readClaim(claims, path) !== undefined);
  return frozen(present && stringList(readClaim(claims, present)));
}

// RFC 6749 §3.3: a list separated by single spaces, compared to the letter. Other white space separates nothing.
function scopesOf(claims: JsonObject, paths: readonly ClaimPath[], listAllowed: boolean): readonly string[] {
  for (const path of paths) {
    const value = readClaim(claims, path);
    if (typeof value === "string") return frozen(value.split(" ").filter((scope) => scope !== ""));
    if (listAllowed && Array.isArray(value)) return frozen(texts(value));
  }
  return none;
}

/** The texts at the paths. A string is one value, never split; whatever is not a string is not a value. */
function values(
  claims: JsonObject,
  paths: readonly ClaimPath[],
  { audience }: IssuerPolicy,
): readonly string[] {
  if (paths.length === 0) return none;
  const found: string[] = [];
  for (const path of paths) {
    for (const concrete of path.includes("{audience}")
      ? audience.map((one) => withAudience(path, one))
      : [path]) {
      const value = readClaim(claims, concrete);
      if (typeof value === "string" && value !== "") found.push(value);
      else if (Array.isArray(value)) found.push(...texts(value));
    }
  }
  return found.length === 0 ? none : frozen(found.length === 1 ? found : [...new Set(found)]);
}

function withAudience(path: ClaimPath, audience: string): ClaimPath {
  return path.map((step) => (step === "{audience}" ? audience : step));
}

function rolesOf(
  roles: readonly string[],
  groups: readonly string[],
  { claimMap }: IssuerPolicy,
): readonly string[] {
  const { roleMap } = claimMap;
  const mapped = (value: string) => (Object.hasOwn(roleMap, value) ? (roleMap[value] ?? none) : undefined);
  const all = [
    ...roles.flatMap((role) => mapped(role) ?? role),
    ...groups.flatMap((group) => mapped(group) ?? none),
  ];
  return all.length === 0 ? none : frozen([...new Set(all)]);
}

function actorOf(act: JsonValue | undefined): Actor | undefined {
  if (act === undefined) return undefined;
  const { sub, iss, client_id: clientId, act: previous } = act as JsonObject;
  return Object.freeze({
    subject: sub as string,
    issuer: text(iss),
    clientId: text(clientId),
    actor: actorOf(previous),
  });
}

function firstText(claims: JsonObject, paths: readonly ClaimPath[]): string | undefined {
  for (const path of paths) {
    const value = text(readClaim(claims, path));
    if (value !== undefined) return value;
  }
  return undefined;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(list: readonly JsonValue[]): readonly string[] {
  return list.filter((one) => typeof one === "string" && one !== "") as readonly string[];
}

function frozen(list: readonly string[] | undefined): readonly string[] {
  return list === undefined || list.length === 0 ? none : Object.freeze(list);
}
