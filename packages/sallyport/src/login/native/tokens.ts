// What a native client gets in the end (RFC 6749 §5.1), every lifetime said: clients are known that guess where one is missing.
import type { SessionContent } from "../../session/index.ts";
import type { Handles } from "./handles.ts";

/** The answer of the token endpoint. Times in seconds. */
export interface NativeTokens {
  readonly access_token: string;
  readonly token_type: string;
  /** Since 1970. */
  readonly expires: number;
  readonly expires_in: number;
  readonly refresh_token?: string;
  /** Since 1970; now, where there is no refresh token. */
  readonly refresh_expires: number;
  readonly refresh_expires_in: number;
  readonly scope: string;
}

/** Where the provider does not say how long a token lives, so long is promised. */
const unsaidMs = 60_000;

/** @param id of the sign-in, the same for all its refresh tokens */
export async function nativeTokens(
  content: SessionContent,
  { id, handles, now }: { readonly id: string; readonly handles: Handles; readonly now: () => number },
): Promise<NativeTokens> {
  const { accessToken, tokenType, expiresAt, refreshToken, scope } = content.tokens;
  const at = now();
  const refresh = refreshToken === undefined ? undefined : await handles.sealRefresh({ id, content });
  return {
    access_token: accessToken,
    token_type: tokenType,
    ...lifetime("", expiresAt ?? at + unsaidMs, at),
    ...(refresh && { refresh_token: refresh.handle }),
    ...lifetime("refresh_", refresh?.expiresAt ?? at, at),
    scope,
  };
}

/** Rounded down: who believes it is never too late. */
function lifetime<Prefix extends string>(prefix: Prefix, until: number, now: number) {
  return {
    [`${prefix}expires`]: Math.floor(until / 1000),
    [`${prefix}expires_in`]: Math.max(0, Math.floor((until - now) / 1000)),
  } as Record<`${Prefix}expires` | `${Prefix}expires_in`, number>;
}
