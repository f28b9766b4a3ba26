// A sign-in that a native client opened in a browser: what it asks for, and what it gets at the end, which is never a token.
import { platform } from "#platform";
import type { CookieChange } from "../../cookies.ts";
import { AuthError } from "../../errors.ts";
import type { Answer } from "../../http/index.ts";
import { stringList } from "../../verify/index.ts";
import { type ConnectedClient, type LoginContext, single } from "../context.ts";
import { registeredCode } from "../failure.ts";
import type { NativeTransaction, Transaction } from "../transactions.ts";
import type { NativeClients } from "./native.ts";
import { mayReturnTo } from "./redirect-uri.ts";

/** What a native client asks of a sign-in. */
export interface NativeWish {
  readonly native: NativeTransaction;
  readonly scope: string;
}

/** Parameters of a native sign-in that a choice between providers has to hand on. */
export const nativeParameters = [
  "redirect_uri",
  "state",
  "scope",
  "offline_access",
  "code_challenge",
  "code_challenge_method",
] as const;

const plainState = /^[\x21-\x7e]{1,512}$/;
const challengeForm = /^[A-Za-z0-9_-]{43}$/;

/**
 * What is asked for where the request names a place to come back to; `undefined` where it is a sign-in of this application's own,
 * as every one is without `nativeClients`.
 *
 * @throws AuthError by rejection: `login_interrupted`. It is said on a page: an address that is not allowed is not sent anybody
 */
export async function nativeWish(
  { native }: LoginContext,
  connected: ConnectedClient,
  parameters: URLSearchParams,
): Promise<NativeWish | undefined> {
  const redirectUri = single(parameters, "redirect_uri");
  if (!native || redirectUri === undefined) return undefined;
  if (!mayReturnTo(redirectUri, native.settings.redirectUris)) {
    throw new AuthError("login_interrupted", "The native client's redirect_uri is not one that is allowed");
  }
  const state = single(parameters, "state");
  if (state !== undefined && !plainState.test(state)) {
    throw new AuthError(
      "login_interrupted",
      "The native client's state is not 1 to 512 printable characters",
    );
  }
  const challenge = single(parameters, "code_challenge");
  const method = single(parameters, "code_challenge_method");
  if (challenge === undefined ? method !== undefined : method !== "S256" || !challengeForm.test(challenge)) {
    throw new AuthError("login_interrupted", "The native client's code_challenge is not one of S256");
  }
  const offline = single(parameters, "offline_access") === "true";
  const scope = await nativeScope(native, connected, { asked: single(parameters, "scope"), offline });
  if (scope === undefined) {
    throw new AuthError("login_interrupted", "The native client asks for a scope that is not given to it");
  }
  return { native: { redirectUri, state, challenge }, scope };
}

/** What the provider is asked for; `undefined` where one is wanted that native clients are not given. */
export async function nativeScope(
  { settings: { scopes } }: NativeClients,
  { api, scope }: ConnectedClient,
  { asked, offline }: { readonly asked: string | undefined; readonly offline: boolean },
): Promise<string | undefined> {
  // A provider that doesn't know the word may refuse the whole request for it.
  const offered = async () => stringList((await api.metadata()).scopes_supported)?.includes(offlineAccess);
  const configured = scopes ?? scope.split(" ");
  const mayOffline = configured.includes(offlineAccess) || (!scopes && (await offered()) === true);
  const given = new Set(["openid", ...configured.filter((one) => one !== offlineAccess)]);
  const wanted = asked?.split(" ").filter((one) => one !== "");
  if (wanted?.some((one) => !given.has(one) && !(one === offlineAccess && mayOffline))) return undefined;
  const withOffline = mayOffline && (offline || wanted?.includes(offlineAccess));
  const rest = (wanted ?? [...given]).filter((one) => one !== "openid" && one !== offlineAccess);
  return ["openid", ...rest, ...(withOffline ? [offlineAccess] : [])].join(" ");
}

const offlineAccess = "offline_access";

/** What the provider answered a native sign-in. */
export interface NativeReturn {
  readonly code: string | undefined;
  readonly error: string | undefined;
  readonly iss: string | undefined;
}

/**
 * Sends the browser on to the native client: with the provider's code, unredeemed and sealed, and with what it is redeemed by; or
 * with the provider's error.
 *
 * @throws AuthError by rejection: `login_interrupted` where native clients are served no more
 */
export async function nativeAnswer(
  { native: clients, pages }: LoginContext,
  { transaction, native }: { readonly transaction: Transaction; readonly native: NativeTransaction },
  { code, error, iss }: NativeReturn,
  cookies: readonly CookieChange[],
): Promise<Answer> {
  if (!clients) throw new AuthError("login_interrupted", "Native clients are served no more");
  const { redirectUri, state } = native;
  const back = (parameters: Readonly<Record<string, string | undefined>>) => {
    const given = Object.entries(parameters).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return pages.redirect(`${redirectUri}?${new URLSearchParams(given)}`, { cookies });
  };
  if (code === undefined) return back({ error: registeredCode(error) ?? "access_denied", state });
  // A client with a verifier of its own (RFC 7636) gets its state back as it was. Any other is given one, behind the last `|`.
  const verifier = native.challenge === undefined ? platform.randomText(32) : undefined;
  const challenge = native.challenge ?? (await platform.sha256(verifier as string));
  const handle = await clients.handles.sealCode({ transaction, code, iss, challenge });
  const joined = [state, verifier].filter((one) => one !== undefined).join("|");
  return back({ code: handle, state: joined === "" ? undefined : joined });
}
