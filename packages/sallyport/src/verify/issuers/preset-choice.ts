// Which preset fits an issuer's URL, or a token.
import type { JsonObject } from "../../identity.ts";
import { holds, type Preset } from "./preset.ts";
import { type PresetName, presetNames, presets } from "./presets.ts";

/** The preset that an issuer's URL proves, if any. */
export function inferPreset(issuer: string): Preset | undefined {
  const { hostname, pathname } = new URL(issuer);
  return Object.values(presets).find(
    ({ issuerHost, issuerPath }) =>
      issuerHost?.test(hostname) === true || issuerPath?.test(pathname) === true,
  );
}

/** The presets that would accept a token of this type; for the log, where a token was refused for its type. */
export function presetsAccepting(typ: string | undefined, claims: JsonObject): readonly PresetName[] {
  return presetNames.filter((name) => {
    const { headerTypes, required, accept, refuse, singleAudience } = presets[name];
    return (
      // Those take what looks like an ID token: nobody should be led to them by a refusal.
      !singleAudience &&
      headerTypes.includes(typ ?? null) &&
      required.every((claim) => Object.hasOwn(claims, claim)) &&
      accept.every((condition) => holds(condition, claims)) &&
      !refuse.some((condition) => holds(condition, claims))
    );
  });
}
