// Verified claims → Identity, by the issuer's claim map.

import { type ClaimPath, readClaim } from "../../claim-path.ts";
import type { Actor, Identity, IdentityKind, JsonObject, JsonValue } from "../../identity.ts";
import type { IssuerPolicy } from "../issuers/issuers.ts";
import type { Preset } from "../issuers/preset.ts";
import { stringList } from "./claims.ts";

const none: readonly string[] = Object.freeze([]);

/** Makes the identity of a token whose claims have been checked. */
export function identify(claims: JsonObject, policy: IssuerPolicy): Identity {
  const { preset, claimMap } = policy;
  const groups = values(claims, claimMap.groups);
  const identity: Identity = {
    kind: kindOf(claims, policy),
    issuer: issuerName(claims.iss as string, preset),
    subject: claims.sub as string,
    userId: userIdOf(claims, preset.userId),
    clientId: firstText(claims, preset.clientId),
    audience: audienceOf(claims, preset.audience),
    scopes: scopesOf(claims, claimMap.scopes, claimMap.scopeList),
    roles: rolesOf(values(claims, claimMap.roles), groups, policy),
    groups,
    permissions: values(claims, claimMap.permissions),
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

/** One issuer has one name, whichever of its own a token carries: a principal is (issuer, subject). */
export function issuerName(iss: string, { issuer, issuerAliases }: Preset): string {
  return issuer !== undefined && issuerAliases?.includes(iss) ? issuer : iss;
}

function kindOf(claims: JsonObject, { kinds }: IssuerPolicy): IdentityKind {
  for (const { kind, when } of kinds) if (when(claims)) return kind;
  return "service";
}

function userIdOf(claims: JsonObject, paths: readonly ClaimPath[]): string {
  if (paths.length === 0) return claims.sub as string;
  const parts = paths.map((path) => text(readClaim(claims, path)));
  return parts.includes(undefined) ? (claims.sub as string) : parts.join(":");
}

function audienceOf(claims: JsonObject, paths: readonly ClaimPath[] | undefined): readonly string[] {
  const path = paths?.find((one) => readClaim(claims, one) !== undefined);
  const value = paths ? path && readClaim(claims, path) : claims.aud;
  return typeof value === "string" ? frozen([value]) : (stringList(value) ?? none);
}

// RFC 6749 §3.3: a list separated by single spaces, compared to the letter. Other white space separates nothing.
function scopesOf(claims: JsonObject, paths: readonly ClaimPath[], listAllowed: boolean): readonly string[] {
  for (const path of paths) {
    const value = readClaim(claims, path);
    if (typeof value === "string") return frozen(words(value));
    if (listAllowed && Array.isArray(value)) return texts(value);
  }
  return none;
}

function words(text: string): readonly string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    const space = text.indexOf(" ", start);
    const end = space < 0 ? text.length : space;
    if (end > start) found.push(text.slice(start, end));
    start = end + 1;
  }
  return found;
}

/** The texts at the paths, each once. A string is one value, never split; whatever is not a string is not a value. */
function values(claims: JsonObject, paths: readonly ClaimPath[]): readonly string[] {
  let found = none;
  for (const path of paths) {
    const value = readClaim(claims, path);
    if (value === undefined) continue;
    const more = typeof value === "string" ? frozen(value === "" ? [] : [value]) : texts(value);
    found = found === none ? more : frozen([...found, ...more]);
  }
  return distinct(found);
}

function rolesOf(
  roles: readonly string[],
  groups: readonly string[],
  { claimMap }: IssuerPolicy,
): readonly string[] {
  const { roleMap } = claimMap;
  if (!roleMap) return roles;
  const mapped = (value: string) => (Object.hasOwn(roleMap, value) ? (roleMap[value] ?? none) : undefined);
  const all = [
    ...roles.flatMap((role) => mapped(role) ?? role),
    ...groups.flatMap((group) => mapped(group) ?? none),
  ];
  return distinct(frozen(all));
}

/** The list itself where nothing is twice in it, which is almost always. */
function distinct(list: readonly string[]): readonly string[] {
  return allDifferent(list) ? list : frozen([...new Set(list)]);
}

function allDifferent(list: readonly string[]): boolean {
  if (list.length > 8) return new Set(list).size === list.length;
  for (let right = 1; right < list.length; right += 1) {
    for (let left = 0; left < right; left += 1) if (list[left] === list[right]) return false;
  }
  return true;
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

/** The non-empty strings of a list: the list itself, frozen by the parser, where it holds nothing else. */
function texts(value: JsonValue): readonly string[] {
  if (!Array.isArray(value)) return none;
  for (let index = 0; index < value.length; index += 1) {
    if (!isText(value[index])) return frozen(value.filter(isText));
  }
  return value;
}

function isText(value: JsonValue): value is string {
  return typeof value === "string" && value !== "";
}

function frozen(list: readonly string[]): readonly string[] {
  return list.length === 0 ? none : Object.freeze(list);
}
