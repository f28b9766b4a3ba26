// `auth.openapi()`: the security schemes of a document, and what each of its operations says of its guard.
import { type Requirement, requirement } from "../authorize/index.ts";
import { type EndpointItem, endpointItem, endpointPaths } from "./endpoints.ts";
import { markMade, mergedResponses, mergedSchemes, mergedSecurity } from "./merge.ts";
import type { GuardNotes } from "./notes.ts";
import { allStatuses, type OpenApiOptions, schemeOptions } from "./options.ts";
import { responsesOf } from "./responses.ts";
import { joinRules, type Rule, scopesIn } from "./rule.ts";
import { securityOf, securityScheme, sessionScheme, sessionSecurity } from "./schemes.ts";
import type { OperationLike, ProtectedOperation, SecurityScheme } from "./types.ts";

/** An application's part of an OpenAPI document, 3.0 or 3.1. */
export interface OpenApi {
  /** For the document's `components`. Read anew each time: endpoints become known, and scopes are added with the routes. */
  readonly components: { securitySchemes: Record<string, SecurityScheme> };
  /** For the document's `paths`: the endpoints of the router, by path and method; none where there is no router. */
  readonly paths: Record<string, EndpointItem>;
  /**
   * An operation with `security` and the refusals added. What the operation says itself is kept: its `security`, and its
   * answers to a status or a range (`4XX`).
   *
   * @param guard what stands in front of the route, as `required()` or `optional()` gave it; or a requirement
   * @throws TypeError where it is neither
   */
  operation<Own extends OperationLike = Record<never, never>>(
    guard: object | undefined,
    own?: Own,
  ): Own & ProtectedOperation;
}

/** Beside what users see: for the adapters. */
export interface OpenApiKit extends OpenApi {
  /** The joint rule of several guards; `undefined` where none of them is one of ours. */
  ruleOf(guards: readonly unknown[]): Rule | undefined;
  /** Adds to an operation what a rule means. */
  describe<Own extends OperationLike>(rule: Rule, own: Own): Own & ProtectedOperation;
  /** What the document says of the router's endpoint that a handler answers, by method; `undefined` of any other. */
  endpointItem(handler: unknown): EndpointItem | undefined;
  /** Our schemes beside those that the document has: its own stay, and ours of another `auth` get scopes. */
  schemesBeside(own: object | undefined): Record<string, unknown>;
}

/**
 * Describes the guards of one `auth`.
 *
 * @param among all that share the document and these options: an issuer has one name in it
 * @throws TypeError where an option is unknown or of the wrong form
 */
export function createOpenApi(
  notes: GuardNotes,
  options: OpenApiOptions = {},
  among: readonly GuardNotes[] = [notes],
): OpenApiKit {
  const issuers = [...new Set(among.flatMap((one) => one.issuers().map(({ issuer }) => issuer)))];
  const each = schemeOptions(options, issuers);
  const schemes = () =>
    notes.issuers().map((issuer) => ({
      issuer,
      options: each[issuers.indexOf(issuer.issuer)] as (typeof each)[number],
    }));
  const { statuses = allStatuses, describe: told = true, content } = options;
  /** Of requirements that no guard has. */
  const scopes = new Set<string>();

  function describe<Own extends OperationLike>(rule: Rule, own: Own): Own & ProtectedOperation {
    for (const scope of scopesIn(rule.needed)) scopes.add(scope);
    const all = schemes();
    const responses = responsesOf(rule, {
      statuses,
      describe: told,
      content: content ?? (notes.ownBodies ? {} : undefined),
      always: {
        scope: all.some(({ issuer }) => issuer.requiredScopes.length > 0),
        permission: all.some(({ issuer }) => issuer.requiredPermissions.length > 0),
        authentication: false,
      },
      dpop: notes.dpop,
      sessions: notes.sessionCookie !== undefined,
    });
    return {
      ...own,
      security: mergedSecurity(own.security, securityOf(all, rule, notes.sessionCookie !== undefined)),
      responses: mergedResponses(own.responses, responses),
    };
  }

  function ownSchemes(): Record<string, SecurityScheme> {
    const used = [...among.flatMap((one) => [...one.scopes()]), ...scopes];
    const entries = schemes().map((one) => [one.options.name, markMade(securityScheme(one, used))] as const);
    const { sessionCookie } = notes;
    if (sessionCookie === undefined) return Object.fromEntries(entries);
    return { ...Object.fromEntries(entries), [sessionScheme]: markMade(sessionSecurity(sessionCookie)) };
  }

  const forSession = notes.sessionCookie === undefined ? undefined : sessionScheme;

  return {
    get components() {
      return { securitySchemes: ownSchemes() };
    },
    get paths() {
      const { endpoints = [], basePath = "" } = notes.router() ?? {};
      return endpointPaths(endpoints, basePath, forSession);
    },
    endpointItem(handler) {
      const endpoint = notes.endpointOf(handler);
      return endpoint && endpointItem(endpoint, forSession);
    },
    schemesBeside: (own) => ({ ...ownSchemes(), ...mergedSchemes(own, ownSchemes()) }),
    operation(guard, own) {
      const rule = notes.ruleOf(guard) ?? ruleFrom(guard);
      return describe(rule, own ?? ({} as NonNullable<typeof own>));
    },
    ruleOf: (guards) => joinRules(guards.map(notes.ruleOf).filter((rule) => rule !== undefined)),
    describe,
  };
}

function ruleFrom(guard: unknown): Rule {
  if (typeof guard === "function") {
    throw new TypeError(
      "openapi: this function is no guard of this auth; it takes what its required() or optional() gave",
    );
  }
  const needed = guard === undefined ? undefined : requirement(guard as Requirement);
  return { needed, optional: false, anonymous: false };
}
