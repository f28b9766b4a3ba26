// Signing people in, wired together: clients, transactions, endpoints, and what renews and ends sessions.
import type { CookieStyle } from "../cookies.ts";
import { AuthError } from "../errors.ts";
import type { Endpoint, EndpointName } from "../http/index.ts";
import { quietly } from "../quietly.ts";
import type { SessionContent } from "../session/index.ts";
import { checkRevocation } from "../verify/index.ts";
import { connectClients } from "./clients.ts";
import { type ConnectedClient, createTeller, type LoginContext } from "./context.ts";
import type { Login, LoginDeps, LoginSettings, StepUp } from "./contract.ts";
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
import { createPages } from "./pages.ts";
import { type Paths, placesOf } from "./places.ts";
import { createRenewal } from "./renewal.ts";
import { comparable, ownTarget, type TargetRules } from "./return-to.ts";
import { identityOf } from "./session-content.ts";
import { createTokenSource } from "./token-source.ts";
import { createTrail, writtenDown } from "./trail.ts";
import { createTransactions } from "./transactions.ts";

/**
 * Makes what signs people in. Synchronous, and without a request: an application starts while its provider is down.
 *
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 */
export function createLogin(settings: LoginSettings, deps: LoginDeps): Login {
  const { now = Date.now, logger, sealer, verify, waitUntil } = deps;
  const { nativeClients } = settings;
  // Read at each use: a test or a tracer may replace the global later.
  const fetch: typeof globalThis.fetch = deps.fetch ?? ((...request) => globalThis.fetch(...request));
  const { base, basePath, paths } = placesOf(settings);
  let prefix = basePath ?? "";
  const full = (name: EndpointName) => `${base.path}${prefix}${paths[name] || ""}`;
  const style: CookieStyle = { secure: base.url.startsWith("https:") };
  const callback = () => `${prefix}${paths.callback}`;
  const trail = createTrail({
    ...deps,
    now,
    providers: settings.clients.map(({ provider }) => provider.name),
  });
  const clients = connectClients(settings, {
    url: base.url,
    callbackPath: paths.callback || "",
    callback,
    fetch,
    now,
    trail,
    verify,
    logger,
  });

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
  const ofSessions = writtenDown(renewal, trail);
  const sessions = deps.sessions;
  if (sessions.kind !== "store" && settings.router?.paths?.backchannelLogout) {
    throw new TypeError(
      "router: `paths.backchannelLogout` needs a session store: a cookie in the browser can't be ended from the provider",
    );
  }
  const callbacks = [...new Set(clients.map(({ callbackPath }) => callbackPath))];
  const targets: TargetRules = {
    origin: new URL(base.url).origin,
    home: `${base.path}/`,
    get forbidden() {
      const names = (["login", "callback", "logout"] as const).filter((name) => paths[name] !== false);
      const below = callbacks.map((path) => `${base.path}${prefix}${path}`);
      return [...names.map(full), ...below].map(comparable);
    },
  };

  function loginUrl(target: string, { acrValues = [], maxAgeSeconds }: StepUp = {}): string {
    const query = new URLSearchParams({
      return_to: ownTarget(target, targets) ?? targets.home,
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
    native: nativeClients && createNativeClients(nativeClients, { sealer, now, clients: settings.clients }),
    now,
    loginUrl,
    clientOf,
    trail,
    async checkRevoked(content) {
      const connected = clientOf(content);
      if (deps.isRevoked && connected)
        await checkRevocation(deps.isRevoked, identityOf(connected.client, content));
    },
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
    endpoints: endpointsOf(context, { paths, callbacks, full }),
    basePath,
    mountedAt(given) {
      prefix = given;
    },
    sessions,
    renewal: ofSessions,
    loginUrl,
    async endAll({ issuer, subject }) {
      const of = (one?: SessionContent) => one ?? { provider: issuer, issuer, subject };
      try {
        const ended = await sessions.endAll({ issuer, subject });
        trail.session({ name: "end_all", of: of(ended[0]), ended: ended.length });
        await Promise.all(ended.map((content) => renewal.discard(content)));
        return ended.length;
      } catch (thrown) {
        if (thrown instanceof AuthError) trail.session({ name: "end_all", of: of(), error: thrown });
        throw thrown;
      }
    },
    identity(content) {
      const connected = clientOf(content);
      if (!connected)
        throw new AuthError("session_ended", "The session is of a provider that is not configured");
      const identity = identityOf(connected.client, content);
      connected.client.provider.requireAlways(identity);
      return identity;
    },
    tokenSource(request = {}) {
      const { api } = named(request.issuer, "tokenSource");
      return createTokenSource(request, { api, now });
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

interface Places {
  readonly paths: Paths;
  /** Of the callback: as many as there are addresses that providers know. */
  readonly callbacks: readonly string[];
  readonly full: (name: EndpointName) => string;
}

/** @throws TypeError where a provider's callback has the path of another endpoint */
function endpointsOf(context: LoginContext, { paths, callbacks, full }: Places): readonly Endpoint[] {
  const { native } = context;
  const makers: Partial<Record<EndpointName, (path: string) => Endpoint>> = {
    login: (path) => loginEndpoint(context, path),
    ...(native && {
      token: (path: string) => tokenEndpoint(context, native, path),
      device: (path: string) => deviceEndpoint(context, native, path),
    }),
    logout: (path) => logoutEndpoint(context, path, () => full("logout")),
    userinfo: (path) => userinfoEndpoint(context, path),
    // Without a store there is no session to be found by what a provider says.
    ...(context.sessions.kind === "store" && {
      backchannelLogout: (path: string) => backchannelLogoutEndpoint(context, path),
    }),
    frontchannelLogout: (path) => frontchannelLogoutEndpoint(context, path),
    session: (path) => sessionEndpoint(context, path),
  };
  const others = Object.entries(makers).flatMap(([name, make]) => {
    const path = paths[name as EndpointName];
    return path === false ? [] : [make(path)];
  });
  const taken = others.find(({ path }) => callbacks.includes(path));
  if (taken) throw new TypeError(`login.redirectUri: ${taken.path} is the path of \`${taken.name}\` already`);
  return [...others, ...callbacks.map((path) => callbackEndpoint(context, path))];
}
