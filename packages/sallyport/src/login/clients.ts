// The providers at which people sign in, each with the addresses that it knows us by.
import { checkOptions } from "../options.ts";
import { quietly } from "../quietly.ts";
import { type Logger, requireHttps } from "../verify/index.ts";
import { clientTable } from "./client-options.ts";
import type { ConnectedClient } from "./context.ts";
import type { LoginClient, LoginSettings } from "./contract.ts";
import { loginTable } from "./options.ts";
import { createProviderClient, type ProviderClientDeps } from "./provider-client.ts";
import { isPath } from "./router-options.ts";
import type { VerifyAccessToken } from "./session-content.ts";

/** What {@link connectClients} needs. */
export interface ConnectDeps extends ProviderClientDeps {
  /** The public URL, without a slash at its end. */
  readonly url: string;
  /** The callback's path below the router. */
  readonly callbackPath: string;
  /** That path below the public URL, as far as it is known by now. */
  readonly callback: () => string;
  readonly verify: VerifyAccessToken | undefined;
  readonly logger?: Logger | undefined;
}

/** @throws TypeError where an option is unknown, of the wrong form or contradicts another */
export function connectClients(settings: LoginSettings, deps: ConnectDeps): readonly ConnectedClient[] {
  const clients = settings.clients.map((client, index) => connect(client, whereOf(settings, index), deps));
  return clients.map((one) => ({
    ...one,
    sharesCallback: clients.some((other) => other !== one && other.callbackPath === one.callbackPath),
  }));
}

function connect(
  client: LoginClient,
  where: string,
  deps: ConnectDeps,
): Omit<ConnectedClient, "sharesCallback"> {
  const { url, callback, verify } = deps;
  const { provider: _provider, ...options } = client;
  checkOptions(where, options, clientTable);
  const { login = {} } = client;
  checkOptions(`${where}.login`, login, loginTable);
  // By what is known of the router's place: a framework may tell it later.
  const callbackUrl = () => login.redirectUri ?? `${url}${callback()}`;
  const redirectUri = callbackUrl();
  const postLogoutRedirectUri = login.postLogoutRedirectUri ?? `${url}/`;
  requireHttps(redirectUri, "login.redirectUri", { insecureAllowLoopback: true }, where);
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
  const api = createProviderClient(client, where, deps);
  let announced = false;
  return {
    api,
    client,
    callbackPath: callbackPathOf(redirectUri, deps.callbackPath),
    redirectUri: callbackUrl,
    postLogoutRedirectUri,
    scope: scopes.join(" "),
    announce() {
      if (announced) return;
      announced = true;
      const message = `Sign-ins come back to ${callbackUrl()}. Where the provider shows people an error instead of its sign-in, it does not know this address: register it there, to the letter`;
      quietly(() => deps.logger?.info({ event: "login_callback", issuer: client.provider.name }, message));
    },
  };
}

/**
 * The path of the router at which a client's answers arrive: the callback's, or one below it, where the address that the provider
 * knows goes on like that. Whatever else it is, a proxy makes the callback's of it.
 */
function callbackPathOf(redirectUri: string, callback: string): string {
  const { pathname } = new URL(redirectUri);
  const at = pathname.lastIndexOf(`${callback}/`);
  const below = at < 0 ? "" : pathname.slice(at);
  return isPath(below) ? below : callback;
}

function whereOf({ clients }: LoginSettings, index: number): string {
  return clients.length === 1 ? "sallyport" : `issuers[${index}]`;
}
