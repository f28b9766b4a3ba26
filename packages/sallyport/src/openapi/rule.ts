// What stands in front of a route, as the document has to know it: which ways in it has, and which refusals it makes.
import type { Requirement, RequirementFields } from "../authorize/index.ts";

/** The rule of one guard. */
export interface Rule {
  readonly needed: Requirement | undefined;
  /** Whether nobody in particular may come, too. */
  readonly optional: boolean;
  /** Whether a bad token is nobody's (`optional` only). */
  readonly anonymous: boolean;
  /** The one way in that is taken; `undefined` for both. */
  readonly by?: "token" | "session" | undefined;
}

/** One way to meet a requirement, in what OpenAPI can express: the issuer, and scopes. */
export interface WayIn {
  readonly issuer: string | undefined;
  readonly scopes: readonly string[];
}

/** Kinds of refusal that only some requirements make. */
export interface Refusable {
  readonly scope: boolean;
  readonly permission: boolean;
  readonly authentication: boolean;
}

/** Beyond so many alternatives a list helps nobody: then the sentence alone tells. */
const mostWays = 32;

/** Several guards on one route: each must be passed, and nobody in particular comes in only where all are optional. */
export function joinRules(rules: readonly Rule[]): Rule | undefined {
  const [first, ...more] = rules;
  if (!first || more.length === 0) return first;
  const needed = [...new Set(rules.flatMap((rule) => (rule.needed === undefined ? [] : [rule.needed])))];
  return {
    needed: needed.length > 1 ? { allOf: needed } : needed[0],
    optional: rules.every((rule) => rule.optional),
    anonymous: rules.every((rule) => rule.anonymous),
    by: rules.find(({ by }) => by !== undefined)?.by,
  };
}

/** Every scope that a requirement names. */
export function scopesIn(needed: Requirement | undefined): readonly string[] {
  if (needed === undefined) return [];
  if ("allOf" in needed) return needed.allOf.flatMap(scopesIn);
  if ("anyOf" in needed) return needed.anyOf.flatMap(scopesIn);
  return ("scopes" in needed ? needed.scopes : undefined) ?? [];
}

/** The ways to meet a requirement. What OpenAPI has no word for (roles, claims, checks) leaves them as they are. */
export function waysIn(needed: Requirement | undefined): readonly WayIn[] {
  if (needed === undefined) return [anyToken];
  if ("allOf" in needed) return needed.allOf.map(waysIn).reduce(both, [anyToken]);
  if ("anyOf" in needed) return unique(needed.anyOf.flatMap(waysIn));
  const { issuer, scopes = [] } = needed as RequirementFields;
  return [{ issuer, scopes }];
}

const anyToken: WayIn = { issuer: undefined, scopes: [] };

function both(left: readonly WayIn[], right: readonly WayIn[]): readonly WayIn[] {
  if (left.length * right.length > mostWays) return left;
  const joined = left.flatMap((one) =>
    right
      .filter(({ issuer }) => (issuer ?? one.issuer) === (one.issuer ?? issuer))
      .map(({ issuer, scopes }) => ({
        issuer: issuer ?? one.issuer,
        scopes: [...new Set([...one.scopes, ...scopes])],
      })),
  );
  return unique(joined);
}

function unique(ways: readonly WayIn[]): readonly WayIn[] {
  const keyOf = ({ issuer, scopes }: WayIn) => JSON.stringify([issuer, [...scopes].sort()]);
  const keys = ways.map(keyOf);
  return ways.filter((_, index) => keys.indexOf(keys[index] as string) === index).slice(0, mostWays);
}

/** Which refusals a requirement can lead to, beside those of every token. */
export function refusable(needed: Requirement | undefined): Refusable {
  if (needed === undefined) return { scope: false, permission: false, authentication: false };
  const parts = "allOf" in needed ? needed.allOf : "anyOf" in needed ? needed.anyOf : undefined;
  if (parts) {
    const each = parts.map(refusable);
    return {
      scope: each.some((one) => one.scope),
      permission: each.some((one) => one.permission),
      authentication: each.some((one) => one.authentication),
    };
  }
  const names = Object.keys(needed);
  const forAuthentication = ["acr", "maxAgeSeconds"];
  return {
    scope: names.includes("scopes"),
    permission: names.some((name) => name !== "scopes" && !forAuthentication.includes(name)),
    authentication: names.some((name) => forAuthentication.includes(name)),
  };
}
