// By what a token's audience differs from the configured, in words for the log: neither's text, of which one may be a
// part of the other.
import { readClaim } from "../../claim-path.ts";
import type { JsonObject } from "../../identity.ts";
import type { Preset } from "../issuers/preset.ts";

const mostCompared = 16;

/**
 * One sentence that says why the token's audience is not the configured one, and what may cure it.
 *
 * @param claim the claim that names the audience: `aud`
 * @param named what it names
 */
export function audienceDifference(
  claim: string,
  named: readonly string[],
  claims: JsonObject,
  { audience, preset }: { readonly audience: readonly string[]; readonly preset: Preset },
): string {
  const start = `The token's ${claim} names another audience than the configured`;
  const small = smallDifference(named.slice(0, mostCompared), audience.slice(0, mostCompared));
  if (small) return `${start}: it differs only by ${small}`;
  const clients = preset.clientId.map((path) => readClaim(claims, path));
  const client = claim === "aud" && named.some((one) => clients.includes(one));
  const what = client ? ": it names the client that asked for it, as an ID token does" : "";
  const hint = preset.hints?.[claim];
  return `${start}${what}${hint ? ` (${hint})` : ""}`;
}

function smallDifference(named: readonly string[], audience: readonly string[]): string | undefined {
  for (const own of audience) {
    for (const one of named) {
      if (one === `${own}/` || `${one}/` === own) return "the slash at its end";
      if (one === `api://${own}` || `api://${one}` === own) return "api:// at its beginning";
      if (one.toLowerCase() === own.toLowerCase()) return "upper and lower case letters";
      if (one.trim() === own.trim()) return "white space";
    }
  }
  return undefined;
}
