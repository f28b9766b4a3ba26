// POST token: native clients redeem a code, renew, or ask whether somebody has confirmed on another device (RFC 6749 §4.1.3, §6,
// RFC 8628 §3.4). What they hold are handles of ours: the provider's own tokens are taken by nobody here.
import { platform } from "#platform";
import type { AuthError } from "../../errors.ts";
import type { Answer, Endpoint } from "../../http/index.ts";
import type { SessionContent } from "../../session/index.ts";
import type { LoginContext } from "../context.ts";
import { askDevice } from "../device.ts";
import { ProviderFailure } from "../failure.ts";
import { createForm, type NativeAbout, type NativeForm, nativeEndpoint } from "../native/endpoint.ts";
import type { NativeDevice } from "../native/handles.ts";
import type { NativeClients } from "../native/native.ts";
import { NativeRefusal } from "../native/refusal.ts";
import { nativeTokens } from "../native/tokens.ts";
import { claimsOf } from "../session-content.ts";
import type { Told } from "../trail.ts";
import { exchange } from "./callback.ts";

/** What a request is about. */
interface TokenRequest {
  readonly context: LoginContext;
  readonly native: NativeClients;
  readonly form: NativeForm;
  /** The code or handle. */
  readonly handle: string;
  readonly about: NativeAbout;
}

interface Granted {
  /** Of the sign-in. */
  readonly id: string;
  readonly content: SessionContent;
}

interface GrantRow {
  /** What is written down of it. */
  readonly name: Told["name"];
  /** The field that says which it is, as RFC 6749 spells it and as existing clients do. */
  readonly fields: readonly [string, ...string[]];
  readonly grantType: string;
  readonly run: (request: TokenRequest) => Promise<Granted>;
}

const grants: readonly GrantRow[] = [
  { name: "native_code", fields: ["code"], grantType: "authorization_code", run: redeem },
  {
    name: "native_refresh",
    fields: ["refresh_token", "refresh-token"],
    grantType: "refresh_token",
    run: renew,
  },
  {
    name: "native_device",
    fields: ["device_code", "device-code"],
    grantType: "urn:ietf:params:oauth:grant-type:device_code",
    run: poll,
  },
];

export function tokenEndpoint(context: LoginContext, native: NativeClients, path: string): Endpoint {
  return nativeEndpoint(context, { name: "token", path }, async (request, about): Promise<Answer> => {
    const parsed = await request.form();
    if (!parsed) throw new NativeRefusal("invalid_request", "The body is not a form, or is too large");
    const form = createForm(parsed);
    const { row, handle } = askedFor(form);
    const { name } = row;
    about.name = name;
    const { id, content } = await row.run({ context, native, form, handle, about });
    about.of = content;
    const tokens = await nativeTokens(content, { id, handles: native.handles, now: context.now });
    context.trail.session({ name, of: content, requestId: request.requestId });
    return context.pages.json(200, tokens);
  });
}

/** @throws NativeRefusal where it is none of the grants, or not plainly one */
function askedFor(form: NativeForm): { readonly row: GrantRow; readonly handle: string } {
  const grantType = form.get("grant_type");
  if (grantType !== undefined && !grants.some((row) => row.grantType === grantType)) {
    throw new NativeRefusal("unsupported_grant_type", "The grant_type is none of those that are served");
  }
  const [only, ...more] = grants.flatMap((row) => {
    const handle = form.get(...row.fields);
    return handle === undefined ? [] : [{ row, handle }];
  });
  if (!only || more.length > 0) {
    throw new NativeRefusal(
      "invalid_request",
      "The request has not exactly one code, refresh_token or device_code",
    );
  }
  if (grantType !== undefined && only.row.grantType !== grantType) {
    throw new NativeRefusal("invalid_request", "The grant_type is not that of what came with it");
  }
  return only;
}

/** RFC 7636 §4.1. */
const verifierForm = /^[A-Za-z0-9._~-]{43,128}$/;

async function redeem({ context, native, form, handle, about }: TokenRequest): Promise<Granted> {
  const redirectUri = form.get("redirect_uri");
  const verifier = form.get("code_verifier");
  if (redirectUri === undefined || verifier === undefined) {
    throw new NativeRefusal("invalid_request", "A code needs its redirect_uri and its code_verifier");
  }
  const opened = await native.handles.openCode(handle);
  if (!opened) throw new NativeRefusal("invalid_grant", "The code is not one of ours, or is too old");
  const { transaction, code, iss, challenge } = opened;
  const { state } = transaction;
  about.of = { provider: transaction.issuer, clientId: transaction.clientId };
  if (redirectUri !== transaction.native?.redirectUri) {
    throw new NativeRefusal("invalid_grant", "The redirect_uri is not that of the sign-in");
  }
  if (!verifierForm.test(verifier) || (await platform.sha256(verifier)) !== challenge) {
    throw new NativeRefusal("invalid_grant", "The code_verifier is not that of the code");
  }
  const connected = context.clientOf({ provider: transaction.issuer, clientId: transaction.clientId });
  if (!connected)
    throw new NativeRefusal("invalid_grant", "The code is of a client that is configured no more");
  native.admitGrant(`code ${state}`);
  const first = await context.sessions.once(`native ${state}`, context.now() + native.settings.codeMs);
  // A second time the provider is asked as well: it refuses, and takes back what the first was given (RFC 6749 §4.1.2).
  const content = await exchange(context, connected, transaction, { code, state, iss });
  if (!first) {
    about.of = content;
    context.background(context.renewal.discard(content));
    throw new NativeRefusal("invalid_grant", "The code was used before, though its provider takes it again");
  }
  return { id: state, content };
}

async function renew({ context, native, form, handle, about }: TokenRequest): Promise<Granted> {
  const opened = await native.handles.openRefresh(handle);
  if (!opened)
    throw new NativeRefusal("invalid_grant", "The refresh token is not one of ours, or is too old");
  const { id, content } = opened;
  about.of = content;
  const had = content.tokens.scope.split(" ");
  // RFC 6749 §6: never more than before. Less is not asked for at the provider; `scope` of the answer says what there is.
  if (
    form
      .get("scope")
      ?.split(" ")
      .some((one) => one !== "" && !had.includes(one))
  ) {
    throw new NativeRefusal("invalid_scope", "The native client asks for a scope that it has not got");
  }
  native.admitGrant(`refresh ${id}`);
  // Ahead of the provider: where nobody can say, the refresh token is not spent.
  const claims = { ...claimsOf(content.tokens.idToken), ...content.claims };
  await context.checkRevoked({ ...content, claims }).catch((error: AuthError) => {
    if (error.code === "token_revoked") context.background(context.renewal.discard(content));
    throw error;
  });
  return { id, content: await context.renewal.renew(content) };
}

async function poll({ context, native, handle, about }: TokenRequest): Promise<Granted> {
  const { now, verify } = context;
  const device = await native.handles.openDevice(handle);
  if (!device) throw new NativeRefusal("invalid_grant", "The device code is not one of ours, or is too old");
  const { id, provider, clientId, expiresAt, intervalSeconds } = device;
  about.of = { provider, clientId };
  if (now() >= expiresAt) throw new NativeRefusal("expired_token", "The device code has expired");
  const connected = context.clientOf({ provider, clientId });
  if (!connected)
    throw new NativeRefusal("invalid_grant", "The device code is of a client that is configured no more");
  if (!native.paces.inTime(id, intervalSeconds)) {
    throw new NativeRefusal("slow_down", "The device polls faster than it was told");
  }
  native.admitPoll();
  try {
    return { id, content: await askDevice(device, { api: connected.api, verify, now }) };
  } catch (thrown) {
    throw pollRefusal(thrown, device, native);
  }
}

/** RFC 8628 §3.5. */
function pollRefusal(thrown: unknown, { id }: NativeDevice, { paces }: NativeClients): unknown {
  if (!(thrown instanceof ProviderFailure)) return thrown;
  const { code, error } = thrown;
  if (code === "authorization_pending" || code === "access_denied" || code === "expired_token") {
    return new NativeRefusal(code, error.message, { cause: error });
  }
  if (code !== "slow_down" && error.code !== "provider_unavailable") return thrown;
  // Who gets no answer asks less often, and goes on: somebody may be typing the code just now.
  paces.slower(id);
  return new NativeRefusal("slow_down", error.message, { cause: error });
}
