// A token answer (RFC 6749 §5.1, OIDC Core §3.1.3.3): made fit to be read before openid-client does, and what we keep of it.
import { isPlainObject } from "../options.ts";

/** What the provider gave. Times in milliseconds. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly tokenType: "Bearer" | "DPoP";
  /** `undefined` where the provider did not say, or said what is no lifetime. */
  readonly expiresAt: number | undefined;
  readonly refreshToken: string | undefined;
  /** Not judged yet. */
  readonly idToken: string | undefined;
  /** `undefined` where it is what was asked for (RFC 6749 §5.1). */
  readonly scope: string | undefined;
}

/** What openid-client hands on of an answer. */
export interface ReadAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in?: number | undefined;
  readonly refresh_token?: string | undefined;
  readonly scope?: string | undefined;
}

/** The answer that openid-client is to read, and the ID token taken out of it. */
export interface PreparedAnswer {
  readonly response: Response;
  readonly idToken: string | undefined;
}

/** A lifetime beyond ten years is none that anyone meant. */
const longestSeconds = 315_360_000;

/**
 * Takes the ID token out, which is judged here alone (by our clock, our keys and our rules), and a lifetime that is none: a token
 * answer without `expires_in` works, and one with nonsense in its place must not be believed.
 */
export async function prepareAnswer(response: Response): Promise<PreparedAnswer> {
  const { status } = response;
  const headers = new Headers(response.headers);
  // Of the client's authentication: the body's error says the same, and is what is read.
  headers.delete("www-authenticate");
  const text = await response.text();
  const same = () => new Response(text === "" ? null : text, { status, headers });
  if (status !== 200) return { response: same(), idToken: undefined };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { response: same(), idToken: undefined };
  }
  if (!isPlainObject(body)) return { response: same(), idToken: undefined };
  const { id_token: idToken, expires_in: expiresIn, ...rest } = body;
  const seconds = lifetimeOf(expiresIn);
  const clean = { ...rest, ...(seconds !== undefined && { expires_in: seconds }) };
  return {
    // An error is one, whatever the status beside it.
    response: new Response(JSON.stringify(clean), {
      status: Object.hasOwn(rest, "error") ? 400 : 200,
      headers,
    }),
    // What is there and no text is kept as one that no parser takes.
    idToken: idToken === undefined || idToken === null ? undefined : String(idToken),
  };
}

function lifetimeOf(expiresIn: unknown): number | undefined {
  const seconds =
    typeof expiresIn === "string" && /^\d{1,12}$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  return typeof seconds === "number" && seconds > 0 && seconds <= longestSeconds ? seconds : undefined;
}

/** What may stand in an `Authorization` header after its scheme: anything else would be more than a token. */
const headerSafe = /^[\x21-\x7e]+$/;

/** @returns a sentence where the answer can't be used */
export function readAnswer(
  answer: ReadAnswer,
  idToken: string | undefined,
  { now, boundKey }: { readonly now: number; readonly boundKey: boolean },
): TokenAnswer | string {
  const bound = answer.token_type.toLowerCase() === "dpop";
  if (!headerSafe.test(answer.access_token)) return "its access token is none that a request could carry";
  if (boundKey && !bound) return "its tokens are not bound to the session's key";
  if (bound && !boundKey) return "its tokens are bound to a key that there is none of";
  return {
    accessToken: answer.access_token,
    tokenType: bound ? "DPoP" : "Bearer",
    expiresAt: answer.expires_in === undefined ? undefined : now + answer.expires_in * 1000,
    refreshToken: answer.refresh_token,
    idToken,
    scope: answer.scope,
  };
}
