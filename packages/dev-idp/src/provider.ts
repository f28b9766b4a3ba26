// oidc-provider, configured: grants, features, lifetimes, tokens.
/// <reference path="./oidc-provider.d.ts" />
import type { Context, Provider, Token } from "oidc-provider";
import { audienceOf, resourceOf, resourceServerInfo } from "./audiences.ts";
import { accessTokenClaims, claimsByScope, findAccount } from "./claims.ts";
import { clientMetadata } from "./clients.ts";
import { type Clock, shiftIdTokens, shiftTimes } from "./clock.ts";
import type { Directory } from "./directory.ts";
import { routes, signInPath } from "./endpoints.ts";
import { grantLoader } from "./grants.ts";
import { rememberJwt, routeOf, storeFindingJwts } from "./jwt-tokens.ts";
import type { SigningAlgorithm, SigningKey } from "./keys.ts";
import type { ProviderModule } from "./load-provider.ts";
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from "./pages/device.ts";
import { providerErrorPage } from "./pages/error.ts";
import { signedOutPage, signOutPage } from "./pages/sign-out.ts";
import { signIns } from "./people.ts";
import {
  allowLoopbackRedirects,
  interactionPolicy,
  mayInspect,
  originAllowed,
  refusal,
  revocationPolicy,
} from "./policies.ts";
import type { Store } from "./store.ts";
import type { TokenFormat } from "./token-request.ts";

export interface ProviderSettings {
  module: ProviderModule;
  issuer: string;
  directory: Directory;
  algorithm: SigningAlgorithm;
  accessTokenSeconds: number;
  accessTokenFormat: TokenFormat;
  /** The current key first; the others are published, but no longer sign. */
  keys: readonly SigningKey[];
  store: Store;
  cookieSecret: string;
  clock: Clock;
  /** Told of what went wrong inside, in one sentence. */
  report: (sentence: string) => void;
}

const dayInSeconds = 24 * 60 * 60;
const enabled = true;

/** A provider that signs with the first of the keys. A rotation builds another on the same store. */
export function createProvider(settings: ProviderSettings): Provider {
  const { module, issuer, directory, clock, report } = settings;
  const provider = new module.Provider(issuer, configuration(settings));
  allowLoopbackRedirects(provider, directory);
  shiftIdTokens(provider, clock);
  provider.on("server_error", (ctx: Context, error: Error) =>
    report(`${ctx.method} ${ctx.path} failed: ${error.message}`),
  );
  // Koa writes what it can't answer to the console unless someone listens.
  provider.on("error", (error: Error) => report(`A request failed: ${error.message}`));
  provider.on("backchannel.error", (_ctx: Context, error: Error, client: { clientId: string }) =>
    report(`The back-channel logout of the client "${client.clientId}" failed: ${error.message}`),
  );
  return provider;
}

function configuration(settings: ProviderSettings): Record<string, unknown> {
  const { module, issuer, directory, algorithm, accessTokenSeconds, keys, store, cookieSecret, clock } =
    settings;
  return {
    adapter: storeFindingJwts({ store, keys: () => keys, route: () => routeOf(module.Provider.ctx) }),
    clients: directory.clients.map(clientMetadata),
    clientDefaults: {
      id_token_signed_response_alg: algorithm,
      introspection_signed_response_alg: algorithm,
    },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"],
    clientBasedCORS: originAllowed(directory),
    jwks: { keys: keys.map(({ privateJwk }) => privateJwk) },
    routes,
    cookies: { keys: [cookieSecret], names: cookieNames(issuer) },
    responseTypes: ["code"],
    pkce: { required: () => true },
    acrValues: Object.keys(signIns),
    scopes: ["openid", "offline_access", ...directory.apiScopes],
    claims: claimsByScope(directory),
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      IdToken: 3600,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Interaction: 3600,
      RefreshToken: 14 * dayInSeconds,
      Grant: 14 * dayInSeconds,
      Session: 14 * dayInSeconds,
    },
    findAccount: (_ctx: unknown, subject: string) => findAccount(directory, subject),
    extraTokenClaims: (ctx: Context | undefined, token: Token) => accessTokenClaims(directory, ctx, token),
    formats: {
      customizers: {
        async jwt(_ctx: unknown, token: Token, { payload }: { payload: Record<string, unknown> }) {
          shiftTimes(payload, clock);
          await rememberJwt(store, token, payload);
        },
      },
    },
    loadExistingGrant: grantLoader(directory),
    expiresWithSession: async (_ctx: unknown, source: Token) => !source.scopes.has("offline_access"),
    issueRefreshToken: async (_ctx: unknown, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    renderError: providerErrorPage,
    interactions: {
      url: (_ctx: unknown, interaction: { uid: string }) => `${signInPath}/${interaction.uid}`,
      policy: interactionPolicy(module),
    },
    features: features(settings),
    // oidc-provider's own dispatcher refuses loopback addresses, where everything here is.
    fetch: (url: string, { dispatcher: _, ...options }: RequestInit & { dispatcher?: unknown }) =>
      globalThis.fetch(url, options),
  };
}

function features({
  module,
  directory,
  algorithm,
  accessTokenSeconds,
  accessTokenFormat,
}: ProviderSettings): Record<string, unknown> {
  const [defaultAudience = ""] = directory.audiences;
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled },
    clientCredentials: { enabled },
    pushedAuthorizationRequests: { enabled },
    backchannelLogout: { enabled },
    deviceFlow: {
      enabled,
      userCodeInputSource: deviceCodePage,
      userCodeConfirmSource: deviceConfirmPage,
      successSource: deviceDonePage,
    },
    rpInitiatedLogout: { enabled, logoutSource: signOutPage, postLogoutSuccessSource: signedOutPage },
    introspection: { enabled, allowedPolicy: mayInspect },
    // Signed where the question asks for it (RFC 9701).
    jwtIntrospection: { enabled },
    revocation: { enabled, allowedPolicy: revocationPolicy(module) },
    resourceIndicators: {
      enabled,
      // A client that names no resource means the default audience, and gets a JWT for it even where it asks for
      // `openid` as well (oidc-provider would otherwise give a token for userinfo alone).
      defaultResource: async (_ctx: unknown, _client: unknown, oneOf?: string[]) =>
        oneOf?.[0] ?? resourceOf(defaultAudience),
      useGrantedResource: async () => true,
      getResourceServerInfo: async (ctx: Context, resource: string, client: { scope?: string }) => {
        const audience = audienceOf(resource, directory);
        if (audience === undefined)
          throw refusal(module, "InvalidTarget", "this provider serves no such resource");
        // RFC 6749 §3.3: without `scope`, a pre-defined default, here all that the client may ask for.
        const { params } = ctx.oidc;
        if (params.grant_type === "client_credentials") params.scope ??= client.scope;
        return resourceServerInfo(audience, { directory, algorithm, accessTokenSeconds, accessTokenFormat });
      },
    },
  };
}

// Browsers keep one cookie jar for all ports of a host, so the port in the name keeps two providers apart.
function cookieNames(issuer: string): Record<string, string> {
  const prefix = `dev_idp_${new URL(issuer).port}`;
  return {
    session: `${prefix}_session`,
    interaction: `${prefix}_interaction`,
    resume: `${prefix}_resume`,
  };
}
