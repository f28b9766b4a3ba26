// Who may do what: return addresses, origins, introspection, revocation, consent.
/// <reference path="./oidc-provider.d.ts" />
import type { Context, Provider } from "oidc-provider";
import { isLoopback } from "./clients.ts";
import type { Directory } from "./directory.ts";
import type { ProviderModule } from "./load-provider.ts";
import { knownAcrs } from "./people.ts";

interface Asking {
  readonly clientId: string;
  readonly clientAuthMethod: string;
}

/** Lets a client with `anyLoopbackRedirect` return to any address on this machine; otherwise the comparison is exact. */
export function allowLoopbackRedirects({ Client }: Provider, directory: Directory): void {
  for (const method of ["redirectUriAllowed", "postLogoutRedirectUriAllowed"]) {
    const exact = Client.prototype[method];
    Client.prototype[method] = function allowed(this: Asking, uri: string): boolean {
      const anywhere = directory.client(this.clientId)?.anyLoopbackRedirect === true;
      return exact?.call(this, uri) === true || (anywhere && isLoopback(uri));
    };
  }
}

/** oidc-provider's `clientBasedCORS`: a browser application may call from where it may be returned to. */
export function originAllowed(directory: Directory) {
  return (ctx: Context, origin: string, { clientId, clientAuthMethod }: Asking): boolean => {
    const client = directory.client(clientId);
    if (!client || (clientAuthMethod !== "none" && ctx.oidc.route !== "userinfo")) return false;
    if (client.anyLoopbackRedirect && isLoopback(origin)) return true;
    return (client.redirectUris ?? []).some((uri) => URL.canParse(uri) && new URL(uri).origin === origin);
  };
}

/** RFC 7662 §2.1: resource servers ask with credentials of their own; a public client may ask about its own tokens. */
export async function mayInspect(
  _ctx: unknown,
  client: Asking,
  token: Pick<Asking, "clientId">,
): Promise<boolean> {
  return client.clientAuthMethod !== "none" || token.clientId === client.clientId;
}

/**
 * RFC 7009 §2.1: a token is revoked by the client that it was issued to. A public client, which anyone can claim to be,
 * does not learn whether the token exists.
 */
export function revocationPolicy(module: ProviderModule) {
  return async (_ctx: unknown, client: Asking, token: Pick<Asking, "clientId">): Promise<boolean> => {
    if (token.clientId === client.clientId) return true;
    if (client.clientAuthMethod === "none") return false;
    throw refusal(module, "InvalidRequest", "the token was issued to another client");
  };
}

/**
 * The sign-in and consent prompts as they come, and one more reason to sign in: the application asks for a stronger
 * sign-in (`acr_values`, RFC 9470 §5) than the session's.
 */
export function interactionPolicy({ interactionPolicy: { base, Check } }: ProviderModule): unknown {
  const prompts = base();
  const stepUp = new Check("acr_values", "a stronger sign-in is required", "login_required", (ctx) => {
    const known = knownAcrs(ctx.oidc.params.acr_values);
    return known.length > 0 && !known.includes(ctx.oidc.acr ?? "");
  });
  prompts.get("login")?.checks.add(stepUp);
  return prompts;
}

/** One of oidc-provider's errors, which it answers as the protocol wants. */
export function refusal({ errors }: ProviderModule, name: string, description: string): Error {
  const Refusal = errors[name];
  return Refusal ? new Refusal(description) : new Error(description);
}
