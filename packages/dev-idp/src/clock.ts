// The provider's clock, which a test may replace or set wrong.
/// <reference path="./oidc-provider.d.ts" />
import type { Provider } from "oidc-provider";

export interface Clock {
  /** How far the clock stands from the machine's, in whole seconds; 0 when all is well. */
  shiftSeconds(): number;
}

/** A clock of `now` (milliseconds), off by what `offsetSeconds` says at the moment of asking. */
export function createClock(now: (() => number) | undefined, offsetSeconds: () => number): Clock {
  return {
    shiftSeconds: () => offsetSeconds() + (now ? Math.round((now() - Date.now()) / 1000) : 0),
  };
}

/** Moves the times that a token states by the clock's shift, in place. */
export function shiftTimes(claims: Record<string, unknown>, { shiftSeconds }: Clock): void {
  const shift = shiftSeconds();
  if (shift === 0) return;
  for (const name of ["iat", "exp", "auth_time"]) {
    const value = claims[name];
    if (typeof value === "number") claims[name] = value + shift;
  }
}

/**
 * Makes ID tokens follow the clock too. oidc-provider has no setting for that and reads `Date.now` itself; replacing that
 * for the whole process would put every other clock in it wrong, so the class that makes ID tokens is wrapped instead.
 */
export function shiftIdTokens({ IdToken }: Provider, clock: Clock): void {
  const { payload } = IdToken.prototype;
  const { expiresIn } = IdToken;
  IdToken.prototype.payload = async function shifted() {
    const claims = await payload.call(this);
    const shift = clock.shiftSeconds();
    if (shift !== 0) Object.assign(claims, { iat: Math.floor(Date.now() / 1000) });
    shiftTimes(claims, clock);
    return claims;
  };
  IdToken.expiresIn = (...args) => expiresIn.apply(IdToken, args) + clock.shiftSeconds();
}
