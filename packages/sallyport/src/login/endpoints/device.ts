// POST device: a native client without a browser begins to sign in (RFC 8628 §3.1, §3.2).
import { platform } from "#platform";
import type { Endpoint } from "../../http/index.ts";
import { asAuthError, type LoginContext } from "../context.ts";
import { startDeviceLogin } from "../device.ts";
import { createForm, type NativeForm, nativeEndpoint } from "../native/endpoint.ts";
import type { NativeClients } from "../native/native.ts";
import { NativeRefusal } from "../native/refusal.ts";
import { nativeScope } from "../native/sign-in.ts";

/** A device code is not worth more, whatever a provider says. */
const longestMs = 86_400_000;

export function deviceEndpoint(context: LoginContext, native: NativeClients, path: string): Endpoint {
  return nativeEndpoint(context, { name: "device", path }, async (request) => {
    const { now, verify } = context;
    // An empty body has no type: it is what most clients send.
    const form = createForm((await request.form()) ?? new URLSearchParams());
    const { api, scope } = await connectedFor(context, native, form);
    native.admitDevice();
    const startedAt = now();
    const started = await startDeviceLogin(scope, { api, verify, now }).catch(unavailable);
    const { userCode, verificationUri, verificationUriComplete, intervalSeconds } = started;
    const expiresAt = Math.min(started.expiresAt, startedAt + longestMs);
    const { client } = api;
    const handle = await native.handles.sealDevice({
      id: platform.randomText(16),
      provider: client.provider.name,
      clientId: client.clientId,
      deviceCode: started.deviceCode,
      scope,
      startedAt,
      expiresAt,
      intervalSeconds,
    });
    return context.pages.json(200, {
      device_code: handle,
      user_code: userCode,
      verification_uri: verificationUri,
      ...(verificationUriComplete !== undefined && { verification_uri_complete: verificationUriComplete }),
      expires_in: Math.floor((expiresAt - startedAt) / 1000),
      interval: intervalSeconds,
    });
  });
}

/** The provider, and what it is asked for: the first, where the form names none. */
async function connectedFor({ clients }: LoginContext, native: NativeClients, form: NativeForm) {
  // 503 is what existing clients take for "open a browser instead".
  const cannot = (why: string) => new NativeRefusal("temporarily_unavailable", why);
  if (!native.settings.device) throw cannot("Sign-ins by device are not served");
  const issuer = form.get("issuer");
  const connected = clients.find(
    ({ client: { provider } }) =>
      issuer === undefined || provider.name === issuer || provider.issuer(issuer) !== undefined,
  );
  if (!connected) throw new NativeRefusal("invalid_request", "The issuer is not one that is configured");
  if ((await connected.api.metadata()).device_authorization_endpoint === undefined) {
    throw cannot("The provider has no device authorization endpoint");
  }
  const offline = form.get("offline_access") !== "false";
  const scope = await nativeScope(native, connected, { asked: form.get("scope"), offline });
  if (scope === undefined) {
    throw new NativeRefusal("invalid_scope", "The native client asks for a scope that is not given to it");
  }
  return { api: connected.api, scope };
}

/** The request was ours: what the provider dislikes about it is nothing that the native client could do better, but for a browser. */
function unavailable(thrown: unknown): never {
  const error = asAuthError(thrown);
  throw new NativeRefusal("temporarily_unavailable", error.message, { cause: error });
}
