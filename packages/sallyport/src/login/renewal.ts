// New tokens for a session, and the end of old ones (RFC 6749 §6, OIDC Core §12, RFC 7009).
import { AuthError } from "../errors.ts";
import type { JsonObject } from "../identity.ts";
import type { SessionContent, TokenRenewal } from "../session/index.ts";
import { asAuthError } from "./context.ts";
import { ProviderFailure } from "./failure.ts";
import { checkRenewed, judgeIdToken } from "./id-token.ts";
import type { ProviderClient } from "./provider-client.ts";
import { claimsOf, identityClaims, sidOf, type VerifyAccessToken } from "./session-content.ts";
import type { TokenAnswer } from "./token-answer.ts";
import { withUserinfo } from "./userinfo.ts";

/** What {@link createRenewal} needs. */
export interface RenewalDeps {
  /** The client that a session is of; `undefined` where it is configured no more. */
  readonly clientOf: (content: SessionContent) => ProviderClient | undefined;
  readonly verify: VerifyAccessToken | undefined;
  readonly now: () => number;
  readonly tell: (event: string, error: AuthError, issuer: string) => void;
}

/** What renewed tokens may leave out. */
const maybeLeftOut = ["sid", "nonce"] as const;
/** How the person signed in, here: what renewed tokens say of it is of another sign-in at the provider, or nothing new (§12.2). */
const ofTheSignIn = ["auth_time", "acr", "amr"] as const;

export function createRenewal({ clientOf, verify, now, tell }: RenewalDeps): TokenRenewal {
  async function renew(content: SessionContent): Promise<SessionContent> {
    const api = clientOf(content);
    // RFC 9700 §4.5: a refresh token goes to who gave it, for whom it was given, and to nobody else.
    if (!api) throw ended("The session's provider or client is configured no more");
    const { refreshToken, dpopKey } = content.tokens;
    if (refreshToken === undefined) throw ended("The session has no refresh token");
    const answer = await api.grant({ what: "The refresh token", dpopKey }, ({ openid, config, dpop }) =>
      openid.refreshTokenGrant(config, refreshToken, resourceOf(api), dpop),
    );
    try {
      return await renewed(api, content, answer);
    } catch (thrown) {
      // They are nobody's now.
      await discard({ ...content, tokens: { ...content.tokens, ...kept(answer, content) } });
      throw thrown;
    }
  }

  async function renewed(
    api: ProviderClient,
    content: SessionContent,
    answer: TokenAnswer,
  ): Promise<SessionContent> {
    const { client } = api;
    const payload = await judged(api, content, answer);
    const claims = await claimsAfter(api, content, answer, payload);
    const next: SessionContent = {
      ...content,
      // A provider may begin another session of its own, and logs out by that one's name.
      sid: (payload && sidOf(payload)) ?? content.sid,
      claims,
      tokens: {
        ...kept(answer, content),
        idToken: payload && answer.idToken !== undefined ? answer.idToken : content.tokens.idToken,
        scope: narrowed(answer.scope, content.tokens.scope),
        ...(content.tokens.dpopKey && { dpopKey: content.tokens.dpopKey }),
      },
      clientId: client.clientId,
      refreshedAt: now(),
    };
    return client.login?.userinfo ? withUserinfoAnew(api, next) : next;
  }

  /** The old tokens are gone by now: a userinfo that does not come leaves what it said before. */
  async function withUserinfoAnew(api: ProviderClient, next: SessionContent): Promise<SessionContent> {
    try {
      return await withUserinfo(api, next);
    } catch (thrown) {
      if (thrown instanceof AuthError && thrown.code === "invalid_id_token")
        throw ended("The provider's userinfo is of another person by now");
      return next;
    }
  }

  /** The claims of the ID token that came along; `undefined` where none did (§12.2 does not demand one). */
  async function judged(
    { client }: ProviderClient,
    content: SessionContent,
    { idToken, accessToken }: TokenAnswer,
  ): Promise<JsonObject | undefined> {
    if (idToken === undefined) return undefined;
    const { provider, clientId, login = {} } = client;
    const before = claimsOf(content.tokens.idToken);
    const nonce = content.claims.nonce ?? before.nonce;
    const { trustedAudiences } = login;
    try {
      const payload = await judgeIdToken(
        idToken,
        { accessToken },
        { provider, clientId, trustedAudiences, now: now() },
      );
      checkRenewed(payload, { ...before, nonce });
      return payload;
    } catch (thrown) {
      return unlessUnavailable(thrown, undefined);
    }
  }

  async function claimsAfter(
    { client }: ProviderClient,
    content: SessionContent,
    { accessToken }: TokenAnswer,
    payload: JsonObject | undefined,
  ): Promise<JsonObject> {
    const before = content.claims;
    const byAccessToken = client.login?.identity === "access_token" && verify !== undefined;
    if (!byAccessToken && !payload) return before;
    const base = payload ?? { iss: claimsOf(content.tokens.idToken).iss, sub: content.subject };
    const { dpopKey } = content.tokens;
    const judged = identityClaims(client, { accessToken, dpopKey }, base as JsonObject, verify);
    if (byAccessToken) {
      const claims = await judged.catch((thrown: unknown) => unlessUnavailable(thrown, before));
      // The new token's word counts, but for another sign-in.
      const same = (name: string) => JSON.stringify(claims[name]) === JSON.stringify(before[name]);
      return without(
        claims,
        ofTheSignIn.filter((name) => !same(name)),
      );
    }
    return { ...picked(before, [...ofTheSignIn, ...maybeLeftOut]), ...without(await judged, ofTheSignIn) };
  }

  async function discard(content: SessionContent): Promise<void> {
    const api = clientOf(content);
    if (!api) return;
    const { refreshToken, accessToken } = content.tokens;
    try {
      if ((await api.metadata()).revocation_endpoint === undefined) return;
      // With a refresh token goes all that was made of it (RFC 7009 §2.1).
      const [token, hint] =
        refreshToken === undefined ? [accessToken, "access_token"] : [refreshToken, "refresh_token"];
      await api.ask({ what: "The revocation" }, ({ openid, config }) =>
        openid.tokenRevocation(config, token, { token_type_hint: hint }),
      );
    } catch (thrown) {
      if (thrown instanceof ProviderFailure) tell("revocation_failed", thrown.error, content.issuer);
    }
  }

  return {
    discard,
    async renew(content) {
      try {
        return await renew(content);
      } catch (thrown) {
        throw asRenewal(thrown);
      }
    },
  };
}

/** Keys, say, that can't be had. The refresh token before is spent: this must not end in asking again with it. */
function unlessUnavailable<Value>(thrown: unknown, value: Value): Value {
  if (thrown instanceof AuthError && thrown.code === "provider_unavailable") return value;
  throw thrown;
}

function picked(claims: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => names.includes(name)));
}

function without(claims: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}

/** A provider says no for good, or has somebody else; all else is worth another try. */
function asRenewal(thrown: unknown): AuthError {
  const error = asAuthError(thrown);
  const forGood =
    error.code === "invalid_id_token" ||
    error.code === "session_ended" ||
    (thrown instanceof ProviderFailure && thrown.code === "invalid_grant");
  return forGood
    ? ended(error.message, error)
    : new AuthError("refresh_failed", `The tokens cannot be renewed: ${error.message}`, { cause: error });
}

function ended(message: string, cause?: unknown): AuthError {
  return new AuthError("session_ended", message, { cause });
}

/** A provider that gives no new refresh token means the old one to be used again (RFC 6749 §6). */
function kept({ accessToken, tokenType, expiresAt, refreshToken }: TokenAnswer, { tokens }: SessionContent) {
  return { accessToken, tokenType, expiresAt, refreshToken: refreshToken ?? tokens.refreshToken };
}

/** RFC 6749 §6: what was not granted before is not granted by a renewal, whatever the answer says. */
function narrowed(scope: string | undefined, before: string): string {
  if (scope === undefined) return before;
  const had = before.split(" ");
  return scope
    .split(" ")
    .filter((one) => had.includes(one))
    .join(" ");
}

/** The API that the tokens are for (RFC 8707 §2.2). */
export function resourceOf({ client }: ProviderClient): URLSearchParams {
  const { resource = [] } = client.login ?? {};
  const list = typeof resource === "string" ? [resource] : resource;
  return new URLSearchParams(list.map((one) => ["resource", one]));
}
