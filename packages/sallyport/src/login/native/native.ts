// Native clients, wired together: their settings, their handles, their limits.
import { AuthError } from "../../errors.ts";
import type { Sealer } from "../../session/index.ts";
import type { LoginClient } from "../contract.ts";
import { createHandles, type Handles } from "./handles.ts";
import { type Bucket, createBucket, createBuckets, createPaces, type Paces } from "./limits.ts";
import { type NativeClientsOptions, type NativeSettings, resolveNativeClients } from "./options.ts";
import { NativeRefusal, type WireError } from "./refusal.ts";

/** What the endpoints know of native clients. */
export interface NativeClients {
  readonly settings: NativeSettings;
  readonly handles: Handles;
  readonly paces: Paces;
  /** @throws NativeRefusal 429 where too many devices ask */
  admitDevice(): void;
  /** @throws NativeRefusal 429 where too much is redeemed or renewed, in all or with the handle of this id */
  admitGrant(id: string): void;
  /** @throws NativeRefusal 429 where too many poll; how often one does is its pace's to judge */
  admitPoll(): void;
}

/** Nobody renews more often; who does has lost its mind, or its token. */
const perHandle = 10;

/** What {@link createNativeClients} needs. */
export interface NativeClientsDeps {
  readonly sealer: Sealer;
  readonly now: () => number;
  /** This application's own, at each provider. */
  readonly clients: readonly LoginClient[];
}

/** @throws TypeError where an option is unknown, of the wrong form, or contradicts how people sign in */
export function createNativeClients(
  options: NativeClientsOptions,
  { sealer, now, clients }: NativeClientsDeps,
): NativeClients {
  const settings = resolveNativeClients(options);
  // They have not got the key that tokens would be bound to, and must not get tokens that are less than was asked for.
  if (clients.some(({ login }) => login?.dpop === true)) {
    throw new TypeError(
      "sallyport: `nativeClients` can't go with `login.dpop`: native clients get tokens that are bound to no key",
    );
  }
  const devices = createBucket(settings.requestsPerMinute, now);
  const grants = createBucket(settings.requestsPerMinute, now);
  // Anybody may begin with a device, and poll: those who have signed in are not to wait for them.
  const polls = createBucket(settings.requestsPerMinute, now);
  const handles = createBuckets(perHandle, { now });
  const admit = (retryAfterSeconds: number, wire: WireError) => {
    if (retryAfterSeconds === 0) return;
    // For the log: nobody's outage.
    const cause = new AuthError("login_interrupted", "Native clients ask too often");
    throw new NativeRefusal(wire, cause.message, { status: 429, retryAfterSeconds, cause });
  };
  const taken = (bucket: Bucket, wire: WireError) => admit(bucket.take(), wire);

  return {
    settings,
    handles: createHandles({ sealer, settings, now }),
    paces: createPaces({ now }),
    admitDevice: () => taken(devices, "temporarily_unavailable"),
    admitGrant(id) {
      admit(handles.take(id), "temporarily_unavailable");
      taken(grants, "temporarily_unavailable");
    },
    // A device goes on polling when it reads this, and gives up at any other word.
    admitPoll: () => taken(polls, "slow_down"),
  };
}
