// What a handler may take from who came in: the access token for calls upstream, and the session in a few words.
import type { SessionContent } from "../session/index.ts";
import { readToken } from "./credentials.ts";
import type { RequestFacts } from "./facts.ts";

/** The session by which a request came. Times in milliseconds since 1970. */
export interface CallerSession {
  /** The configured provider that the person signed in at. */
  readonly provider: string;
  /** When they signed in. */
  readonly startedAt: number;
  /** When the tokens were last renewed. */
  readonly refreshedAt: number;
  /** When the access token expires; `undefined` where the provider did not say. */
  readonly accessTokenExpiresAt: number | undefined;
  /** When the session ends by itself, at the latest. */
  readonly expiresAt: number | undefined;
  /** Scopes that the provider granted, separated by spaces. */
  readonly scope: string;
}

/** `undefined` where the request came by a token, or nobody is signed in. */
export function sessionOf({ session }: RequestFacts): CallerSession | undefined {
  if (!session?.content) return undefined;
  const { provider, startedAt, refreshedAt, tokens } = session.content;
  return {
    provider,
    startedAt,
    refreshedAt,
    accessTokenExpiresAt: tokens.expiresAt,
    expiresAt: session.expiresAt,
    scope: tokens.scope,
  };
}

/**
 * The access token of the session, or the one that the request came with.
 *
 * @throws TypeError where it is bound to a key that a call upstream would have to prove (RFC 9449)
 */
export function accessTokenOf(facts: RequestFacts): string {
  const content: SessionContent | undefined = facts.session?.content;
  if (content) {
    if (content.tokens.tokenType.toLowerCase() !== "dpop") return content.tokens.accessToken;
    throw new TypeError(
      "The session's access token is bound to a key (DPoP): a call upstream has to prove that, and the token alone is of no use",
    );
  }
  const token = readToken(facts, true);
  if (token === undefined) throw new TypeError("Nobody in particular was let in: there is no access token");
  if (facts.scheme !== "DPoP") return token;
  throw new TypeError(
    "The caller's access token is bound to the caller's key (DPoP): it is of no use to anyone else",
  );
}
