// `sallyport/diagnose`: the library's own judgements in words, for tools that explain a set-up. Nothing here lets a token in.
import { AuthError } from "../errors.ts";
import type { JsonObject } from "../identity.ts";
import { isUrl } from "../options.ts";
import type { Algorithm, PresetName } from "../verify/index.ts";
import * as verify from "../verify/index.ts";

export { nearest } from "../options.ts";
export { advice } from "./advice.ts";

/** What the verifier makes of one key of a set: the algorithm that it verifies, or why it is not used. */
export type KeyJudgement =
  | { readonly algorithm: Algorithm; readonly flaw?: never }
  | { readonly algorithm?: never; readonly flaw: string };

/**
 * Judges one JWK as the verifier does.
 *
 * @param algorithms those that the issuer may sign with, such as `presets.keycloak.algorithms`
 */
export function judgeKey(
  jwk: Readonly<Record<string, unknown>>,
  algorithms: readonly Algorithm[],
): KeyJudgement {
  const judged = verify.judgeJwk(jwk, algorithms);
  return typeof judged === "string" ? { flaw: judged } : { algorithm: judged.algorithm };
}

/**
 * One sentence on how an issuer differs from the configured one, which is a URL: by a slash, `http`, the realm, the host.
 *
 * @param whose begins the sentence: "The token's iss"
 */
export function issuerDifference(whose: string, found: unknown, configured: string): string {
  return verify.issuerDifference(whose, found, [{ text: configured, label: "issuer" }]);
}

/** The preset that an issuer's URL proves, if any. */
export function inferPreset(issuer: string): PresetName | undefined {
  return isUrl(issuer) ? (verify.inferPreset(issuer)?.name as PresetName | undefined) : undefined;
}

/** The presets that would accept a token with this `typ` in its header and these claims, as far as its type goes. */
export function presetsAccepting(typ: string | undefined, claims: JsonObject): readonly PresetName[] {
  return verify.presetsAccepting(typ?.toLowerCase().replace(/^application\/(?=[^/]+$)/, ""), claims);
}

/** Why the verifier can't even read a token, or `undefined` where it can. */
export function formFlaw(token: string): AuthError | undefined {
  try {
    const parser = verify.createCompactParser({ tokenBytes: 16_384, depth: 32 }, verify.readTokenHeader);
    verify.parseToken(parser, token);
    return undefined;
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
}
