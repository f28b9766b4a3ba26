// An answer that the issuer has signed (RFC 9701): a JWT of its own type, for this client, made after the question.
import { AuthError } from "../../errors.ts";
import type { JsonObject } from "../../identity.ts";
import { isPlainObject } from "../../options.ts";
import { findKey } from "../authenticate.ts";
import type { TrustedIssuer } from "../issuers/trusted-issuers.ts";
import { sameAlgorithm } from "../keys/algorithms.ts";
import { stringList } from "../token/claims.ts";
import { createCompactParser, readTokenHeader } from "../token/compact.ts";

/** The media type of a signed answer. */
export const signedAnswerType = "application/token-introspection+jwt";

/** What {@link createSignedAnswers} needs. */
export interface SignedAnswerOptions {
  readonly trusted: TrustedIssuer;
  readonly clientId: string;
  readonly maxBytes: number;
  readonly depth: number;
  readonly now: () => number;
}

/**
 * Makes what opens signed answers. `askedAt`: when the question was put, in milliseconds; an answer from before is another's.
 *
 * The step rejects with an AuthError of status 503: `introspection_failed`, or why the issuer's keys cannot be had.
 */
export function createSignedAnswers({ trusted, clientId, maxBytes, depth, now }: SignedAnswerOptions) {
  const { policy } = trusted;
  const parser = createCompactParser({ tokenBytes: maxBytes, depth }, readTokenHeader);
  const toleranceMs = policy.clockToleranceSeconds * 1000;

  return async (jwt: string, askedAt: number): Promise<JsonObject> => {
    try {
      const parsed = parser.parse(jwt);
      const { header, payload } = parsed;
      // §5: with another type it is another kind of token, which somebody else may have asked the issuer for.
      if (header.typ !== "token-introspection+jwt") throw refused("its typ is not token-introspection+jwt");
      if (!policy.algorithms.some((name) => sameAlgorithm(name, header.alg))) {
        throw refused("its alg is not allowed for this issuer");
      }
      if (!policy.accepted.has(payload.iss as string)) {
        throw refused("its iss is not the issuer");
      }
      await findKey(parsed, trusted);
      if (!isForUs(payload)) throw refused("its aud is neither this API's client nor its audience");
      const { iat } = payload;
      // Put so that what is not a number refuses.
      if (!(typeof iat === "number" && iat * 1000 <= now() + toleranceMs)) {
        throw refused("its iat is missing, or in the future");
      }
      // NumericDates are usually cut to the second.
      if (iat * 1000 + 999 < askedAt - toleranceMs) throw refused("it was made before the question was put");
      const { token_introspection: answer } = payload;
      if (!isPlainObject(answer)) throw refused("it has no token_introspection");
      return answer as JsonObject;
    } catch (error) {
      // Whatever is wrong with the answer is not the caller's fault.
      if (error instanceof AuthError && error.status !== 503) throw refused(error.message, error);
      throw error;
    }
  };

  /** The client asked; where the provider knows it as a resource server, it may go by its name as one (RFC 9701 §5). */
  function isForUs({ aud }: JsonObject): boolean {
    return stringList(aud)?.some((one) => one === clientId || policy.audience.includes(one)) ?? false;
  }
}

function refused(why: string, cause?: unknown): AuthError {
  return new AuthError("introspection_failed", `The signed answer is not good: ${why}`, { cause });
}
