// What is asked at every use of a good token, cached or not: whether it is in the right hands, and whether it was revoked.
import { chain, isPromise } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import type { Verified, VerifierDpop } from "./contract.ts";
import type { VerifierDeps, VerifierOptions } from "./options.ts";
import { checkRevocation } from "./revocation-check.ts";
import { createDpop } from "./sender/dpop.ts";
import { resolveDpop } from "./sender/options.ts";
import type { Presentation } from "./sender/presentation.ts";
import { createReplayMemory } from "./sender/replay.ts";
import { createSenderCheck } from "./sender/sender.ts";
import type { Tell } from "./tell.ts";

/** What {@link createUseCheck} takes. */
export interface UseCheckDeps extends Pick<VerifierDeps, "clientCertificate" | "isRevoked" | "replayStore"> {
  readonly now: () => number;
  readonly tell: Tell;
}

/** The check of one verifier. */
export interface UseCheck<Claims> {
  /** How DPoP is done here; `undefined` where it is off. */
  readonly dpop: VerifierDpop | undefined;
  /** @throws AuthError at once or by rejection; see `checkRevocation` and `SenderCheck` */
  check(
    verified: Verified<Claims> | Promise<Verified<Claims>>,
    token: string,
    presented: Presentation | undefined,
  ): Verified<Claims> | Promise<Verified<Claims>>;
  /** Of a token that we hold ourselves. */
  checkOwn(
    verified: Verified<Claims> | Promise<Verified<Claims>>,
    jkt: string | undefined,
  ): Verified<Claims> | Promise<Verified<Claims>>;
}

/** @throws TypeError where an option is of the wrong form, or `dpop` lacks `publicUrl` */
export function createUseCheck<Claims>(
  options: VerifierOptions,
  { now, tell, isRevoked, clientCertificate, replayStore = createReplayMemory({ now }) }: UseCheckDeps,
): UseCheck<Claims> {
  const policy = resolveDpop(options, options.publicUrl, "createVerifier");
  const dpop = policy && {
    ...createDpop(policy, { now, replayStore, tell }),
    algorithms: Object.freeze(policy.algorithms),
    required: policy.required,
  };
  const { mtls = "accepted" } = options;
  const sender = createSenderCheck({ dpop, mtls, clientCertificate });

  function checkSender(
    verified: Verified<Claims>,
    token: string,
    presented: Presentation | undefined,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    const { binding, identity } = verified;
    if (binding === undefined && sender.takesBearers && presented?.scheme !== "DPoP") return verified;
    const shown = { token, issuer: identity.issuer, presented };
    return chain(sender.confirm(binding, shown), () => verified);
  }

  function checkHolder(verified: Verified<Claims>, jkt: string | undefined): Verified<Claims> {
    // Bound to a key of somebody else's, it is not the token that was asked for.
    if (verified.binding?.jkt === jkt) return verified;
    throw new AuthError("sender_constrained", "The token is not bound to the key that it was asked for with");
  }

  function unlessRevoked(
    held: Verified<Claims> | Promise<Verified<Claims>>,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    if (!isRevoked) return held;
    return chain(held, (one) => chain(checkRevocation(isRevoked, one.identity as Identity), () => one));
  }

  return {
    dpop: dpop && Object.freeze(dpop),
    checkOwn: (verified, jkt) => unlessRevoked(chain(verified, (one) => checkHolder(one, jkt))),
    check(verified, token, presented) {
      const held = isPromise(verified)
        ? verified.then((one) => checkSender(one, token, presented))
        : checkSender(verified, token, presented);
      return unlessRevoked(held);
    },
  };
}
