// What native clients hold of us: codes, refresh tokens and device codes, each the provider's own, sealed with what it belongs to.
import type { JsonObject } from "../../identity.ts";
import type { Sealer, SessionContent } from "../../session/index.ts";
import type { Transaction } from "../transactions.ts";
import type { NativeSettings } from "./options.ts";

/** A code: the provider's, not redeemed yet, with the transaction that it can be redeemed with. */
export interface NativeCode {
  readonly transaction: Transaction;
  readonly code: string;
  readonly iss: string | undefined;
  /** SHA-256, in base64url, of what has to come with the code (RFC 7636 §4.2). */
  readonly challenge: string;
}

/** What one sign-in is renewed by. */
export interface NativeRefresh {
  /** The same for all refresh tokens of a sign-in. */
  readonly id: string;
  /** Without an access token. */
  readonly content: SessionContent;
}

/** A sign-in that waits for somebody with another device. */
export interface NativeDevice {
  readonly id: string;
  readonly provider: string;
  readonly clientId: string;
  readonly deviceCode: string;
  readonly scope: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly intervalSeconds: number;
}

/** Seals and opens them. What does not open is `undefined`: another's, changed, of another kind, or past its time. */
export interface Handles {
  sealCode(code: NativeCode): Promise<string>;
  openCode(handle: string): Promise<NativeCode | undefined>;
  /** The handle, and when it is good for nothing any more; `undefined` where the sign-in is too long ago for another. */
  sealRefresh(
    refresh: NativeRefresh,
  ): Promise<{ readonly handle: string; readonly expiresAt: number } | undefined>;
  openRefresh(handle: string): Promise<NativeRefresh | undefined>;
  sealDevice(device: NativeDevice): Promise<string>;
  openDevice(handle: string): Promise<NativeDevice | undefined>;
}

/** What {@link createHandles} needs. */
export interface HandlesDeps {
  readonly sealer: Sealer;
  readonly settings: NativeSettings;
  readonly now: () => number;
}

/** So long a device code is still known to have been one, and `expired_token` is said of it. */
const rememberedMs = 3_600_000;

export function createHandles({ sealer, settings, now }: HandlesDeps): Handles {
  const { codeMs, refreshMs, absoluteMs } = settings;

  async function seal(purpose: string, value: object, expiresAt: number): Promise<string> {
    // Through text: what is `undefined` is not there.
    return sealer.seal(purpose, "", JSON.parse(JSON.stringify(value)) as JsonObject, expiresAt);
  }

  async function open<Value>(purpose: string, handle: string): Promise<Value | undefined> {
    return (await sealer.open(purpose, "", handle)) as Value | undefined;
  }

  return {
    sealCode: (code) => seal("native code", code, now() + codeMs),
    openCode: (handle) => open<NativeCode>("native code", handle),
    async sealRefresh({ id, content }) {
      const { startedAt, tokens } = content;
      const expiresAt = Math.min(now() + refreshMs, startedAt + absoluteMs);
      if (expiresAt <= now()) return undefined;
      const kept: NativeRefresh = {
        id,
        content: {
          ...content,
          // What a renewal compares; the rest of the claims comes anew with it.
          claims: claimsToCompare(content.claims),
          tokens: { ...tokens, accessToken: "", idToken: withoutSignature(tokens.idToken) },
        },
      };
      return { handle: await seal("native refresh", kept, expiresAt), expiresAt };
    },
    openRefresh: (handle) => open<NativeRefresh>("native refresh", handle),
    sealDevice: (device) => seal("native device", device, device.expiresAt + rememberedMs),
    openDevice: (handle) => open<NativeDevice>("native device", handle),
  };
}

function claimsToCompare({ iss, sub, nonce }: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify({ iss, sub, nonce })) as JsonObject;
}

/** It was judged when it came, and is only read from now on. */
function withoutSignature(jwt: string): string {
  return `.${jwt.split(".")[1] ?? ""}.`;
}
