// The session as one of the two ways into a guarded route.
import type { CookieChange } from "../cookies.ts";
import type { Verified } from "../verify/index.ts";
import type { SessionContent } from "./contract.ts";

/** What a guard learns of a request's session. */
export interface SessionVisit<Claims> {
  /** `undefined` where nobody is signed in. */
  readonly verified: Verified<Claims> | undefined;
  /** Why somebody who is signed in may not come in all the same. The changes count nevertheless. */
  readonly refused?: unknown;
  /** What the session holds: the token for calls upstream, and what a CSRF token is bound to. Goes with `verified`. */
  readonly content: SessionContent | undefined;
  /** When the session ends by itself, at the latest, in milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  /** Cookies that the answer has to set, whatever it is. */
  readonly changes: readonly CookieChange[];
}

/** Asks who is signed in. */
export interface SessionLeaf<Claims> {
  /**
   * @param cookie the `Cookie` header
   * @throws AuthError at once or by rejection: what can't be found out (503)
   */
  visit(cookie: string): SessionVisit<Claims> | Promise<SessionVisit<Claims>>;
  /** Whether a `Cookie` header may hold a session at all: cheap, and no more than a guess. */
  mayHold(cookie: string): boolean;
  /**
   * The address of the sign-in that comes back to a target of this application.
   *
   * @param target path and query as browsers see them, the public URL's own path included
   * @param stepUp what the requirement asks of the authentication (RFC 9470)
   */
  loginUrl(
    target: string,
    stepUp?: { readonly acrValues?: readonly string[]; readonly maxAgeSeconds?: number },
  ): string;
}
