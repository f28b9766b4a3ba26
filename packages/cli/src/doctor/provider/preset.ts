// Which preset fits: what the URL proves, what the metadata gives away, and what was said.
import type { PresetName } from "sallyport";
import type { Check } from "../../finding.ts";
import type { ProviderFacts } from "./facts.ts";

/** By what a provider's metadata is known where its issuer's URL is its owner's. */
const marks: readonly {
  readonly preset: PresetName;
  readonly test: (text: (name: string) => string) => boolean;
}[] = [
  { preset: "authentik", test: (text) => /\/application\/o\//.test(`${text("issuer")} ${text("jwks_uri")}`) },
  { preset: "kubernetes", test: (text) => text("jwks_uri").endsWith("/openid/v1/jwks") },
  { preset: "auth0", test: (text) => /\/mfa\/challenge$/.test(text("mfa_challenge_endpoint")) },
  { preset: "okta", test: (text) => /\/oauth2\/([^/]+\/)?v1\/keys$/.test(text("jwks_uri")) },
  { preset: "keycloak", test: (text) => text("jwks_uri").endsWith("/protocol/openid-connect/certs") },
];

function given({ document }: ProviderFacts): PresetName | undefined {
  const text = (name: string) => {
    const value = document?.[name];
    return typeof value === "string" ? value : "";
  };
  return marks.find(({ test }) => test(text))?.preset;
}

export const presetChecks: readonly Check<ProviderFacts>[] = [
  {
    id: "preset_must_be_named",
    level: "mend",
    says: "The metadata is that of a provider whose access tokens need a preset, and the issuer's URL does not prove it",
    mend: "Name the preset: `preset` in the library, OAUTH2_PRESET in its environment, --preset here.",
    test: (facts) => {
      const name = given(facts);
      return (
        facts.preset === undefined &&
        facts.proven === undefined &&
        name !== undefined &&
        // An issuer that is not written as the provider writes it proves nothing yet: that is said elsewhere.
        facts.document?.issuer === facts.issuer &&
        `The metadata is that of ${name}, and the issuer's URL does not prove it: without \`preset: "${name}"\`, its access tokens are refused`
      );
    },
  },
  {
    id: "preset_contradicts",
    level: "mend",
    says: "The preset that was named is not that of this provider",
    mend: "Leave the preset out, or name the one that fits: with another, good tokens are refused.",
    test: (facts) => {
      const fits = facts.proven ?? given(facts);
      return (
        facts.preset !== undefined &&
        fits !== undefined &&
        fits !== facts.preset &&
        `The preset ${facts.preset} was named, and the provider is ${fits}`
      );
    },
  },
  {
    id: "preset",
    level: "note",
    says: "Which preset the access tokens are judged by, and why",
    test: ({ preset, proven, chosen }) =>
      preset !== undefined
        ? `The preset ${preset}, as named`
        : proven !== undefined
          ? `The preset ${proven}, which the issuer's URL proves`
          : `The preset ${chosen.name}: access tokens must be of the type at+jwt`,
  },
];
