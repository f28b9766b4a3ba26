// What the claims of a token must say before anyone believes them (RFC 7519 §4.1, RFC 9068 §4, RFC 8725 §3).

import { type ClaimPath, readClaim } from "../../claim-path.ts";
import { AuthError, type AuthErrorCode } from "../../errors.ts";
import type { JsonObject, JsonValue } from "../../identity.ts";
import type { ClaimTest, Preset } from "../issuers/preset.ts";
import { audienceDifference } from "./audience-difference.ts";

/** The part of an issuer's policy that concerns claims. Times in seconds. */
export interface ClaimsPolicy {
  readonly preset: Preset;
  readonly accept: readonly ClaimTest[];
  readonly refuse: readonly ClaimTest[];
  readonly audience: readonly string[];
  /** `false`: a token that names no audience at all is let through. Always `true` for a JWT. */
  readonly audienceRequired: boolean;
  readonly requiredClaims: readonly ClaimPath[];
  readonly clockToleranceSeconds: number;
  readonly maxTokenAgeSeconds: number | undefined;
}

// 9999-12-31T23:59:59Z. A greater NumericDate is not a date: it is milliseconds, or an attempt never to expire.
const greatestDate = 253_402_300_799;
const longestSubject = 255;

/** @throws AuthError `missing_claim` */
export function requireClaims(claims: JsonObject, paths: readonly ClaimPath[]): void {
  for (const path of paths) {
    const value = readClaim(claims, path);
    if (value === undefined || value === null) {
      throw refusal("missing_claim", `The token has no ${path.join(".")}, which the configuration requires`);
    }
  }
}

/**
 * Checks the claims of a token whose signature is good.
 *
 * @throws AuthError `missing_claim`, `invalid_claim`, `token_expired`, `token_not_yet_valid`, `token_too_old`,
 * `invalid_audience` or `wrong_token_type`
 */
export function checkClaims(claims: JsonObject, policy: ClaimsPolicy, nowSeconds: number): void {
  const { preset, clockToleranceSeconds: tolerance } = policy;
  for (const name of preset.required) {
    if (!Object.hasOwn(claims, name) || claims[name] === null) {
      const hint = preset.hints?.[name];
      throw refusal("missing_claim", `The token has no ${name}${hint ? ` (${hint})` : ""}`);
    }
  }
  requireClaims(claims, policy.requiredClaims);
  // Every preset requires both of a JWT: checkPreset sees to it for those of the user's own. What a provider says of a token
  // may lack iat, but not where the age of tokens is limited.
  const exp = dateClaim(claims.exp, "exp") as number;
  const nbf = dateClaim(claims.nbf, "nbf");
  const iat = dateClaim(claims.iat, "iat");
  dateClaim(claims.auth_time, "auth_time");
  // The comparisons are put so that what is not a number refuses.
  if (!(nowSeconds < exp + tolerance)) throw refusal("token_expired", "The access token has expired");
  if (nbf !== undefined && nbf > nowSeconds + tolerance) {
    throw refusal("token_not_yet_valid", "The token is not valid yet (nbf)");
  }
  if (nbf !== undefined && nbf > exp) throw refusal("invalid_claim", "The token's nbf is after its exp");
  if (iat !== undefined && !(iat <= nowSeconds + tolerance)) {
    throw refusal("token_not_yet_valid", "The token was issued in the future (iat)");
  }
  const { maxTokenAgeSeconds = Number.POSITIVE_INFINITY } = policy;
  if (nowSeconds - (iat ?? nowSeconds) > maxTokenAgeSeconds + tolerance) {
    throw refusal("token_too_old", "The token was issued longer ago than maxTokenAgeSeconds allows");
  }
  checkSubject(claims.sub);
  stringClaim(claims.jti, "jti");
  stringClaim(claims.client_id, "client_id");
  stringClaim(claims.azp, "azp");
  checkClient(claims, preset);
  checkActor(claims.act, "act");
  checkActor(claims.may_act, "may_act");
  checkType(claims, policy);
  checkAudience(claims, policy);
}

/** Separates access tokens from every other kind of token this provider signs. */
function checkType(claims: JsonObject, { preset, accept, refuse }: ClaimsPolicy): void {
  for (const test of accept) {
    if (test(claims)) continue;
    throw refusal("wrong_token_type", `The claims are not those of an access token (preset ${preset.name})`);
  }
  for (const test of refuse) {
    if (!test(claims)) continue;
    throw refusal(
      "wrong_token_type",
      `The claims are those of another kind of token (preset ${preset.name})`,
    );
  }
}

const audClaim: readonly ClaimPath[] = [["aud"]];

function checkAudience(claims: JsonObject, policy: ClaimsPolicy): void {
  const { audience, preset } = policy;
  for (const path of preset.audience ?? audClaim) {
    const value = readClaim(claims, path);
    if (value === undefined) continue;
    const list = stringList(value);
    if (!list)
      throw refusal("invalid_audience", `The token's ${path.join(".")} is not a string or a list of strings`);
    if (!intersect(list, audience)) {
      throw refusal("invalid_audience", audienceDifference(path.join("."), list, claims, policy));
    }
    return;
  }
  if (!policy.audienceRequired) return;
  const names = (preset.audience ?? audClaim).map((path) => path.join(".")).join(" and no ");
  throw refusal("invalid_audience", `The token names no audience: it has no ${names}`);
}

/** A non-empty string, or a non-empty list of such, as a list; anything else is `undefined`. */
export function stringList(value: JsonValue | undefined): readonly string[] | undefined {
  const list = typeof value === "string" ? [value] : value;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  for (let index = 0; index < list.length; index += 1) {
    const one: unknown = list[index];
    if (typeof one !== "string" || one === "") return undefined;
  }
  return list as readonly string[];
}

function intersect(left: readonly string[], right: readonly string[]): boolean {
  for (let index = 0; index < left.length; index += 1)
    if (includes(right, left[index] as string)) return true;
  return false;
}

/**
 * Whether a list has a value. Lists that a token meets are frozen, and on those V8's own methods take their slow way:
 * here, and wherever such a list is read for each token, is a plain loop.
 */
export function includes<Value>(list: readonly Value[], value: Value): boolean {
  for (let index = 0; index < list.length; index += 1) if (list[index] === value) return true;
  return false;
}

function dateClaim(value: JsonValue | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || value > greatestDate || value < -greatestDate) {
    throw refusal("invalid_claim", `The token's ${name} is not a NumericDate before the year 10000`);
  }
  return value;
}

// OIDC Core §2: at most 255 ASCII characters. Providers do use others (an e-mail address as `sub`), so only the length
// and control characters, which have no place in a log, are refused.
function checkSubject(sub: JsonValue | undefined): void {
  if (typeof sub !== "string" || sub === "" || sub.length > longestSubject || hasControls(sub)) {
    throw refusal(
      sub === undefined ? "missing_claim" : "invalid_claim",
      sub === undefined
        ? "The token has no sub"
        : `The token's sub is not a string of 1 to ${longestSubject} characters without control characters`,
    );
  }
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function stringClaim(value: JsonValue | undefined, name: string): void {
  if (value === undefined) return;
  if (typeof value !== "string" || value === "") {
    throw refusal("invalid_claim", `The token's ${name} is not a non-empty string`);
  }
}

// RFC 9068 §2.2 and OIDC Core §2 name the client each in its own way: a token that has both must mean one client.
function checkClient(claims: JsonObject, { clientId }: Preset): void {
  let named: JsonValue | undefined;
  for (const path of clientId) {
    const value = readClaim(claims, path);
    if (value === undefined) continue;
    if (named !== undefined && value !== named) {
      throw refusal("invalid_claim", "The token names two different clients");
    }
    named = value;
  }
}

const deepestActor = 8;

// RFC 8693 §4.1, §4.4: an object with claims of the actor, nested for the actors before. Who acts is named by `sub`; who only
// may act is nobody's identity here, and some providers name its client alone.
function checkActor(act: JsonValue | undefined, name: "act" | "may_act"): void {
  let actor = act;
  for (let depth = 0; actor !== undefined; depth += 1) {
    if (typeof actor !== "object" || actor === null || Array.isArray(actor) || depth === deepestActor) {
      throw refusal(
        "invalid_claim",
        `The token's ${name} is not an actor, or the chain of actors is too long`,
      );
    }
    const { sub, iss, client_id: clientId, act: previous } = actor as JsonObject;
    const named = sub ?? (name === "may_act" ? clientId : undefined);
    if (typeof named !== "string" || named === "") {
      throw refusal("invalid_claim", `The token's ${name} has no sub`);
    }
    for (const value of [iss, clientId]) {
      if (value !== undefined && typeof value !== "string") {
        throw refusal("invalid_claim", `The token's ${name} has a claim of the wrong type`);
      }
    }
    actor = previous;
  }
}

function refusal(code: AuthErrorCode, message: string): AuthError {
  return new AuthError(code, message);
}
