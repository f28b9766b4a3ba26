// Options that several commands have, by the names that the library and its environment know them by.
import { createVerifier, type PresetName, presets, type VerifierOptions } from "sallyport";
import { UsageError } from "./io.ts";
import type { Values } from "./options.ts";

const presetNames = Object.keys(presets);

export const issuerOption = {
  takes: "URL",
  doc: "The issuer, exactly as its tokens' iss writes it.",
  env: ["OIDC_ISSUER", "OAUTH2_ISSUER"],
} as const;

export const loopbackOption = {
  doc: "Accepts http for localhost, 127.0.0.1 and [::1]: for development, as the library's insecureAllowLoopback.",
  env: ["OIDC_INSECURE_ALLOW_LOOPBACK"],
} as const;

export const jsonOption = { doc: "The answer as JSON, for programs." } as const;

/** What an API's verifier is configured by. */
export const verifierOptions = {
  issuer: issuerOption,
  audience: {
    takes: "NAME",
    doc: "The identifier of your API: what a token's aud must name. May be repeated.",
    env: ["OIDC_AUDIENCE", "OAUTH2_AUDIENCE"],
    multiple: true,
  },
  preset: {
    takes: "NAME",
    doc: "How this issuer's access tokens look, where its URL does not prove it.",
    env: ["OAUTH2_PRESET"],
    values: presetNames,
  },
  "tenant-id": {
    takes: "GUID",
    doc: "Entra ID: the tenant, instead of --issuer.",
    env: ["OAUTH2_TENANT_ID"],
  },
  "discovery-url": {
    takes: "URL",
    doc: "Where the metadata is as seen from here, if callers know the provider by another name.",
    env: ["OIDC_DISCOVERY_URL", "OAUTH2_DISCOVERY_URL"],
  },
  "jwks-uri": {
    takes: "URL",
    doc: "Where the keys are as seen from here; the metadata is not asked for.",
    env: ["OIDC_JWKS_URI", "OAUTH2_JWKS_URI"],
  },
  algorithms: {
    takes: "LIST",
    doc: "Accepted signature algorithms, if not the preset's.",
    env: ["OIDC_ALGORITHMS"],
  },
  "insecure-allow-loopback": loopbackOption,
} as const;

type VerifierValues = Values<typeof verifierOptions>;

/** The values as the library takes them; `undefined` where they name no issuer. */
export function libraryOptions(values: VerifierValues): VerifierOptions | undefined {
  const { issuer, audience, algorithms } = values;
  const preset = values.preset as PresetName | undefined;
  const [tenantId, discoveryUrl, jwksUri] = [
    values["tenant-id"],
    values["discovery-url"],
    values["jwks-uri"],
  ];
  const named = issuer ?? tenantId ?? (preset && presets[preset].issuer);
  if (named === undefined) return undefined;
  return {
    ...(issuer !== undefined && { issuer }),
    ...(tenantId !== undefined && { tenantId }),
    ...(preset !== undefined && { preset }),
    ...(audience.length > 0 && { audience }),
    ...(discoveryUrl !== undefined && { discoveryUrl }),
    ...(jwksUri !== undefined && { jwksUri }),
    ...(algorithms !== undefined && {
      algorithms: algorithms.split(/[\s,]+/) as NonNullable<VerifierOptions["algorithms"]>,
    }),
    insecureAllowLoopback: values["insecure-allow-loopback"],
  };
}

/**
 * The issuer that options stand for: given, or a tenant's, or a preset's own.
 *
 * @throws UsageError where the library refuses them
 */
export function issuerNamed(options: VerifierOptions): string {
  if (options.issuer !== undefined) return options.issuer;
  return accepting(() => createVerifier({ audience: "any", ...options }).health().issuers[0]?.issuer ?? "");
}

/** @throws UsageError for what the library refuses, by the names of the command's options */
export function accepting<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(inOptions(error.message));
  }
}

const optionNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(verifierOptions).map((name) => [camelCase(name), `--${name}`])),
  "insecureAllowLoopback: true": "--insecure-allow-loopback",
};

function inOptions(sentence: string): string {
  return sentence
    .replace(/^createVerifier: /, "")
    .replace(/`([\w: ]+)`/g, (whole, name: string) => optionNames[name] ?? whole);
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}
