// A verified caller → let in, or denied: the requirement, the one token, the nonce of the next proof.
import { decide, denialError, type Requirement } from "../authorize/index.ts";
import { chain } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { Verified, Verifier } from "../verify/index.ts";
import type { RequestFacts } from "./facts.ts";

/** Carries who was denied from the decision to the event. */
export class Denied {
  readonly error: AuthError;
  readonly verified: Verified<unknown>;
  constructor(error: AuthError, verified: Verified<unknown>) {
    this.error = error;
    this.verified = verified;
  }
}

/** Judges callers that are known by now. Both throw {@link Denied}, at once or by rejection. */
export interface Judge<Claims> {
  /** Whoever came with a token. */
  bearer(
    verified: Verified<Claims> | Promise<Verified<Claims>>,
    facts: RequestFacts,
  ): Verified<Claims> | Promise<Verified<Claims>>;
  /** Whether a caller meets the requirement, however they came. */
  require(verified: Verified<Claims>): Verified<Claims> | Promise<Verified<Claims>>;
}

/** @param needed `undefined` where everyone will do */
export function createJudge<Claims>(
  needed: Requirement | undefined,
  { verifier, now }: { readonly verifier: Verifier<Claims>; readonly now: () => number },
): Judge<Claims> {
  function bearer(
    verified: Verified<Claims> | Promise<Verified<Claims>>,
    facts: RequestFacts,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    const { tokenInForm } = facts;
    const passed = needed === undefined ? verified : chain(verified, require);
    // Last, since the body may have to be read for it: a bad token is refused before that.
    const single = tokenInForm ? chain(passed, (one) => requireOneToken(one, tokenInForm)) : passed;
    return verifier.dpop ? chain(single, (one) => addNonce(one, facts)) : single;
  }

  /** The nonce for the next proof goes with the answer to this one, whoever makes that (RFC 9449 §8.2). */
  function addNonce(
    verified: Verified<Claims>,
    facts: RequestFacts,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    if (verified.binding?.jkt === undefined) return verified;
    return chain(verifier.dpop?.nonce(), (nonce) => {
      facts.dpopNonce = nonce;
      return verified;
    });
  }

  function requireOneToken(
    verified: Verified<Claims>,
    tokenInForm: true | (() => Promise<boolean>),
  ): Verified<Claims> | Promise<Verified<Claims>> {
    return chain(tokenInForm === true || tokenInForm(), (found) => {
      if (found) throw new Denied(secondToken(), verified);
      return verified;
    });
  }

  function require(verified: Verified<Claims>): Verified<Claims> | Promise<Verified<Claims>> {
    if (needed === undefined) return verified;
    return chain(decide(verified.identity, needed, now()), (decision) => {
      if (decision.allowed) return verified;
      throw new Denied(denialError(decision), verified);
    });
  }

  return { bearer, require };
}

function secondToken(): AuthError {
  return new AuthError(
    "invalid_request",
    "The request carries a token in the header and one in the form body",
  );
}
