// What was decided → the one event of a request, and what counts it.
import { describeRequirement, type Requirement } from "../authorize/index.ts";
import type { AuthError } from "../errors.ts";
import type { DecisionEvent } from "../events.ts";
import type { Verified } from "../verify/index.ts";
import type { Watch } from "../watch.ts";
import type { RequestFacts } from "./facts.ts";

/** How a request began: `at` by the clock (milliseconds since 1970), `start`, where it is measured, by `performance.now()`. */
export interface Begun {
  readonly at: number;
  start: number | undefined;
  /** The leaf of the door that was tried. */
  by: DecisionEvent["by"];
}

/** Of a request whose time could not even be read. */
export const notBegun: Begun = Object.freeze({ at: 0, start: undefined, by: undefined });

/** How a request ended. */
export interface Told<Claims> {
  readonly outcome: DecisionEvent["outcome"];
  readonly verified?: Verified<Claims> | undefined;
  readonly error?: AuthError | undefined;
  /** Of the answer, where one was made in place of the handler's. */
  readonly status?: number | undefined;
}

/** Who listens. */
export interface Listeners {
  /** Receives the decision; `undefined` where nobody listens. */
  readonly emit: ((event: DecisionEvent) => void) | undefined;
  /** Hears of the decision before that, and of less: what can be counted. */
  readonly watch?: Pick<Watch, "decision"> | undefined;
}

/** Tells of decisions about one route; `undefined` where nobody listens. */
export function createTell<Claims>(
  needed: Requirement | undefined,
  { emit, watch }: Listeners,
): ((facts: RequestFacts, begun: Begun, told: Told<Claims>) => void) | undefined {
  if (!emit && !watch) return undefined;
  const described = needed && describeRequirement(needed);
  return ({ method, route, requestId }, { at, start, by }, { outcome, verified, error, status }) => {
    try {
      watch?.decision({ outcome, code: error?.code, route, verified });
    } catch {
      // Who looks on can't hurt a request.
    }
    if (!emit) return;
    const identity = verified?.identity;
    emit({
      type: "decision",
      time: at,
      outcome,
      by,
      code: error?.code,
      reason: error?.message,
      status,
      issuer: identity?.issuer,
      subject: identity?.subject,
      clientId: identity?.clientId,
      actor: identity?.actor?.subject,
      keyId: verified?.keyId,
      route,
      method,
      requirement: described,
      requestId,
      latencyMicroseconds: start === undefined ? 0 : Math.round((performance.now() - start) * 1000),
      cached: verified?.cached ?? false,
    });
  };
}
