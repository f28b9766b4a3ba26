// Which fields of a requirement a caller does not meet, and why: in words that name a claim and never its value.
import { claimPath, readClaim } from "../claim-path.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { ClaimRequirement, RequirementFields } from "./requirement.ts";

/** A field that does not hold. */
export interface Unmet {
  readonly field: string;
  readonly why: string;
}

const nothingUnmet: readonly Unmet[] = Object.freeze([]);

/** Those of the fields that ask who the caller is, and not what it has. */
export function unmetFields(identity: Identity<unknown>, { kind, issuer, claims }: RequirementFields) {
  const wrongKind = kind !== undefined && kind !== identity.kind;
  const wrongIssuer = issuer !== undefined && issuer !== identity.issuer;
  const wrongClaims = claims?.filter((one) => !claimHolds(identity, one)) ?? [];
  if (!wrongKind && !wrongIssuer && wrongClaims.length === 0) return nothingUnmet;
  return [
    ...(wrongKind
      ? [{ field: "kind", why: `the caller is a ${identity.kind}, the requirement takes ${kind}` }]
      : []),
    ...(wrongIssuer
      ? [{ field: "issuer", why: "the token is of another issuer than the requirement takes" }]
      : []),
    ...wrongClaims.map((one) => ({ field: "claims", why: whyNot(identity, one) })),
  ];
}

/** A missing claim holds nothing: what a requirement takes is a text, a number, true or false. */
function claimHolds(identity: Identity<unknown>, needed: ClaimRequirement): boolean {
  const value = readClaim(identity.claims as JsonObject, claimPath(needed.claim));
  if ("equals" in needed) return value === needed.equals;
  if ("oneOf" in needed) return (needed.oneOf as readonly unknown[]).includes(value);
  return Array.isArray(value) && value.includes(needed.contains);
}

function whyNot({ claims }: Identity<unknown>, needed: ClaimRequirement): string {
  const path = claimPath(needed.claim);
  const name = `the claim ${path.join(".")}`;
  const value = readClaim(claims as JsonObject, path);
  if (value === undefined) return `the token has no claim ${path.join(".")}`;
  if ("contains" in needed) {
    return Array.isArray(value)
      ? `${name} does not contain what the requirement takes`
      : `${name} is not a list`;
  }
  const wanted = "equals" in needed ? [needed.equals] : needed.oneOf;
  const sorts = new Set(wanted.map(sortOf));
  if (!sorts.has(sortOf(value)))
    return `${name} is ${sortOf(value)}, the requirement takes ${[...sorts].join(" or ")}`;
  return `${name} is not what the requirement takes`;
}

function sortOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  if (typeof value === "number") return "a number";
  return typeof value === "boolean" ? "true or false" : "an object";
}

/** Why an acr will not do. */
export function weakness({ acr }: Identity<unknown>): string {
  return `not of a required acr${acr === undefined ? " (the token has no acr)" : ""}`;
}

/** Why an authentication of this age will not do. */
export function oldness(ageSeconds: number): string {
  if (ageSeconds === Number.POSITIVE_INFINITY) return "of unknown age (the token has no auth_time)";
  return ageSeconds < 0 ? "in the future, by the token's auth_time" : "longer ago than maxAgeSeconds allows";
}
