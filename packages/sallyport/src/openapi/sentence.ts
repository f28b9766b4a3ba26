// A requirement in words for people who read the document. Claims are named without the values that are asked of them.
import type { ClaimRequirement, Requirement, RequirementFields } from "../authorize/index.ts";

/** Such as `role Admin or scope users:write`. */
export function inWords(needed: Requirement, nested = false): string {
  if ("allOf" in needed) return joined(needed.allOf, " and ", nested);
  if ("anyOf" in needed) return joined(needed.anyOf, " or ", nested);
  if ("test" in needed) return `the check "${needed.check}"`;
  const parts = fieldsInWords(needed as RequirementFields);
  return nested && parts.length > 1 ? `(${parts.join(" and ")})` : parts.join(" and ");
}

function joined(list: readonly Requirement[], word: string, nested: boolean): string {
  const parts = list.map((one) => inWords(one, list.length > 1 || nested));
  return nested && parts.length > 1 ? `(${parts.join(word)})` : parts.join(word);
}

function fieldsInWords(fields: RequirementFields): string[] {
  const { scopes, permissions, roles, groups, claims, acr, maxAgeSeconds, kind, issuer } = fields;
  const named = (word: string, names: readonly string[] | undefined) =>
    names ? [`${word}${names.length > 1 ? "s" : ""} ${names.join(", ")}`] : [];
  const classes = typeof acr === "string" ? [acr] : acr;
  return [
    ...named("scope", scopes),
    ...named("permission", permissions),
    ...named("role", roles),
    ...named("group", groups),
    ...(claims ?? []).map((one) => `a certain claim ${claimName(one)}`),
    ...(kind === undefined ? [] : [`a ${kind} as caller`]),
    ...(issuer === undefined ? [] : [`a token of ${issuer}`]),
    ...(classes ? [`authentication of class ${classes.join(" or ")}`] : []),
    ...(maxAgeSeconds === undefined ? [] : [`authentication within ${maxAgeSeconds} seconds`]),
  ];
}

function claimName({ claim }: ClaimRequirement): string {
  return typeof claim === "string" ? claim : claim.join(".");
}
