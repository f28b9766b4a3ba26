// Signing people in, wired together: clients, transactions, endpoints, and what renews and ends sessions.
import type { CookieStyle } from "../cookies.ts";
import type { Endpoint, EndpointName } from "../http/index.ts";
import { checkOptions } from "../options.ts";
import { quietly } from "../quietly.ts";
import type { SessionContent } from "../session/index.ts";
import { type ConnectedClient, createTeller, type LoginContext } from "./context.ts";
import type { Login, LoginClient, LoginDeps, LoginSettings, StepUp } from "./contract.ts";
import { requireOwnUrl } from "./credentials.ts";
import { startDeviceLogin } from "./device.ts";
import { backchannelLogoutEndpoint } from "./endpoints/backchannel-logout.ts";
import { callbackEndpoint } from "./endpoints/callback.ts";
import { deviceEndpoint } from "./endpoints/device.ts";
import { frontchannelLogoutEndpoint } from "./endpoints/frontchannel-logout.ts";
import { loginEndpoint } from "./endpoints/login.ts";
import { logoutEndpoint } from "./endpoints/logout.ts";
import { sessionEndpoint } from "./endpoints/session.ts";
import { tokenEndpoint } from "./endpoints/token.ts";
import { userinfoEndpoint } from "./endpoints/userinfo.ts";
import { createNativeClients } from "./native/native.ts";
import { loadOpenid } from "./openid.ts";
import { clientTable, loginTable } from "./options.ts";
import { createPages } from "./pages.ts";
import { createProviderClient } from "./provider-client.ts";
import { createRenewal } from "./renewal.ts";
import { comparable, ownTarget, type TargetRules } from "./return-to.ts";
import { defaultPaths, routerTable } from "./router-options.ts";
import { identityOf } from "./session-content.ts";
import { createTokenSource } from "./token-source.ts";
import { createTransactions } from "./transactions.ts";

/**
 * Makes what signs people in. Synchronous, and without a request: an application starts while its provider is down.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 */
export function createLogin(settings: LoginSettings, deps: LoginDeps): Login {
  const { now = Date.now, logger, sealer, verify, waitUntil } = deps;
  // Read at each use: a test or a tracer may replace the global later.
  const fetch: typeof globalThis.fetch = deps.fetch ?? ((...request) => globalThis.fetch(...request));
  const { base, basePath, paths } = placesOf(settings);
  const full = (name: EndpointName) => `${base.path}${basePath}${paths[name] || ""}`;
  const clients = settings.clients.map((client, index) =>
    connect(client, {
      where: whereOf(settings, index),
      base: base.url,
      callback: `${basePath}${paths.callback}`,
    }),
  );
  const style: CookieStyle = { secure: base.url.startsWith("https:") };
  checkModes(clients, style);
  const { nativeClients } = settings;
  if (nativeClients) checkUnbound(clients);

  function connect(
    client: LoginClient,
    { where, base: url, callback }: { where: string; base: string; callback: string },
  ): ConnectedClient {
    const { provider: _provider, ...options } = client;
    checkOptions(where, options, clientTable);
    const { login = {} } = client;
    checkOptions(`${where}.login`, login, loginTable);
    const redirectUri = login.redirectUri ?? `${url}${callback}`;
    const postLogoutRedirectUri = login.postLogoutRedirectUri ?? `${url}/`;
    requireOwnUrl(redirectUri, "login.redirectUri", where);
    for (const [option, own] of Object.entries({ redirectUri, postLogoutRedirectUri })) {
      if (new URL(own).origin === new URL(url).origin) continue;
      throw new TypeError(
        `${where}: \`login.${option}\` takes an address of this application: below \`publicUrl\``,
      );
    }
    if (login.identity === "access_token" && !verify) {
      throw new TypeError(
        `${where}: \`login.identity\` access_token needs \`audience\`: it is an access token for this API then`,
      );
    }
    const scopes = ["openid", ...(login.scopes ?? ["email", "profile"]).filter((one) => one !== "openid")];
    const api = createProviderClient(client, where, { fetch, now, logger });
    return { api, client, redirectUri, postLogoutRedirectUri, scope: scopes.join(" ") };
  }

  const tell = createTeller(logger);
  const clientOf = ({ provider, clientId }: Pick<SessionContent, "provider" | "clientId">) =>
    clients.find(({ client }) => client.provider.name === provider && client.clientId === clientId);
  const renewal = createRenewal({
    clientOf: (content) => {
      const connected = clientOf(content);
      // A session of another issuer's name is not handed to this one, whatever the configuration was when it began.
      return connected?.client.provider.issuer(content.claims.iss) === content.issuer
        ? connected.api
        : undefined;
    },
    verify,
    now,
    tell,
  });
  const sessions = deps.sessions(renewal);
  if (sessions.kind !== "store" && settings.router?.paths?.backchannelLogout) {
    throw new TypeError(
      "router: `paths.backchannelLogout` needs a session store: a cookie in the browser can't be ended from the provider",
    );
  }
  const targets: TargetRules = {
    origin: new URL(base.url).origin,
    forbidden: (["login", "callback", "logout"] as const).map((name) => comparable(full(name))),
  };

  function loginUrl(target: string, { acrValues = [], maxAgeSeconds }: StepUp = {}): string {
    const query = new URLSearchParams({
      return_to: ownTarget(target, targets) ?? "/",
      ...(acrValues.length > 0 && { acr_values: acrValues.join(" ") }),
      ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
    });
    return `${full("login")}?${query}`;
  }

  const context: LoginContext = {
    clients,
    sessions,
    renewal,
    transactions: createTransactions({
      sealer,
      once: (word, until) => sessions.once(word, until),
      style,
      now,
    }),
    pages: createPages(style),
    style,
    targets,
    verify,
    native: nativeClients && createNativeClients(nativeClients, { sealer, now }),
    now,
    loginUrl,
    clientOf,
    tell,
    background(work) {
      const quiet = work.catch(() => {});
      quietly(() => waitUntil?.(quiet));
    },
  };

  /** The client of an issuer; the first where none is named. */
  function named(issuer: string | undefined, what: string): ConnectedClient {
    const found =
      issuer === undefined
        ? clients[0]
        : clients.find(
            ({ client }) => client.provider.issuer(issuer) !== undefined || client.provider.name === issuer,
          );
    if (found) return found;
    throw new TypeError(`${what} takes as \`issuer\` one that has a \`clientId\``);
  }

  return {
    endpoints: endpointsOf(context, paths, full),
    basePath,
    sessions,
    renewal,
    loginUrl,
    identity(content) {
      const connected = clientOf(content);
      if (!connected) throw new TypeError("The session is of a provider that is not configured");
      return identityOf(connected.client, content);
    },
    tokenSource(request = {}) {
      const { api } = named(request.issuer, "tokenSource");
      return createTokenSource(request, { api, fetch, now });
    },
    async deviceLogin(request = {}) {
      const { api, scope } = named(request.issuer, "deviceLogin");
      const { scopes } = request;
      const asked = scopes ? ["openid", ...scopes.filter((one) => one !== "openid")].join(" ") : scope;
      return startDeviceLogin(asked, { api, verify, now });
    },
    async ready() {
      await loadOpenid();
      await Promise.all(
        clients.map(({ api }) =>
          api.metadata().catch((thrown: { readonly error?: unknown }) => {
            throw thrown.error ?? thrown;
          }),
        ),
      );
    },
    secretAges: () =>
      clients.flatMap(({ api, client }) => {
        const days = api.ageDays();
        return days === undefined ? [] : [{ issuer: client.provider.name, days }];
      }),
  };
}

type Paths = Readonly<Record<EndpointName, string | false>>;

/** Where this application is, and where its endpoints are below that. */
function placesOf({ publicUrl, clients, router = {} }: LoginSettings) {
  if (clients.length === 0) throw new TypeError("Signing people in needs a client: `clientId`");
  checkOptions("router", router, routerTable);
  const url = publicUrl ?? originOf(clients[0]?.login?.redirectUri);
  if (url === undefined) {
    throw new TypeError("Signing people in needs `publicUrl`: a request's `Host` is never believed");
  }
  requireOwnUrl(url, "publicUrl", "sallyport");
  const base = url.replace(/\/+$/, "");
  const given = Object.fromEntries(
    Object.entries(router.paths ?? {}).filter(([, path]) => path !== undefined),
  );
  const paths: Paths = { ...defaultPaths, ...given };
  for (const name of ["login", "callback"] as const) {
    if (paths[name] === false)
      throw new TypeError(`router: \`paths.${name}\` takes a path: without it nobody can sign in`);
  }
  const { pathname } = new URL(base);
  return {
    base: { url: base, path: pathname === "/" ? "" : pathname },
    basePath: router.basePath ?? "",
    paths,
  };
}

function originOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).origin;
}

function whereOf({ clients }: LoginSettings, index: number): string {
  return clients.length === 1 ? "sallyport" : `issuers[${index}]`;
}

/** A form that the provider's page posts is a request from another site: its cookie is `SameSite=None`, which takes https. */
function checkModes(clients: readonly ConnectedClient[], { secure }: CookieStyle): void {
  if (secure || clients.every(({ client }) => client.login?.responseMode !== "form_post")) return;
  throw new TypeError(
    "sallyport: `login.responseMode` form_post needs an https `publicUrl`: browsers send no cookie along otherwise",
  );
}

/** A native client has not got the key that tokens would be bound to, and must not get tokens that are less than was asked for. */
function checkUnbound(clients: readonly ConnectedClient[]): void {
  if (clients.every(({ client }) => client.login?.dpop !== true)) return;
  throw new TypeError(
    "sallyport: `nativeClients` can't go with `login.dpop`: native clients get tokens that are bound to no key",
  );
}

function endpointsOf(
  context: LoginContext,
  paths: Paths,
  full: (name: EndpointName) => string,
): readonly Endpoint[] {
  const { native } = context;
  const makers: Partial<Record<EndpointName, (path: string) => Endpoint>> = {
    login: (path) => loginEndpoint(context, path),
    callback: (path) => callbackEndpoint(context, path),
    ...(native && {
      token: (path: string) => tokenEndpoint(context, native, path),
      device: (path: string) => deviceEndpoint(context, native, path),
    }),
    logout: (path) => logoutEndpoint(context, path, full("logout")),
    userinfo: (path) => userinfoEndpoint(context, path),
    // Without a store there is no session to be found by what a provider says.
    ...(context.sessions.kind === "store" && {
      backchannelLogout: (path: string) => backchannelLogoutEndpoint(context, path),
    }),
    frontchannelLogout: (path) => frontchannelLogoutEndpoint(context, path),
    session: (path) => sessionEndpoint(context, path),
  };
  return Object.entries(makers).flatMap(([name, make]) => {
    const path = paths[name as EndpointName];
    return path === false ? [] : [make(path)];
  });
}
