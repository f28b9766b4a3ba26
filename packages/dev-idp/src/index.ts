// @sallyport/dev-idp: an OpenID Provider for development and tests.

export { type Client, type ClientType, seededClients } from "./clients.ts";
export type { Endpoint } from "./endpoints.ts";
export type { FailureMode, FailureOptions } from "./failures.ts";
export type { SigningAlgorithm } from "./keys.ts";
export type { DevIdpOptions } from "./options.ts";
export { type Person, seededPeople } from "./people.ts";
export { type DevIdp, startDevIdp } from "./start.ts";
export type { TokenFormat, TokenRequest } from "./token-request.ts";
