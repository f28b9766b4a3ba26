// What a document says itself, and what is added to it: its own stays.
import type { ResponseObject, SecurityRequirement, SecurityScheme } from "./types.ts";

/** What was made here: a second `auth` in the same document adds to it, and to nothing else. */
const made = new WeakSet<object>();

/** Notes that a scheme was made here. */
export function markMade(scheme: SecurityScheme): SecurityScheme {
  made.add(scheme);
  return scheme;
}

/** The ways in that an operation has, or ours. */
export function mergedSecurity(own: unknown, added: SecurityRequirement[]): SecurityRequirement[] {
  if (own !== undefined && own !== null && !made.has(own)) return own as SecurityRequirement[];
  const before = (own ?? undefined) as SecurityRequirement[] | undefined;
  // Both guards must be passed: each way in of the one with each of the other.
  const security = before ? before.flatMap((one) => added.map((other) => bothWays(one, other))) : added;
  made.add(security);
  return security;
}

function bothWays(one: SecurityRequirement, other: SecurityRequirement): SecurityRequirement {
  const names = Object.keys({ ...one, ...other });
  return Object.fromEntries(
    names.map((name) => [name, [...new Set([...(one[name] ?? []), ...(other[name] ?? [])])]]),
  );
}

/** Schemes that a document has: ours of another `auth`, under the same name, get our scopes. */
export function mergedSchemes(
  own: object = {},
  added: Record<string, SecurityScheme>,
): Record<string, unknown> {
  const each = Object.entries(own as Record<string, SecurityScheme>).map(([name, mine]) => {
    const other = added[name];
    if (!made.has(mine) || mine.type !== "oauth2" || other?.type !== "oauth2") return [name, mine] as const;
    const { authorizationCode } = mine.flows;
    const scopes = { ...other.flows.authorizationCode.scopes, ...authorizationCode.scopes };
    const merged = { ...mine, flows: { authorizationCode: { ...authorizationCode, scopes } } };
    made.add(merged);
    return [name, merged] as const;
  });
  return Object.fromEntries(each);
}

/** The answers that an operation has, by status or range, and ours to the others. */
export function mergedResponses(
  own: unknown,
  added: Record<string, ResponseObject>,
): Record<string, ResponseObject> {
  const mine = (own ?? {}) as Record<string, ResponseObject>;
  const names = Object.keys(mine).map((name) => name.toUpperCase());
  const missing = Object.entries(added).filter(
    ([status]) => !names.includes(status) && !names.includes(`${status.slice(0, 1)}XX`),
  );
  return { ...mine, ...Object.fromEntries(missing) };
}
