// Who came in with which request: one table for the guard that writes it and for everyone who reads it.
import type { Guard } from "../http/index.ts";
import type { Identity } from "../identity.ts";
import { nodeRequest } from "./nest-exchange.ts";

/** What a guard let in. */
export interface Visit {
  /** The guard, so that a second one of the same rule need not judge again. */
  readonly guard: Guard<unknown>;
  /** `undefined` for nobody. */
  readonly identity: Identity<unknown> | undefined;
}

const visits = new WeakMap<object, Visit>();

export function admit(request: unknown, visit: Visit): void {
  visits.set(nodeRequest(request), visit);
}

export function visitOf(request: unknown): Visit | undefined {
  return visits.get(nodeRequest(request));
}

/**
 * The caller, or `undefined` for nobody on a route where that may be.
 *
 * @throws Error where nothing guarded the route: an answer of "nobody" would be a lie
 */
export function maybeCaller(request: unknown): Identity<unknown> | undefined {
  const visit = visitOf(request);
  if (!visit) {
    throw new Error("No caller is known: the route is not protected. Add @Protected() or @MaybeProtected()");
  }
  return visit.identity;
}
