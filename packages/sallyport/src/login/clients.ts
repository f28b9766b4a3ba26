// The providers at which people sign in, each with the addresses that it knows us by.
import { checkOptions } from "../options.ts";
import { requireHttps } from "../verify/index.ts";
import { clientTable } from "./client-options.ts";
import type { ConnectedClient } from "./context.ts";
import type { LoginClient, LoginSettings } from "./contract.ts";
import { loginTable } from "./options.ts";
import { createProviderClient, type ProviderClientDeps } from "./provider-client.ts";
import type { VerifyAccessToken } from "./session-content.ts";

/** What {@link connectClients} needs. */
export interface ConnectDeps extends ProviderClientDeps {
  /** The public URL, without a slash at its end. */
  readonly url: string;
  /** The callback's path below it. */
  readonly callback: string;
  readonly verify: VerifyAccessToken | undefined;
}

/** @throws TypeError where an option is unknown, of the wrong form or contradicts another */
export function connectClients(settings: LoginSettings, deps: ConnectDeps): readonly ConnectedClient[] {
  const clients = settings.clients.map((client, index) => connect(client, whereOf(settings, index), deps));
  checkModes(clients, deps.url);
  return clients;
}

function connect(client: LoginClient, where: string, deps: ConnectDeps): ConnectedClient {
  const { url, callback, verify } = deps;
  const { provider: _provider, ...options } = client;
  checkOptions(where, options, clientTable);
  const { login = {} } = client;
  checkOptions(`${where}.login`, login, loginTable);
  const redirectUri = login.redirectUri ?? `${url}${callback}`;
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
  return { api, client, redirectUri, postLogoutRedirectUri, scope: scopes.join(" ") };
}

function whereOf({ clients }: LoginSettings, index: number): string {
  return clients.length === 1 ? "sallyport" : `issuers[${index}]`;
}

/** A form that the provider's page posts is a request from another site: its cookie is `SameSite=None`, which takes https. */
function checkModes(clients: readonly ConnectedClient[], url: string): void {
  if (url.startsWith("https:") || clients.every(({ client }) => client.login?.responseMode !== "form_post"))
    return;
  throw new TypeError(
    "sallyport: `login.responseMode` form_post needs an https `publicUrl`: browsers send no cookie along otherwise",
  );
}
