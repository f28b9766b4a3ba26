// What a session is, and the port of what keeps sessions.
import type { CookieChange } from "../cookies.ts";
import type { JsonObject } from "../identity.ts";

/** Whom a session is of: a person at a provider. */
export interface SessionOwner {
  readonly issuer: string;
  readonly subject: string;
}

/** The provider's tokens of a session. */
export interface SessionTokens {
  readonly accessToken: string;
  /** `Bearer` or `DPoP`, as the provider said. */
  readonly tokenType: string;
  /** When the access token expires, in milliseconds since 1970; `undefined` where the provider did not say. */
  readonly expiresAt: number | undefined;
  readonly refreshToken: string | undefined;
  /** The last ID token: `id_token_hint` at logout. */
  readonly idToken: string;
  /** Granted scopes, separated by spaces (RFC 6749 §3.3). */
  readonly scope: string;
  /** The private key that the tokens are bound to, as a JWK (RFC 9449). */
  readonly dpopKey?: JsonObject;
}

/** All that a session holds, as JSON: what is sealed. */
export interface SessionContent extends SessionOwner {
  /** The configured provider's name: a session belongs to one. */
  readonly provider: string;
  readonly clientId: string;
  /** The provider's own session (OIDC Back-Channel Logout §2.1). */
  readonly sid: string | undefined;
  /** The verified claims that the identity is made of. */
  readonly claims: JsonObject;
  /** What userinfo said beside them, where it is asked. */
  readonly userinfo?: JsonObject;
  readonly tokens: SessionTokens;
  /** When the person signed in, in milliseconds since 1970; the absolute limit counts from here. */
  readonly startedAt: number;
  /** When the tokens were last renewed, in milliseconds since 1970. */
  readonly refreshedAt: number;
}

/** A session as a store keeps it: nothing in it lets anyone in, or is a token. Times in milliseconds since 1970. */
export interface StoredSession extends SessionOwner {
  /** SHA-256 of the id that the browser holds, in base64url. */
  readonly idHash: string;
  readonly sid: string | undefined;
  /** Counts the changes of `sealed`, from 1. */
  readonly version: number;
  /** The content, sealed. */
  readonly sealed: string;
  readonly createdAt: number;
  /** The absolute limit: nothing prolongs it. */
  readonly expiresAt: number;
  /** The idle limit. */
  readonly idleAt: number;
}

/**
 * Sessions that are to end: all of a person's at a provider, or those of one session there, or those that are both. One with
 * neither `subject` nor `sid` would be everybody: a store rejects it.
 */
export interface LogoutScope {
  readonly issuer: string;
  readonly subject?: string | undefined;
  readonly sid?: string | undefined;
}

/** One session in a list. */
export type SessionSummary = Omit<StoredSession, "sealed" | "version">;

/**
 * Keeps sessions for all processes of an application. Each verb is atomic: whatever else goes on, in this process or in
 * another, it happens as a whole or not at all. `now` is the caller's time; an expired or idle session (`expiresAt` or `idleAt`
 * at or before `now`) is as if it were not there. A verb that fails rejects: it never answers "no" for "I don't know"; what it was
 * to do may have happened.
 */
export interface SessionStore {
  /**
   * Adds a session, and takes out `replaces` with it. `false`, and nothing is added (what it replaces goes all the same), where a
   * logout whose scope the session is in was recorded at or after `since`: a logout during a login wins. Rejects where the id is
   * taken.
   */
  create(
    session: StoredSession,
    how: { readonly since: number; readonly replaces?: string | undefined; readonly now: number },
  ): Promise<boolean>;
  read(idHash: string, now: number): StoredSession | undefined | Promise<StoredSession | undefined>;
  /** Prolongs the idle limit, never shortens it; a session that has ended stays ended. */
  touch(idHash: string, idleAt: number, now: number): Promise<void>;
  /**
   * Puts a new content in place of the one of `version`, and frees the lease. `false` where the session has ended, or has another
   * version by now.
   */
  replace(
    idHash: string,
    version: number,
    next: { readonly sealed: string; readonly sid: string | undefined },
    now: number,
  ): Promise<boolean>;
  /**
   * Gives the right to refresh a session to one holder, until then: `true` where nobody has it, or who has it is this holder, or
   * their time is over (`until` at or before `now`). `false` where the session has ended, or has another version by now.
   */
  lease(
    idHash: string,
    lease: { readonly version: number; readonly holder: string; readonly until: number },
    now: number,
  ): Promise<boolean>;
  /** Frees a lease that this holder has. */
  release(idHash: string, holder: string): Promise<void>;
  /** Ends one session, and answers it as it was in that moment: its tokens, and no older ones, are what is left to revoke. */
  end(idHash: string, now: number): Promise<StoredSession | undefined>;
  /**
   * Ends every session in the scope (`sid` and `subject` together: those of both), answers those that it ended, and records the
   * logout until `rememberUntil` for {@link SessionStore.create}.
   */
  endAll(
    scope: LogoutScope,
    how: { readonly now: number; readonly rememberUntil: number },
  ): Promise<readonly StoredSession[]>;
  /** A person's sessions, the latest first (by `createdAt`). */
  list(owner: SessionOwner, now: number): Promise<readonly SessionSummary[]>;
  /** `true` for the first caller that says this word, and `false` for every other until then (`until` at or before `now`). */
  once(word: string, until: number, now: number): Promise<boolean>;
  /** Removes what has expired, at most `limit` of each kind; how many. A store that forgets by itself answers 0. */
  sweep(now: number, limit: number): Promise<number>;
}

/** Renews the tokens of a session. */
export interface TokenRenewal {
  /**
   * Asks the provider for new tokens.
   *
   * @throws AuthError by rejection: `session_ended` where the provider says no for good (`invalid_grant`, another subject), which
   * ends the session; `refresh_failed` where it can't be asked, which does not
   */
  renew(content: SessionContent): Promise<SessionContent>;
  /** Gives back tokens that no session has any more (RFC 7009). Never rejects. */
  discard(content: SessionContent): Promise<void>;
}

/** What is known of a request's session. */
export interface FoundSession {
  /** `undefined` where nobody is signed in. */
  readonly content: SessionContent | undefined;
  /** When the session ends by itself, at the latest, in milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  /** Cookies that the answer has to set, whatever it is. */
  readonly changes: readonly CookieChange[];
}

/** A person who has just signed in. */
export interface NewSession {
  readonly content: SessionContent;
  /** When the sign-in began, in milliseconds since 1970: a logout after that wins. */
  readonly since: number;
  /** The `Cookie` header of the request; a session in it ends. */
  readonly cookie: string | undefined;
  /** Of {@link Sessions.formerOf}: the session that ends where the request comes without its cookie. */
  readonly former?: string | undefined;
}

/** The sessions of an application. */
export interface Sessions {
  /** Whether they are in a store, or in the cookie itself. */
  readonly kind: "cookie" | "store";
  /**
   * Who is signed in, by the `Cookie` header of a request; renews the tokens that are due. Answers at once where nothing is to be
   * waited for.
   *
   * @param refused an access token that the provider takes no more, before its time: a session that has it renews it, or goes on
   * with it where it can't
   * @throws AuthError `session_store_unavailable`, `refresh_failed` where the tokens are overdue, or `session_too_large` where new ones
   * fit into no cookie; at once or by rejection
   */
  find(cookie: string | undefined, refused?: string): FoundSession | Promise<FoundSession>;
  /**
   * What a sign-in has to know of a request's session in order to end it, where its answer will come without the cookie (a form
   * that the provider's page posts); `undefined` where there is none. To be kept sealed. Lets nobody in.
   */
  formerOf(cookie: string | undefined): Promise<string | undefined>;
  /**
   * Starts a session under a new id. `undefined` where a logout has won: then nobody is signed in, and the tokens are given back.
   *
   * @throws AuthError by rejection: `session_store_unavailable`, or `session_too_large` for cookies
   */
  start(session: NewSession): Promise<readonly CookieChange[] | undefined>;
  /** Ends the session of a request; what it was is for revocation and `id_token_hint`. */
  end(cookie: string | undefined): Promise<FoundSession>;
  /**
   * Ends all sessions in the scope, in every process. What they were is answered, for revocation.
   *
   * @throws TypeError by rejection where there is no store, or neither subject nor sid
   */
  endAll(scope: LogoutScope): Promise<readonly SessionContent[]>;
  /** @throws TypeError by rejection where there is no store */
  list(owner: SessionOwner): Promise<readonly SessionSummary[]>;
  /** Whether nobody has said this word until then: of all processes with a store, of this one without. */
  once(word: string, until: number): Promise<boolean>;
  close(): void;
}
