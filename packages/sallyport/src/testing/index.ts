// `sallyport/testing`: for the tests of an API that Sallyport guards.
export { createTestClock, type TestClock, type TimeSpan } from "./clock.ts";
export type {
  Application,
  DpopRequest,
  FakeIssuer,
  FakeIssuerOptions,
  IssuerFailure,
  LogoutRequest,
  OpaqueTokenRequest,
  SignInRequest,
} from "./contract.ts";
export { fakeIssuer, joinIssuers } from "./fake-issuer.ts";
export { type HostileToken, hostileTokens } from "./hostile/index.ts";
export {
  type ProviderToken,
  providerTokens,
  type SampleContext,
  signSample,
  type TokenUse,
} from "./provider-tokens/index.ts";
export { type SessionStoreCase, sessionStoreCases } from "./session-store-contract.ts";
export {
  createTestKey,
  type Segment,
  signJws,
  type TestAlgorithm,
  type TestKey,
  testAlgorithms,
} from "./sign.ts";
export type { TokenRequest } from "./token-request.ts";
