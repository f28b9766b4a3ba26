// Identity + Requirement → Decision: pure, but for the checks in code.
import { chain, isPromise } from "../chain.ts";
import { AuthError, type AuthErrorCode } from "../errors.ts";
import type { Identity } from "../identity.ts";
import type { Check } from "./check.ts";
import { isCheck, type Requirement, type RequirementFields, requirement } from "./requirement.ts";
import { oldness, type Unmet, unmetFields, weakness } from "./unmet.ts";

/** What a denied caller lacks. */
export interface Missing {
  readonly scopes: readonly string[];
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Names of other fields that do not hold: `kind`, `issuer`, `claims`, `acr`, `maxAgeSeconds`, a check's name. */
  readonly other: readonly string[];
}

/** The answer to a requirement, with its reason. */
export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly code: Extract<
        AuthErrorCode,
        | "insufficient_scope"
        | "insufficient_permissions"
        | "insufficient_user_authentication"
        | "check_failed"
      >;
      /** One sentence for the log. */
      readonly reason: string;
      readonly missing: Missing;
      /** All scopes that the requirement asks for, where one of them is missing (RFC 6750 §3 `scope`). */
      readonly scopes: readonly string[];
      /** For the challenge (RFC 9470 §3). */
      readonly acrValues: readonly string[];
      readonly maxAgeSeconds: number | undefined;
      readonly cause?: unknown;
    };

type Denied = Extract<Decision, { allowed: false }>;

const allowed: Decision = Object.freeze({ allowed: true });
const nothing: Missing = Object.freeze({ scopes: [], permissions: [], roles: [], groups: [], other: [] });

/**
 * Decides without a request. A caller never makes it throw.
 *
 * @throws TypeError where `needed` is not a requirement
 * @param nowMs the time in milliseconds since 1970, for `maxAgeSeconds`. Default: the clock's
 */
export function decide(
  identity: Identity<unknown>,
  needed: Requirement | undefined,
  nowMs: number = Date.now(),
): Decision | Promise<Decision> {
  if (needed === undefined) return allowed;
  const judged = requirement(needed);
  if (isCheck(judged)) return runCheck(identity, judged);
  if (hasAllOf(judged)) return decideAll(identity, judged.allOf, nowMs, 0);
  if (hasAnyOf(judged)) return decideAny(identity, judged.anyOf, nowMs, 0, []);
  return decideFields(identity, judged as RequirementFields, nowMs);
}

function decideFields(identity: Identity<unknown>, needed: RequirementFields, nowMs: number): Decision {
  const lacks = (want: readonly string[] | undefined, have: readonly string[]) =>
    want ? want.filter((one) => !have.includes(one)) : [];
  const unmet = unmetFields(identity, needed);
  const missing: Missing = {
    scopes: lacks(needed.scopes, identity.scopes),
    permissions: lacks(needed.permissions, identity.permissions),
    roles: lacks(needed.roles, identity.roles),
    groups: lacks(needed.groups, identity.groups),
    other: unmet.length === 0 ? nothing.other : [...new Set(unmet.map(({ field }) => field))],
  };
  const authorized = denied(missing, unmet, needed.scopes);
  // What the caller may never do comes first: signing in again would not help (RFC 9470 §3 is for those whom it would).
  if (authorized) return authorized;
  return decideAuthentication(identity, needed, nowMs) ?? allowed;
}

function denied(
  missing: Missing,
  unmet: readonly Unmet[],
  scopes: readonly string[] = [],
): Denied | undefined {
  const parts = (["scopes", "permissions", "roles", "groups"] as const).filter(
    (name) => missing[name].length > 0,
  );
  if (parts.length === 0 && unmet.length === 0) return undefined;
  const lacks = parts.map((name) => `${name} ${missing[name].join(", ")}`).join("; ");
  const reasons = [...(lacks ? [`the caller lacks ${lacks}`] : []), ...unmet.map(({ why }) => why)].join(
    "; ",
  );
  return {
    allowed: false,
    code: missing.scopes.length > 0 ? "insufficient_scope" : "insufficient_permissions",
    reason: reasons.charAt(0).toUpperCase() + reasons.slice(1),
    missing,
    scopes: missing.scopes.length > 0 ? scopes : [],
    acrValues: [],
    maxAgeSeconds: undefined,
  };
}

function decideAuthentication(
  identity: Identity<unknown>,
  needed: RequirementFields,
  nowMs: number,
): Denied | undefined {
  const acrValues = typeof needed.acr === "string" ? [needed.acr] : (needed.acr ?? []);
  const weak = acrValues.length > 0 && !(identity.acr !== undefined && acrValues.includes(identity.acr));
  const { maxAgeSeconds } = needed;
  // A missing auth_time proves no age, and one in the future proves nothing.
  const age = identity.authTime === undefined ? Number.POSITIVE_INFINITY : nowMs / 1000 - identity.authTime;
  const old = maxAgeSeconds !== undefined && !(age <= maxAgeSeconds && age >= -futureToleranceSeconds);
  if (!weak && !old) return undefined;
  return {
    allowed: false,
    code: "insufficient_user_authentication",
    reason: `The authentication is ${[weak ? weakness(identity) : "", old ? oldness(age) : ""].filter(Boolean).join(" and ")}`,
    missing: { ...nothing, other: [...(weak ? ["acr"] : []), ...(old ? ["maxAgeSeconds"] : [])] },
    scopes: [],
    acrValues: weak ? acrValues : [],
    maxAgeSeconds: old ? maxAgeSeconds : undefined,
  };
}

const futureToleranceSeconds = 60;

function decideAll(
  identity: Identity<unknown>,
  list: readonly Requirement[],
  nowMs: number,
  index: number,
  stepUp?: Denied,
): Decision | Promise<Decision> {
  const next = list[index];
  if (!next) return stepUp ?? allowed;
  return chain(decide(identity, next, nowMs), (decision) => {
    if (decision.allowed) return decideAll(identity, list, nowMs, index + 1, stepUp);
    if (decision.code !== "insufficient_user_authentication") return withAllScopes(decision, list);
    // What signing in again would not cure may still follow, and so may another reason to sign in again.
    return decideAll(identity, list, nowMs, index + 1, stepUp ? bothStepUps(stepUp, decision) : decision);
  });
}

function bothStepUps(one: Denied, other: Denied): Denied {
  const ages = [one.maxAgeSeconds, other.maxAgeSeconds].filter((age) => age !== undefined);
  return {
    ...one,
    reason: `${one.reason}; ${other.reason}`,
    missing: { ...nothing, other: [...one.missing.other, ...other.missing.other] },
    acrValues: one.acrValues.length > 0 ? one.acrValues : other.acrValues,
    maxAgeSeconds: ages.length > 0 ? Math.min(...ages) : undefined,
  };
}

/** A token that lacks one scope is told of all that the whole list asks for: one more grant should be enough. */
function withAllScopes(denial: Denied, list: readonly Requirement[]): Denied {
  if (denial.code !== "insufficient_scope") return denial;
  return { ...denial, scopes: [...new Set([...list.flatMap(scopesOf), ...denial.scopes])] };
}

function scopesOf(needed: Requirement): readonly string[] {
  if (hasAllOf(needed)) return needed.allOf.flatMap(scopesOf);
  return Object.hasOwn(needed, "scopes") ? ((needed as RequirementFields).scopes ?? []) : [];
}

/** Scopes that a client without a token does well to ask for: of alternatives the first one's, as where all are denied. */
export function scopesToAskFor(needed: Requirement): readonly string[] {
  if (hasAnyOf(needed)) return needed.anyOf.slice(0, 1).flatMap(scopesToAskFor);
  return hasAllOf(needed) ? needed.allOf.flatMap(scopesToAskFor) : scopesOf(needed);
}

function decideAny(
  identity: Identity<unknown>,
  list: readonly Requirement[],
  nowMs: number,
  index: number,
  before: readonly Denied[],
): Decision | Promise<Decision> {
  const next = list[index];
  if (!next) return noneOf(before);
  return chain(decide(identity, next, nowMs), (decision) =>
    decision.allowed ? decision : decideAny(identity, list, nowMs, index + 1, [...before, decision]),
  );
}

/**
 * What to tell whom no alternative lets in: an outage before a lack (it might have let the caller in), a step-up before a
 * refusal for good, and scopes only where the first alternative is one of scopes.
 */
function noneOf(denials: readonly Denied[]): Denied {
  const of = (code: Denied["code"]) => denials.find((denial) => denial.code === code);
  const told = of("check_failed") ?? of("insufficient_user_authentication") ?? denials[0];
  const reason = `None of the alternatives holds: ${denials.map((denial) => denial.reason).join(" | ")}`;
  return { ...(told as Denied), reason };
}

function runCheck(identity: Identity<unknown>, { check: name, test }: Check): Decision | Promise<Decision> {
  const broken = (cause: unknown): Denied => ({
    allowed: false,
    code: "check_failed",
    reason: `The check "${name}" failed to answer`,
    missing: { ...nothing, other: [name] },
    scopes: [],
    acrValues: [],
    maxAgeSeconds: undefined,
    cause,
  });
  const judge = (answer: unknown): Decision => {
    if (answer === true) return allowed;
    const why = `the check "${name}" did not answer true`;
    return denied({ ...nothing, other: [name] }, [{ field: name, why }]) as Denied;
  };
  try {
    const answer: unknown = test(identity as Identity);
    return isPromise(answer) ? answer.then(judge, broken) : judge(answer);
  } catch (cause) {
    return broken(cause);
  }
}

/** The error of a denial: the same object yields the HTTP refusal and the event (DESIGN, decision 13). */
export function denialError(denial: Denied): AuthError {
  return new AuthError(denial.code, denial.reason, {
    ...(denial.cause === undefined ? {} : { cause: denial.cause }),
    scopes: denial.scopes,
    acrValues: denial.acrValues,
    ...(denial.maxAgeSeconds === undefined ? {} : { maxAgeSeconds: denial.maxAgeSeconds }),
  });
}

/** A requirement in one line, for events and documentation. */
export function describeRequirement(needed: Requirement): string {
  if (isCheck(needed)) return `check "${needed.check}"`;
  if (hasAllOf(needed)) return needed.allOf.map((one) => `(${describeRequirement(one)})`).join(" and ");
  if (hasAnyOf(needed)) return needed.anyOf.map((one) => `(${describeRequirement(one)})`).join(" or ");
  return Object.entries(needed)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

// Own members only: nothing that somebody puts on Object.prototype makes a requirement into another.
function hasAllOf(needed: Requirement): needed is { readonly allOf: readonly Requirement[] } {
  return Object.hasOwn(needed, "allOf");
}

function hasAnyOf(needed: Requirement): needed is { readonly anyOf: readonly Requirement[] } {
  return Object.hasOwn(needed, "anyOf");
}
