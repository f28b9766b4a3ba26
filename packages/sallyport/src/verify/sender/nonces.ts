// The server's nonces (RFC 9449 §8, §9): stateless, the same in every process that has the secret, replaced as time goes.
import { platform } from "#platform";
import { chain } from "../../chain.ts";
import { AuthError } from "../../errors.ts";
import type { JsonValue } from "../../identity.ts";

/** Rules of {@link createNonces}. */
export interface NonceRules {
  /** Asked at first use: workerd has no random numbers before a request. */
  readonly secret: () => Uint8Array;
  /** Seconds for which a nonce is good at most; it is replaced after half of them. */
  readonly lifetimeSeconds: number;
  /** Whose nonces they are: those of another API, made with the same secret, are not these. */
  readonly context: string;
}

/** Nonces of one verifier. */
export interface Nonces {
  /**
   * @param at milliseconds since 1970
   * @throws AuthError `use_dpop_nonce`, with the nonce to use
   */
  check(nonce: JsonValue | undefined, at: number): undefined | Promise<undefined>;
  /** The nonce to use now, for the response. */
  current(at: number): string | Promise<string>;
}

export function createNonces({ secret, lifetimeSeconds, context }: NonceRules): Nonces {
  const spanMs = lifetimeSeconds * 500;
  /** Those of the time before, of now, and of the time to come: another process's clock may be ahead. */
  const made = new Map<number, string>();
  let key: Uint8Array | undefined;

  function nonceOf(span: number): string | Promise<string> {
    const known = made.get(span);
    if (known !== undefined) return known;
    key ??= secret();
    return chain(platform.hmacSha256(key, `sallyport dpop nonce ${context} ${span}`), (nonce) => {
      for (const old of made.keys()) if (Math.abs(old - span) > 2) made.delete(old);
      made.set(span, nonce);
      return nonce;
    });
  }

  const current = (at: number) => nonceOf(Math.floor(at / spanMs));

  return {
    current,
    check(nonce, at) {
      const span = Math.floor(at / spanMs);
      return chain(nonceOf(span), (now) => {
        if (nonce === now) return undefined;
        return chain(nonceOf(span - 1), (before) =>
          chain(nonceOf(span + 1), (next) => {
            if (nonce === before || nonce === next) return undefined;
            const what = nonce === undefined ? "has no nonce" : "has a nonce that is not, or no longer, good";
            throw new AuthError("use_dpop_nonce", `The DPoP proof ${what}`, { dpopNonce: now });
          }),
        );
      });
    },
  };
}
