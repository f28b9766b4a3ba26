// Asking the application whether a token was revoked: only a clear answer counts.
import { isThenable } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { Identity } from "../identity.ts";

/** Whether a token has been revoked, as the application answers it. */
export type RevocationQuestion = (identity: Identity) => boolean | Promise<boolean>;

/**
 * Asks `isRevoked`, at each use of a token.
 *
 * @throws AuthError `token_revoked`; `revocation_unavailable` where there is no answer
 */
export function checkRevocation(
  isRevoked: RevocationQuestion,
  identity: Identity,
): undefined | Promise<undefined> {
  const unavailable = (cause: unknown) =>
    new AuthError("revocation_unavailable", "Whether the token was revoked cannot be found out", { cause });
  const judge = (revoked: unknown) => {
    if (revoked === false) return undefined;
    if (revoked === true) throw new AuthError("token_revoked", "The token has been revoked");
    throw unavailable(new TypeError("isRevoked takes a function that answers true or false"));
  };
  let answer: boolean | Promise<boolean>;
  try {
    answer = isRevoked(identity);
  } catch (cause) {
    throw unavailable(cause);
  }
  if (!isThenable(answer)) return judge(answer);
  return Promise.resolve(answer).then(judge, (cause: unknown) => {
    throw unavailable(cause);
  });
}
