// `sallyport`: the verifier, the requirements and the one error, without any framework.
export type { Audit, AuditLogger, AuditOptions, AuditSink, AuditStats, LoggerSink } from "./audit/index.ts";
export { createAudit, formatEvent, functionSink, jsonLinesSink, loggerSink } from "./audit/index.ts";
export type {
  Check,
  ClaimRequirement,
  Decision,
  Missing,
  Requirement,
  RequirementFields,
} from "./authorize/index.ts";
export {
  acr,
  allOf,
  anyOf,
  check,
  claim,
  decide,
  group,
  issuer,
  kind,
  maxAge,
  permission,
  requirement,
  role,
  scope,
} from "./authorize/index.ts";
export { configFromEnvironment, type Environment, type EnvironmentDeps } from "./config/index.ts";
export { AuthError, type AuthErrorCode, type AuthErrorOptions, type ChallengeOptions } from "./errors.ts";
export type { AuthEvent, DecisionEvent, SecurityEvent, SessionEvent } from "./events.ts";
export type { Endpoint, EndpointName } from "./http/index.ts";
export type { Actor, Identity, IdentityKind, JsonObject, JsonValue } from "./identity.ts";
export type {
  AgedSecret,
  ClientAuthMethod,
  ClientOptions,
  DeviceLogin,
  DeviceLoginRequest,
  LoginOptions,
  RouterOptions,
  TokenSource,
  TokenSourceRequest,
} from "./login/index.ts";
export type { PeopleDeps, PeopleOptions } from "./people-options.ts";
export type {
  LogoutScope,
  SessionOptions,
  SessionOwner,
  SessionStore,
  SessionSummary,
  StoredSession,
} from "./session/index.ts";
export type {
  Algorithm,
  Binding,
  ClaimName,
  ClaimPath,
  Condition,
  DpopOptions,
  IntrospectionAuthMethod,
  IntrospectionHealth,
  IntrospectionOptions,
  IssuerOptions,
  JsonWebKeySet,
  KeySourceHealth,
  Logger,
  Presentation,
  Preset,
  PresetName,
  ReplayMemoryOptions,
  ReplayStore,
  Revocation,
  RevocationList,
  SenderMode,
  SenderOptions,
  SigningKey,
  StandardSchema,
  Tenancy,
  TokenCacheOptions,
  Verified,
  Verifier,
  VerifierDeps,
  VerifierDpop,
  VerifierHealth,
  VerifierLimits,
  VerifierOptions,
} from "./verify/index.ts";
export { createReplayMemory, createRevocationList, createVerifier, presets } from "./verify/index.ts";
export type {
  Decided,
  ProviderRequest,
  Telemetry,
  ToldSession,
  VerifiedToken,
  Watch,
  Watched,
  WatchedHealth,
  WatchedSignIn,
} from "./watch.ts";
