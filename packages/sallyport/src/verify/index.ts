// The verifying room: what other rooms and users may reach.

export type { ClaimPath } from "../claim-path.ts";
export type { StandardSchema } from "../standard-schema.ts";
export { parseToken } from "./authenticate.ts";
export type { SigningKey, Verified, Verifier, VerifierDpop, VerifierHealth } from "./contract.ts";
export { importPrivateKey } from "./introspection/client-auth.ts";
export type { IntrospectionAuthMethod, IntrospectionOptions } from "./introspection/options.ts";
export type { IntrospectionHealth } from "./introspection/proof.ts";
export { judgePrivateKey } from "./introspection/settings.ts";
export { issuerDifference } from "./issuers/issuer-difference.ts";
export type { IssuerMetadata } from "./issuers/issuer-metadata.ts";
export type { ClaimName, IssuerOptions, JsonWebKeySet } from "./issuers/issuer-options.ts";
export type { Condition, Preset, Tenancy } from "./issuers/preset.ts";
export { inferPreset, presetsAccepting } from "./issuers/preset-choice.ts";
export { type PresetName, presets } from "./issuers/presets.ts";
export { requireHttps } from "./issuers/urls.ts";
export type { Algorithm } from "./keys/algorithms.ts";
export { algorithmRow } from "./keys/algorithms.ts";
export { judgeJwk } from "./keys/jwk.ts";
export type { KeySourceHealth } from "./keys/key-set.ts";
export type {
  Logger,
  TokenCacheOptions,
  VerifierDeps,
  VerifierLimits,
  VerifierOptions,
} from "./options.ts";
export { cacheTable, depsTable, limitTable, verifierOptionTable } from "./options.ts";
export type { OpenedJwt, Provider } from "./provider.ts";
export { readText } from "./read-text.ts";
export { createRevocationList, type Revocation, type RevocationList } from "./revocation.ts";
export { checkRevocation } from "./revocation-check.ts";
export type { Binding } from "./sender/binding.ts";
export type { DpopOptions, SenderMode, SenderOptions } from "./sender/options.ts";
export type { Presentation } from "./sender/presentation.ts";
export { createReplayMemory, type ReplayMemoryOptions, type ReplayStore } from "./sender/replay.ts";
export { stringList } from "./token/claims.ts";
export { createCompactParser, readTokenHeader } from "./token/compact.ts";
export { customClaims } from "./token/custom-claims.ts";
export { createVerifier } from "./verifier.ts";
