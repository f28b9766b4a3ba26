// The session as a way into a guarded route: who is signed in, as the guard reads it.
import { chain, isPromise } from "../chain.ts";
import type { FoundSession, SessionContent } from "./contract.ts";
import type { SessionLeaf, SessionVisit } from "./leaf.ts";
import type { ApplicationSessions } from "./sessions.ts";

type Verified<Claims> = NonNullable<SessionVisit<Claims>["verified"]>;

/** What a leaf is made of. */
export interface SessionLeafParts<Claims> {
  readonly sessions: Pick<ApplicationSessions, "find" | "mayHold">;
  /** Makes the caller of a session's claims; asked once for each content. */
  readonly verified: (content: SessionContent) => Verified<Claims> | Promise<Verified<Claims>>;
  readonly loginUrl: SessionLeaf<Claims>["loginUrl"];
}

/** Makes the guard's way in by session. */
export function createSessionLeaf<Claims>({
  sessions,
  verified,
  loginUrl,
}: SessionLeafParts<Claims>): SessionLeaf<Claims> {
  // A content never changes, and the sessions hand out the same object for as long as they remember it.
  const known = new WeakMap<SessionContent, Verified<Claims>>();

  function visitOf(found: FoundSession): SessionVisit<Claims> | Promise<SessionVisit<Claims>> {
    const { content, expiresAt, changes } = found;
    if (!content) return { verified: undefined, content, expiresAt, changes };
    const seen = known.get(content);
    if (seen) return { verified: seen, content, expiresAt, changes };
    return chain(verified(content), (first) => {
      known.set(content, { ...first, cached: true });
      return { verified: first, content, expiresAt, changes };
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
