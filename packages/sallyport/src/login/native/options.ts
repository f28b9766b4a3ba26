// What can be said of native clients: the type for users, a row each for the check and the docs, and what is decided once.
import { checkOptions, isBoolean, isInteger, isScope, isTextList, type OptionTable } from "../../options.ts";
import { isNativeRedirect } from "./redirect-uri.ts";

/** Programs on people's own machines that sign in by this application's client: `POST /token` and `POST /device` are there for them. */
export interface NativeClientsOptions {
  /** Where a sign-in may come back to. Default: every loopback address, any port and path. */
  readonly redirectUris?: readonly string[];
  /** What they may ask for. Default: what people are asked for, and `offline_access` where the provider has it. */
  readonly scopes?: readonly string[];
  /** Whether they may sign in by another device (RFC 8628). Default: true, where the provider can. */
  readonly device?: boolean;
  /** Seconds within which a code has to be used. Default: 60. */
  readonly codeSeconds?: number;
  /** Seconds for which a refresh token is good, from when it was handed out. Default: 604800 (7 days). */
  readonly refreshSeconds?: number;
  /** Seconds after the sign-in when no refresh token of it is good any more. Default: 2592000 (30 days). */
  readonly absoluteSeconds?: number;
  /** Requests a minute that one process lets through to the provider: to `/device`, polls, and the rest of `/token`, each. Default: 600. */
  readonly requestsPerMinute?: number;
}

/** All there is to know about an application's native clients. Times in milliseconds. */
export interface NativeSettings {
  readonly redirectUris: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly device: boolean;
  readonly codeMs: number;
  readonly refreshMs: number;
  readonly absoluteMs: number;
  readonly requestsPerMinute: number;
}

const seconds = (least: number, greatest: number) => ({
  check: isInteger(least, greatest),
  takes: `a whole number of seconds from ${least} to ${greatest}`,
});

/** Rows of {@link NativeClientsOptions}. */
export const nativeClientsTable = {
  redirectUris: {
    check: (value) => isTextList(value) && value.every(isNativeRedirect),
    takes:
      "a non-empty list of loopback addresses without a port (http://localhost/callback: any port is good), https URLs, or addresses of a scheme of one's own (com.example.app:/callback), none with a query or a fragment",
    doc: "Where a sign-in of a native client may come back to. A loopback address stands for every port (RFC 8252 §7.3); all else is compared to the letter.",
    default: "every loopback address: `localhost`, `127.0.0.1` and `[::1]`, any port and path",
  },
  scopes: {
    check: (value) => isTextList(value) && value.every(isScope),
    takes: "a non-empty list of scopes (without spaces, quotes and backslashes)",
    doc: "The scopes that a native client may ask for, and gets where it names none. `openid` is always among them; `offline_access` has to be, where it is to be given.",
    default: "those of `login.scopes`, and `offline_access` where the provider has it",
  },
  device: {
    check: isBoolean,
    takes: "true or false",
    doc: "Whether native clients may sign in by another device. With `false`, `/device` answers as for a provider that can't: 503, which sends clients to the browser.",
    default: "`true`",
  },
  codeSeconds: {
    ...seconds(10, 600),
    doc: "Seconds within which a native client has to use its code. The provider's own limit counts as well.",
    default: "`60`",
  },
  refreshSeconds: {
    ...seconds(60, 31_536_000),
    doc: "Seconds for which a native client's refresh token is good, from when it was handed out; each renewal hands out another.",
    default: "`604800` (7 days)",
  },
  absoluteSeconds: {
    ...seconds(60, 31_536_000),
    doc: "Seconds after the sign-in when a native client's refresh tokens end, whatever happens.",
    default: "`2592000` (30 days)",
  },
  requestsPerMinute: {
    check: isInteger(1, 1_000_000),
    takes: "a whole number from 1 to 1000000",
    doc: "Requests a minute that one process lets through to the provider, for `/device`, for the polls of devices and for the rest of `/token` each; beyond that it answers 429.",
    default: "`600`",
  },
} as const satisfies OptionTable;

/** @throws TypeError where an option is unknown or of the wrong form */
export function resolveNativeClients(options: NativeClientsOptions): NativeSettings {
  checkOptions("nativeClients", options, nativeClientsTable);
  const { redirectUris, scopes, device = true, codeSeconds = 60, refreshSeconds = 604_800 } = options;
  const { absoluteSeconds = 2_592_000, requestsPerMinute = 600 } = options;
  return {
    redirectUris: redirectUris && [...redirectUris],
    scopes: scopes && [...scopes],
    device,
    codeMs: codeSeconds * 1000,
    refreshMs: refreshSeconds * 1000,
    absoluteMs: absoluteSeconds * 1000,
    requestsPerMinute,
  };
}
