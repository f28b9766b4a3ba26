// What the guards of one `auth` leave behind for its document: the requirement travels with the guard.
import { requirement } from "../authorize/index.ts";
import type { IssuerMetadata } from "../verify/index.ts";
import type { EndpointLike } from "./endpoints.ts";
import { type Rule, scopesIn } from "./rule.ts";

/** What an application's guards leave behind for its document. */
export interface GuardNotes {
  issuers(): readonly IssuerMetadata[];
  /** The rule of a guard: of the function or object that a framework was given. */
  ruleOf(guard: unknown): Rule | undefined;
  /** The router's endpoint that a handler answers. */
  endpointOf(handler: unknown): EndpointLike | undefined;
  /** The scopes that any guard asks for. */
  scopes(): Iterable<string>;
  /** Whether the application writes the bodies of refusals itself. */
  readonly ownBodies: boolean;
  /** Whether tokens may be bound by DPoP. */
  readonly dpop: boolean;
  /** The router's endpoints, and where it is. */
  router(): { readonly endpoints: readonly EndpointLike[]; readonly basePath: string } | undefined;
  /** The cookie that sessions are in; `undefined` where there are none. */
  readonly sessionCookie?: string | undefined;
}

/** Keeps the notes of one `auth`. */
export function createNotes(
  facts: Pick<GuardNotes, "issuers" | "ownBodies" | "dpop" | "sessionCookie" | "router">,
): GuardNotes & {
  note(guard: object, rule: Rule): void;
  noteEndpoint(handler: object, endpoint: EndpointLike): void;
} {
  const rules = new WeakMap<object, Rule>();
  const endpoints = new WeakMap<object, EndpointLike>();
  const scopes = new Set<string>();
  return {
    ...facts,
    scopes: () => scopes,
    endpointOf: (handler) => (typeof handler === "function" ? endpoints.get(handler) : undefined),
    noteEndpoint(handler, endpoint) {
      endpoints.set(handler, endpoint);
    },
    ruleOf: (guard) =>
      (typeof guard === "object" || typeof guard === "function") && guard !== null
        ? rules.get(guard)
        : undefined,
    note(guard, given) {
      const rule = given.needed === undefined ? given : { ...given, needed: requirement(given.needed) };
      rules.set(guard, rule);
      for (const scope of scopesIn(rule.needed)) scopes.add(scope);
    },
  };
}
