// What a hostile token's row is, and what it is made from.
import type { AuthErrorCode } from "../../errors.ts";
import type { JsonWebKeySet, Preset } from "../../verify/index.ts";
import type { Segment, TestKey } from "../sign.ts";

type Members = Readonly<Record<string, unknown>>;

/** The material of one issuer. */
export interface HostileKit {
  readonly preset: Preset;
  readonly issuer: string;
  readonly audience: string;
  /** Seconds since 1970. */
  readonly now: number;
  /** An honest header, payload and token. */
  readonly header: Members;
  readonly payload: Members;
  readonly token: string;
  readonly key: TestKey;
  readonly jwks: JsonWebKeySet;
  /** A key of the attacker's, with the issuer's `kid` and algorithm. */
  readonly stranger: TestKey;
  /** Signs with the issuer's own key; members lie over the honest ones, `undefined` takes one away. */
  readonly claims: (changes: Members) => Promise<string>;
  readonly headers: (changes: Members) => Promise<string>;
  /** Signs exact bytes with the issuer's own key. */
  readonly exact: (header: Segment, payload: Segment) => Promise<string>;
}

/** One hostile token. */
export interface HostileRow {
  readonly id: string;
  /** What is wrong with it. */
  readonly name: string;
  /** The refusal; `undefined` where this issuer's tokens can't be attacked so. */
  readonly code: AuthErrorCode | ((kit: HostileKit) => AuthErrorCode | undefined);
  readonly make: (kit: HostileKit) => string | Promise<string>;
}
