// Every kind of token that the providers of the presets sign, as they document it.
import type { PresetName } from "../../verify/index.ts";
import type { FakeIssuer } from "../contract.ts";
import { auth0Tokens } from "./auth0.ts";
import { authentikTokens } from "./authentik.ts";
import { cognitoTokens } from "./cognito.ts";
import { entraTokens } from "./entra.ts";
import { githubActionsTokens } from "./github-actions.ts";
import { googleTokens } from "./google.ts";
import { keycloakTokens } from "./keycloak.ts";
import { kubernetesTokens } from "./kubernetes.ts";
import { oktaTokens } from "./okta.ts";
import { rfc9068Tokens } from "./rfc9068.ts";
import type { ProviderToken } from "./types.ts";

export type { ProviderToken, SampleContext, TokenUse } from "./types.ts";

/**
 * Sample tokens of each preset's provider: access tokens in all their forms, and whatever else it signs with the same
 * keys (ID tokens above all), which no API may take for one.
 *
 * @example
 * ```ts
 * const idp = fakeIssuer({ preset: "keycloak" });
 * for (const sample of providerTokens.keycloak) {
 *   const token = await signSample(idp, sample);
 *   const response = await app.inject({ url: "/me", headers: { authorization: `Bearer ${token}` } });
 *   expect(response.statusCode, sample.id).toBe(sample.code ? 401 : 200);
 * }
 * ```
 */
export const providerTokens: Readonly<Record<PresetName, readonly ProviderToken[]>> = Object.freeze({
  rfc9068: rfc9068Tokens,
  entra: entraTokens,
  okta: oktaTokens,
  auth0: auth0Tokens,
  "google-id-token": googleTokens,
  keycloak: keycloakTokens,
  authentik: authentikTokens,
  cognito: cognitoTokens,
  "github-actions": githubActionsTokens,
  kubernetes: kubernetesTokens,
});

/**
 * Signs a sample with a fake issuer's key, for the first of its audiences.
 *
 * @example
 * ```ts
 * const idp = fakeIssuer({ preset: "entra" });
 * const tokens = await Promise.all(providerTokens.entra.map((sample) => signSample(idp, sample)));
 * ```
 */
export async function signSample(idp: FakeIssuer, sample: ProviderToken): Promise<string> {
  const now = Math.floor(idp.clock.now() / 1000);
  return idp.sign(sample.header, sample.claims({ issuer: idp.issuer, audience: idp.audience[0] ?? "", now }));
}
