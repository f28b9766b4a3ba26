// An ID token → its claims, or why not (OIDC Core §3.1.3.7, §12.2). Judged by us always, its signature included: what comes over
// TLS from the token endpoint may still be what somebody else put there.

import { base64url } from "../base64url.ts";
import { AuthError } from "../errors.ts";
import type { JsonObject, JsonValue } from "../identity.ts";
import { algorithmRow, type OpenedJwt, type Provider, stringList } from "../verify/index.ts";

/** Whose ID token it has to be. */
export interface IdTokenRules {
  readonly provider: Provider;
  readonly clientId: string;
  readonly trustedAudiences?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What came along with it: where it has a hash of one of these, it must be this one's. */
export interface Companions {
  readonly accessToken: string;
  readonly code?: string | undefined;
  readonly state?: string | undefined;
}

/** What the sign-in asked for. */
export interface SignInRules {
  /** `undefined` where none was sent: then there may be none. */
  readonly nonce: string | undefined;
  /** When the sign-in began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly maxAgeSeconds?: number | undefined;
  readonly acrValues?: readonly string[] | undefined;
}

/** So long ago an ID token may have been issued that has just come. */
const oldestSeconds = 600;
const subject = /^[\x20-\x7e]{1,255}$/;
/** RFC 8725 §3.11: with another type it is another kind of token. */
const idTokenTypes: readonly (string | undefined)[] = [undefined, "jwt", "id_token+jwt"];

/**
 * Judges what every ID token must be.
 *
 * @throws AuthError by rejection: `invalid_id_token`, or `provider_unavailable` where the keys can't be had
 */
export async function judgeIdToken(
  jwt: string | undefined,
  companions: Companions,
  rules: IdTokenRules,
): Promise<JsonObject> {
  if (jwt === undefined) throw refused("the answer has none");
  const { header, payload } = await openJwt(jwt, rules.provider, refused);
  if (!idTokenTypes.includes(header.typ)) throw refused("its typ is that of another kind of token");
  if (Object.hasOwn(payload, "events")) throw refused("it has events, as a logout token has");
  checkAudience(payload, rules);
  checkTimes(payload, rules);
  if (typeof payload.sub !== "string" || !subject.test(payload.sub)) {
    throw refused("its sub is missing, or not 1 to 255 ASCII characters");
  }
  for (const [name, text] of [
    ["at_hash", companions.accessToken],
    ["c_hash", companions.code],
    ["s_hash", companions.state],
  ] as const) {
    if (!Object.hasOwn(payload, name)) continue;
    if (text === undefined || payload[name] !== (await halfHash(header.alg, text))) {
      throw refused(`its ${name} is not that of what came with it`);
    }
  }
  return payload;
}

/**
 * Judges what a sign-in asked of the ID token.
 *
 * @throws AuthError `invalid_id_token`
 */
export function checkSignIn(payload: JsonObject, rules: SignInRules, toleranceSeconds: number): void {
  const { nonce, startedAt, maxAgeSeconds, acrValues = [] } = rules;
  if (payload.nonce !== nonce) throw refused("its nonce is not that of this sign-in");
  if (maxAgeSeconds !== undefined) {
    const { auth_time: authTime } = payload;
    if (typeof authTime !== "number")
      throw refused("it has no auth_time, though a greatest age was asked for");
    // Counted from the beginning: how long people take at the provider is theirs.
    if (!(authTime + maxAgeSeconds + toleranceSeconds >= Math.floor(startedAt / 1000))) {
      throw refused("the authentication is older than was asked for");
    }
  }
  if (acrValues.length > 0 && !acrValues.some((one) => one === payload.acr)) {
    throw refused("its acr is none of those that were asked for");
  }
}

/**
 * Judges an ID token that came with renewed tokens, by the one of before (§12.2).
 *
 * @throws AuthError `invalid_id_token`
 */
export function checkRenewed(payload: JsonObject, before: JsonObject): void {
  for (const name of ["iss", "sub"] as const) {
    if (payload[name] !== before[name]) throw refused(`its ${name} is not that of before`);
  }
  const audience = stringList(before.aud) ?? [];
  const renewed = stringList(payload.aud) ?? [];
  if (audience.length !== renewed.length || !audience.every((one) => renewed.includes(one))) {
    throw refused("its aud is not that of before");
  }
  for (const name of ["nonce", "auth_time"] as const) {
    const had = before[name] !== undefined || name === "nonce";
    if (payload[name] !== undefined && had && payload[name] !== before[name]) {
      throw refused(`its ${name} is not that of before`);
    }
  }
}

/** @param refuse makes the error for a JWT that is not good */
export async function openJwt(
  jwt: unknown,
  provider: Provider,
  refuse: (why: string, cause?: unknown) => AuthError,
): Promise<OpenedJwt> {
  try {
    return await provider.open(jwt);
  } catch (thrown) {
    if (!(thrown instanceof AuthError)) throw thrown;
    if (thrown.status === 503) {
      throw new AuthError("provider_unavailable", thrown.message, { cause: thrown });
    }
    throw refuse(thrown.message, thrown);
  }
}

function checkAudience(payload: JsonObject, { clientId, trustedAudiences = [] }: IdTokenRules): void {
  const audience = stringList(payload.aud);
  if (!audience?.includes(clientId)) throw refused("its aud is not this client");
  const others = audience.filter((one) => one !== clientId);
  if (!others.every((one) => trustedAudiences.includes(one))) {
    throw refused("its aud names somebody who is not trusted beside this client");
  }
  const { azp } = payload;
  if ((azp !== undefined || others.length > 0) && azp !== clientId)
    throw refused("its azp is not this client");
}

const clocks =
  "the provider's, or the provider's is wrong. Set both by NTP; `sallyport doctor` measures the difference";

function checkTimes(
  { exp, iat, nbf, auth_time: authTime }: JsonObject,
  { now, provider }: IdTokenRules,
): void {
  const { clockToleranceSeconds: tolerance } = provider;
  const seconds = now / 1000;
  if (!isDate(exp)) throw refused("its exp is missing, or no time");
  if (seconds >= exp + tolerance) throw refused(`its exp has passed: this clock is ahead of ${clocks}`);
  if (!isDate(iat)) throw refused("its iat is missing, or no time");
  if (iat > seconds + tolerance) throw refused(`its iat is in the future: this clock is behind ${clocks}`);
  if (seconds - iat > oldestSeconds + tolerance)
    throw refused(
      `its iat is more than ten minutes ago: it is an old one, or this clock is ahead of ${clocks}`,
    );
  if (nbf !== undefined && !(isDate(nbf) && nbf <= seconds + tolerance)) throw refused("it is not valid yet");
  if (authTime === undefined) return;
  if (!isDate(authTime)) throw refused("its auth_time is no time");
  if (authTime > seconds + tolerance)
    throw refused(`its auth_time is in the future: this clock is behind ${clocks}`);
}

function isDate(value: JsonValue | undefined): value is number {
  return typeof value === "number" && value >= 0 && value <= 253_402_300_799;
}

/** OIDC Core §3.1.3.6: the left half of a hash that goes with the signature's algorithm; Ed25519 has SHA-512 in it. */
async function halfHash(alg: string, text: string): Promise<string> {
  const hash = algorithmRow(alg)?.hash ?? "SHA-512";
  const digest = new Uint8Array(await crypto.subtle.digest(hash, new TextEncoder().encode(text)));
  return base64url(digest.subarray(0, digest.length / 2));
}

function refused(why: string, cause?: unknown): AuthError {
  return new AuthError("invalid_id_token", `The ID token is not good: ${lower(why)}`, { cause });
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
