// Signing in on another device (RFC 8628), as a command does: a code to type, and asking until somebody has.
import type { AuthError } from "../errors.ts";
import type { SessionContent } from "../session/index.ts";
import { ProviderFailure } from "./failure.ts";
import { checkSignIn, judgeIdToken } from "./id-token.ts";
import type { ProviderClient } from "./provider-client.ts";
import { resourceOf } from "./renewal.ts";
import { contentOf, type VerifyAccessToken } from "./session-content.ts";

/** What somebody is to sign in for. */
export interface DeviceLoginRequest {
  /** The provider. Default: the first. */
  readonly issuer?: string;
  readonly scopes?: readonly string[];
}

/** What one question brought. */
export type DevicePoll =
  | { readonly status: "pending" /** Seconds until the next question. */; readonly intervalSeconds: number }
  | { readonly status: "done"; readonly content: SessionContent }
  | { readonly status: "denied" | "expired" };

/** A sign-in that waits for somebody with another device. */
export interface DeviceLogin {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly intervalSeconds: number;
  /**
   * Asks once. Who calls it waits `intervalSeconds` before, and what the last answer says after.
   *
   * @throws AuthError by rejection: what is wrong with the provider, or with its answer
   */
  poll(): Promise<DevicePoll>;
}

/** What {@link startDeviceLogin} needs. */
export interface DeviceLoginDeps {
  readonly api: ProviderClient;
  readonly verify: VerifyAccessToken | undefined;
  readonly now: () => number;
}

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
/** §3.5: by so much the interval grows for good, when asked to slow down. */
const slowerSeconds = 5;
const longestInterval = 300;

/** A sign-in that waits, as it is asked about. */
export interface WaitingDevice {
  readonly deviceCode: string;
  readonly scope: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/**
 * Asks once whether somebody has signed in.
 *
 * @throws ProviderFailure by rejection, with RFC 8628's own code where nobody has; AuthError `invalid_id_token`
 */
export async function askDevice(
  { deviceCode, scope, startedAt }: WaitingDevice,
  { api, verify, now }: DeviceLoginDeps,
): Promise<SessionContent> {
  const tokens = await api.grant({ what: "The device code" }, ({ openid, config }) =>
    openid.genericGrantRequest(
      config,
      grantType,
      new URLSearchParams([["device_code", deviceCode], ...resourceOf(api)]),
    ),
  );
  const { provider, clientId, login = {} } = api.client;
  const { trustedAudiences, maxAgeSeconds, acrValues } = login;
  const payload = await judgeIdToken(tokens.idToken, tokens, {
    provider,
    clientId,
    trustedAudiences,
    now: now(),
  });
  checkSignIn(
    payload,
    { nonce: undefined, startedAt, maxAgeSeconds, acrValues },
    provider.clockToleranceSeconds,
  );
  const idToken = tokens.idToken as string;
  return contentOf(
    { client: api.client, answer: tokens, payload, idToken, scope, dpopKey: undefined, now: now() },
    verify,
  );
}

/** @throws AuthError by rejection: `provider_unavailable`, `provider_refused_client`, `login_refused` */
export async function startDeviceLogin(
  scope: string,
  { api, verify, now }: DeviceLoginDeps,
): Promise<DeviceLogin> {
  const startedAt = now();
  // What a provider has to be told in a browser's sign-in (the API, RFC 8707; an `audience`; how people are to sign in), it has to
  // be told here.
  const { extra, acrValues, maxAgeSeconds } = api.client.login ?? {};
  const parameters = new URLSearchParams({
    ...extra,
    scope,
    ...(acrValues && { acr_values: acrValues.join(" ") }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  });
  for (const [name, value] of resourceOf(api)) parameters.append(name, value);
  const answer = await api
    .ask({ what: "The sign-in on another device" }, ({ openid, config }) =>
      openid.initiateDeviceAuthorization(config, parameters),
    )
    .catch(rethrow);
  const expiresAt = startedAt + answer.expires_in * 1000;
  let intervalSeconds = Math.min(answer.interval ?? 5, longestInterval);

  async function poll(): Promise<DevicePoll> {
    if (now() >= expiresAt) return { status: "expired" };
    try {
      const device = { deviceCode: answer.device_code, scope, startedAt };
      const content = await askDevice(device, { api, verify, now });
      return { status: "done", content };
    } catch (thrown) {
      if (!(thrown instanceof ProviderFailure)) throw thrown;
      const { code } = thrown;
      if (code === "authorization_pending") return { status: "pending", intervalSeconds };
      if (code === "access_denied") return { status: "denied" };
      if (code === "expired_token") return { status: "expired" };
      if (code === "slow_down") {
        intervalSeconds = Math.min(intervalSeconds + slowerSeconds, longestInterval);
        return { status: "pending", intervalSeconds };
      }
      // §3.5: who gets no answer asks less often; exponential backoff is what it suggests.
      if (thrown.error.code === "provider_unavailable") {
        intervalSeconds = Math.min(intervalSeconds * 2, longestInterval);
        return { status: "pending", intervalSeconds };
      }
      throw thrown.error;
    }
  }

  return {
    deviceCode: answer.device_code,
    userCode: answer.user_code,
    verificationUri: answer.verification_uri,
    verificationUriComplete: answer.verification_uri_complete,
    expiresAt,
    intervalSeconds,
    poll,
  };
}

function rethrow(thrown: unknown): never {
  throw thrown instanceof ProviderFailure ? thrown.error : (thrown as AuthError);
}
