// What that looks like which is no token: a hint for the log, from its outline alone and never with its text.
import { AuthError } from "../../errors.ts";

/** The refusal of a malformed token with a hint; any other error as it is. */
export function describeMalformed(error: unknown, token: unknown): unknown {
  if (!(error instanceof AuthError) || error.code !== "malformed_token" || typeof token !== "string")
    return error;
  const hint = hintOf(token);
  return hint === undefined ? error : new AuthError(error.code, `${error.message}: ${hint}`);
}

function hintOf(token: string): string | undefined {
  if (/^\s*bearer\s/i.test(token))
    return "it begins with the scheme `Bearer`; remove that and pass the token alone";
  if (/^(bearer|undefined|null|\[object Object\])?$/.test(token))
    return "it is no token, but what is left where one was missing";
  if (/^["']/.test(token)) return "it is in quotation marks; remove them";
  if (/^\s|\s$/.test(token)) return "it has white space around it; remove that";
  switch (countDots(token)) {
    case 0:
      return "it has no dots, as an opaque token has none; the provider must issue a JWT for this API (often by naming the audience in the request), or be asked about its tokens: `introspection`";
    case 4:
      return "it has five parts, as an encrypted token (JWE) has; the provider must sign it and not encrypt it";
    default:
      return undefined;
  }
}

/** Up to five: more is neither. */
function countDots(token: string): number {
  let count = 0;
  for (let at = token.indexOf("."); at >= 0 && count < 5; at = token.indexOf(".", at + 1)) count += 1;
  return count;
}
