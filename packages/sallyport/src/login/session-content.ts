// From a provider's answer to what a session holds, and from that to who it is of.
import { platform } from "#platform";
import { AuthError } from "../errors.ts";
import type { Identity, JsonObject } from "../identity.ts";
import type { SessionContent } from "../session/index.ts";
import type { Verified } from "../verify/index.ts";
import type { LoginClient } from "./contract.ts";
import { dpopThumbprint } from "./dpop-key.ts";
import type { TokenAnswer } from "./token-answer.ts";

/** A provider's answer, its ID token judged. */
export interface JudgedAnswer {
  readonly client: LoginClient;
  readonly answer: TokenAnswer;
  /** The claims of the ID token. */
  readonly payload: JsonObject;
  readonly idToken: string;
  /** What was granted, where the answer does not say: what was asked for. */
  readonly scope: string;
  readonly dpopKey: JsonObject | undefined;
  readonly now: number;
}

/** Verifies an access token as a request's would be; `jkt` is the thumbprint of the session's key, where it has one. */
export type VerifyAccessToken = (accessToken: string, jkt: string | undefined) => Promise<Verified<unknown>>;

/** Claims that bind an ID token to its sign-in, and say nothing of the person. `nonce` stays, to be compared at a renewal. */
const ofTheAnswer: readonly string[] = ["at_hash", "c_hash", "s_hash"];

/** @throws AuthError by rejection: `invalid_id_token`, or what verifying the access token throws */
export async function contentOf(
  judged: JudgedAnswer,
  verify: VerifyAccessToken | undefined,
): Promise<SessionContent> {
  const { client, answer, payload, idToken, scope, dpopKey, now } = judged;
  return {
    provider: client.provider.name,
    clientId: client.clientId,
    issuer: client.provider.issuer(payload.iss) as string,
    subject: payload.sub as string,
    sid: sidOf(payload),
    claims: await identityClaims(client, { accessToken: answer.accessToken, dpopKey }, payload, verify),
    tokens: {
      accessToken: answer.accessToken,
      tokenType: answer.tokenType,
      expiresAt: answer.expiresAt,
      refreshToken: answer.refreshToken,
      idToken,
      scope: answer.scope ?? scope,
      ...(dpopKey && { dpopKey }),
    },
    startedAt: now,
    refreshedAt: now,
  };
}

/** The claims that the identity is made of, as the client's options want it. */
export async function identityClaims(
  { login = {}, provider }: LoginClient,
  { accessToken, dpopKey }: { readonly accessToken: string; readonly dpopKey: JsonObject | undefined },
  payload: JsonObject,
  verify: VerifyAccessToken | undefined,
): Promise<JsonObject> {
  if (login.identity !== "access_token" || !verify) return without(payload, ofTheAnswer);
  const jkt = dpopKey && (await dpopThumbprint(dpopKey));
  const { identity } = await verify(accessToken, jkt).catch(asPartOfAnswer);
  // Two tokens of one answer are about one person, or one of them is somebody else's.
  const claims = identity.claims as JsonObject;
  if (!provider.isSameIssuer(claims.iss, payload.iss) || identity.subject !== payload.sub) {
    throw new AuthError("invalid_id_token", "The access token is not of the person that the ID token is of");
  }
  // The session's issuer is the ID token's.
  return { ...claims, iss: payload.iss };
}

/** Whoever signs in did not send it: what is wrong with it is the provider's. */
function asPartOfAnswer(thrown: unknown): never {
  if (!(thrown instanceof AuthError)) throw thrown;
  const { status, message } = thrown;
  throw status === 503
    ? new AuthError("provider_unavailable", message, { cause: thrown })
    : new AuthError("invalid_id_token", `The access token is not good: ${message}`, { cause: thrown });
}

/** Who a session is of. */
export function identityOf({ provider }: LoginClient, content: SessionContent): Identity {
  const identity = provider.identify({ ...content.userinfo, ...content.claims });
  const { expiresAt } = content.tokens;
  const scopes = content.tokens.scope.split(" ").filter((one) => one !== "");
  return Object.freeze({
    ...identity,
    clientId: identity.clientId ?? content.clientId,
    // The session goes on after the ID token's own end: that was the end of its use as a message.
    expiresAt: expiresAt === undefined ? identity.expiresAt : Math.floor(expiresAt / 1000),
    // An ID token has none: what was granted is what the session's access token may do.
    scopes: identity.scopes.length > 0 ? identity.scopes : Object.freeze(scopes),
  });
}

/** The provider's own session, where it has a name that can be kept. */
export function sidOf({ sid }: JsonObject): string | undefined {
  return typeof sid === "string" && sid !== "" && sid.length <= 255 ? sid : undefined;
}

/** The claims of a JWT that was judged when it came. */
export function claimsOf(jwt: string): JsonObject {
  const text = platform.decodeText(jwt.split(".")[1] ?? "");
  return text === undefined ? {} : (JSON.parse(text) as JsonObject);
}

function without(claims: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}
