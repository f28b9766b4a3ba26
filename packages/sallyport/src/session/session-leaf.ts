// The session as a way into a guarded route: who is signed in, as the guard reads it.
import { chain, isPromise } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { FoundSession, SessionContent } from "./contract.ts";
import type { SessionLeaf, SessionVisit } from "./leaf.ts";
import type { ApplicationSessions } from "./sessions.ts";

type Verified<Claims> = NonNullable<SessionVisit<Claims>["verified"]>;

/** What a leaf is made of. */
export interface SessionLeafParts<Claims> {
  readonly sessions: Pick<ApplicationSessions, "find" | "mayHold">;
  /**
   * Makes the caller of a session's claims; asked once for each content that may come in.
   *
   * @throws AuthError at once or by rejection: why they may not; `session_ended` where the session is nobody's here
   */
  readonly verified: (content: SessionContent) => Verified<Claims> | Promise<Verified<Claims>>;
  /**
   * Asked at every visit.
   *
   * @throws AuthError at once or by rejection
   */
  readonly check?: ((verified: Verified<Claims>) => unknown) | undefined;
  readonly loginUrl: SessionLeaf<Claims>["loginUrl"];
}

/** Makes the guard's way in by session. */
export function createSessionLeaf<Claims>({
  sessions,
  verified,
  check,
  loginUrl,
}: SessionLeafParts<Claims>): SessionLeaf<Claims> {
  // A content never changes, and the sessions hand out the same object for as long as they remember it.
  const known = new WeakMap<SessionContent, Verified<Claims>>();

  function visitOf(found: FoundSession): SessionVisit<Claims> | Promise<SessionVisit<Claims>> {
    const { content, expiresAt, changes } = found;
    if (!content) return { verified: undefined, content, expiresAt, changes };
    const before = known.get(content);
    // What most requests meet: nothing to ask, and nothing to wait for.
    if (before && !check) return { verified: before, content, expiresAt, changes };
    const refusal = (thrown: unknown) => refusedVisit(found, thrown);
    try {
      const caller = chain(before ?? callerOf(content), (one) => chain(check?.(one), () => one));
      return isPromise(caller)
        ? caller.then((one) => ({ verified: one, content, expiresAt, changes }), refusal)
        : { verified: caller, content, expiresAt, changes };
    } catch (thrown) {
      return refusal(thrown);
    }
  }

  function callerOf(content: SessionContent): Verified<Claims> | Promise<Verified<Claims>> {
    return chain(verified(content), (first) => {
      known.set(content, { ...first, cached: true });
      return first;
    });
  }

  return {
    visit(cookie) {
      const found = sessions.find(cookie);
      return isPromise(found) ? found.then(visitOf) : visitOf(found);
    },
    mayHold: (cookie) => sessions.mayHold(cookie),
    loginUrl,
  };
}

/** An answer that refuses sets the cookies as well: of tokens that were just renewed, the browser's are the only copy there may be. */
function refusedVisit({ changes }: FoundSession, thrown: unknown): SessionVisit<never> {
  const nobody = { verified: undefined, content: undefined, expiresAt: undefined, changes };
  return thrown instanceof AuthError && thrown.code === "session_ended"
    ? nobody
    : { ...nobody, refused: thrown };
}
