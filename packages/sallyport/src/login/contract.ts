// What signing people in needs, and what it gives.

import type { SecurityEvent, SessionEvent } from "../events.ts";
import type { Endpoint } from "../http/index.ts";
import type { Identity } from "../identity.ts";
import type { Sealer, SessionContent, SessionOwner, Sessions, TokenRenewal } from "../session/index.ts";
import type { Logger, Provider, VerifierDeps } from "../verify/index.ts";
import type { Watch } from "../watch.ts";
import type { ClientOptions } from "./client-options.ts";
import type { DeviceLogin, DeviceLoginRequest } from "./device.ts";
import type { NativeClientsOptions } from "./native/options.ts";
import type { RouterOptions } from "./router-options.ts";
import type { VerifyAccessToken } from "./session-content.ts";
import type { TokenSource, TokenSourceRequest } from "./token-source.ts";

/** One provider at which people sign in. */
export interface LoginClient extends ClientOptions {
  readonly clientId: string;
  readonly provider: Provider;
}

/** What `createLogin` is told. */
export interface LoginSettings {
  /** In their order: the first is named first where people choose. */
  readonly clients: readonly LoginClient[];
  /** The https URL under which browsers reach this application's `/`. Default: of the first client's `redirectUri`. */
  readonly publicUrl?: string | undefined;
  readonly router?: RouterOptions | undefined;
  /** Serves native clients. */
  readonly nativeClients?: NativeClientsOptions | undefined;
}

/** What is alive. */
export interface LoginDeps {
  /** They renew tokens by {@link Login.renewal}, at requests only. */
  readonly sessions: Sessions;
  readonly sealer: Sealer;
  /** Verifies an access token as a request's would be, for `login.identity: "access_token"`. */
  readonly verify?: VerifyAccessToken | undefined;
  /** Whether somebody's access was revoked: asked where a native client renews. Sessions ask by themselves, at each request. */
  readonly isRevoked?: VerifierDeps["isRevoked"] | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly now?: (() => number) | undefined;
  readonly logger?: Logger | undefined;
  /** Whether `logger` has the events already, from a sink of its own. Default: false. */
  readonly logged?: boolean | undefined;
  /** Receives sign-ins, renewals and logouts. */
  readonly onEvent?: ((event: SessionEvent | SecurityEvent) => void) | undefined;
  /** Counts them. */
  readonly watch?: Pick<Watch, "session" | "security"> | undefined;
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** What a requirement asks of the authentication (RFC 9470). */
export interface StepUp {
  readonly acrValues?: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** How old a client secret is that is in use. */
export interface SecretAge {
  readonly issuer: string;
  readonly days: number;
}

/** People signing in, and what comes of it. */
export interface Login {
  readonly endpoints: readonly Endpoint[];
  /** What stands before the endpoints' paths. */
  readonly basePath: string | undefined;
  /** Told where the router is, by frameworks that know it. */
  mountedAt(prefix: string): void;
  readonly sessions: Sessions;
  readonly renewal: TokenRenewal;
  /** The address, from the root of this origin, of the sign-in that comes back to a target of this application. */
  loginUrl(target: string, stepUp?: StepUp): string;
  /**
   * Ends all of a person's sessions, and revokes their refresh tokens; how many there were.
   *
   * @throws TypeError by rejection where there is no store; AuthError `session_store_unavailable`
   */
  endAll(owner: SessionOwner): Promise<number>;
  /**
   * Who a session is of.
   *
   * @throws AuthError `session_ended` where its provider or client is configured no more; and where the person has not got what the
   * configuration requires of everybody: `missing_claim`, `insufficient_scope` or `insufficient_permissions`
   */
  identity(content: SessionContent): Identity;
  /**
   * A source of access tokens for this application itself (client credentials), for calling other services.
   *
   * @throws TypeError where the issuer is not one of the clients
   */
  tokenSource(request?: TokenSourceRequest): TokenSource;
  /**
   * Signs somebody in on another device (RFC 8628), as a command does.
   *
   * @throws AuthError by rejection: `provider_unavailable`, `provider_refused_client`
   */
  deviceLogin(request?: DeviceLoginRequest): Promise<DeviceLogin>;
  /**
   * Whether people can sign in: openid-client is there, and each provider's metadata can be had.
   *
   * @throws AuthError by rejection: `provider_unavailable`
   */
  ready(): Promise<void>;
  /** Of the client secrets with a date: for a metric. */
  secretAges(): readonly SecretAge[];
}
