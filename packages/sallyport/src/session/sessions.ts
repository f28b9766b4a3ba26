// The sessions of an application: in a store where there is one, else in the cookie itself.
import type { CookieStyle } from "../cookies.ts";
import type { AuthError } from "../errors.ts";
import type { SessionStore, Sessions, TokenRenewal } from "./contract.ts";
import { createCookieSessions } from "./cookie-sessions.ts";
import type { SessionSettings } from "./options.ts";
import type { Sealer } from "./sealer.ts";
import { createStoredSessions } from "./stored-sessions.ts";

/** What sessions need of their surroundings. */
export interface SessionsDeps {
  readonly style: CookieStyle;
  readonly sealer: Sealer;
  /** Without one, sessions are in the cookie. */
  readonly store?: SessionStore | undefined;
  /** Without one, tokens are never renewed. It is called at requests only: what it needs may be made after the sessions. */
  readonly renewal?: TokenRenewal | undefined;
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Keeps work alive that no answer waits for, on runtimes that end with the response. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Hears of failures that no request is refused for: a renewal that has to be tried again, a store's lapse. */
  readonly onFailure?: ((error: AuthError) => void) | undefined;
}

/** The sessions, and a look at a request that costs nothing. */
export interface ApplicationSessions extends Sessions {
  /** Whether a `Cookie` header may hold a session at all: no more than a guess. */
  mayHold(cookie: string): boolean;
}

/**
 * The sessions of an application.
 *
 * @param settings from `resolveSession`
 */
export function createSessions(settings: SessionSettings, deps: SessionsDeps): ApplicationSessions {
  const { store } = deps;
  return store ? createStoredSessions(settings, { ...deps, store }) : createCookieSessions(settings, deps);
}
