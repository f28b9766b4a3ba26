// Signing people in: what the composition root may reach.
export { type AgedSecret, type ClientOptions, clientTable } from "./client-options.ts";
export type {
  Login,
  LoginClient,
  LoginDeps,
  LoginSettings,
  SecretAge,
} from "./contract.ts";
export type { DeviceLogin, DeviceLoginRequest } from "./device.ts";
export { importDpopKey } from "./dpop-key.ts";
export { createLogin } from "./login.ts";
export { type NativeClientsOptions, nativeClientsTable } from "./native/options.ts";
export { type ClientAuthMethod, type LoginOptions, loginTable } from "./options.ts";
export { publicUrlOf } from "./places.ts";
export { type RouterOptions, routerTable } from "./router-options.ts";
export type { TokenSource, TokenSourceRequest } from "./token-source.ts";
