// A logout token → whose sessions are to end, or why not (OIDC Back-Channel Logout §2.4, §2.6).
import { AuthError } from "../errors.ts";
import { isPlainObject } from "../options.ts";
import { stringList } from "../verify/index.ts";
import { type IdTokenRules, openJwt } from "./id-token.ts";

/** What a good logout token says. */
export interface LogoutToken {
  readonly issuer: string;
  readonly subject: string | undefined;
  readonly sid: string | undefined;
  readonly jti: string;
  /** When it expires, in milliseconds since 1970, tolerance included. */
  readonly expiresAt: number;
}

const event = "http://schemas.openid.net/event/backchannel-logout";
/** So long a provider may try again. */
const oldestSeconds = 600;
const longestText = 255;

/** @throws AuthError by rejection: `invalid_logout_token`, or `provider_unavailable` where the keys can't be had */
export async function judgeLogoutToken(jwt: string, rules: IdTokenRules): Promise<LogoutToken> {
  const { provider, clientId, trustedAudiences = [], now } = rules;
  const { header, payload } = await openJwt(jwt, provider, refused);
  // Without a type it is told from an ID token by what it must have, and by what it must not.
  if (header.typ !== undefined && header.typ !== "logout+jwt" && header.typ !== "jwt") {
    throw refused("its typ is that of another kind of token");
  }
  // Whatever its value: an ID token posted here has one.
  if (Object.hasOwn(payload, "nonce")) throw refused("it has a nonce, as an ID token has");
  const { events, aud, iat, exp, jti, sub, sid } = payload;
  if (!isPlainObject(events) || !isPlainObject(events[event])) {
    throw refused("its events are not those of a logout");
  }
  const audience = stringList(aud);
  if (!audience?.includes(clientId)) throw refused("its aud is not this client");
  if (!audience.every((one) => one === clientId || trustedAudiences.includes(one))) {
    throw refused("its aud names somebody who is not trusted beside this client");
  }
  const seconds = now / 1000;
  const { clockToleranceSeconds: tolerance } = provider;
  // Put so that what is not a number refuses.
  if (!(typeof iat === "number" && iat <= seconds + tolerance)) {
    throw refused("its iat is missing, or in the future");
  }
  if (seconds - iat > oldestSeconds + tolerance) throw refused("it was issued too long ago");
  if (!(typeof exp === "number" && seconds < exp + tolerance))
    throw refused("its exp is missing, or has passed");
  if (!isShortText(jti)) throw refused("it has no jti");
  for (const [name, value] of Object.entries({ sub, sid })) {
    if (value !== undefined && !isShortText(value))
      throw refused(`its ${name} is not a text of 1 to 255 characters`);
  }
  if (sub === undefined && sid === undefined) throw refused("it has neither sub nor sid");
  return {
    issuer: provider.issuer(payload.iss) as string,
    subject: sub as string | undefined,
    sid: sid as string | undefined,
    jti,
    // A date far away would have to be remembered as long.
    expiresAt: (Math.min(exp, iat + oldestSeconds) + tolerance) * 1000,
  };
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= longestText;
}

function refused(why: string, cause?: unknown): AuthError {
  return new AuthError("invalid_logout_token", `The logout token is not good: ${why}`, { cause });
}
