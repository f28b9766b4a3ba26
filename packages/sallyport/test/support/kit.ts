// What the case tables build tokens with: an issuer's keys, an attacker's key, and an honest token to start from.
import type { KeyObject } from "node:crypto";
import { base64url, createTestKey, signBytes, type TestJwk, type TestKey } from "./signing.ts";

/** How a token of the tables differs from the honest one. */
export interface TokenParts {
  /** Merged into the honest header; `undefined` takes a member out. */
  readonly header?: Record<string, unknown>;
  /** Merged into the honest claims; `undefined` takes a claim out. */
  readonly claims?: Record<string, unknown>;
  /** The header's exact text or bytes. */
  readonly rawHeader?: string | Uint8Array;
  /** The payload's exact text or bytes. */
  readonly rawPayload?: string | Uint8Array;
  /** The encoded payload segment, to the letter. */
  readonly payloadSegment?: string;
  /** Default: `kit.keys.rs`. */
  readonly key?: TestKey;
  /** The algorithm that really signs, whatever the header says. Default: the key's. */
  readonly signAs?: string;
  /** Makes the signature in place of the key. */
  readonly sign?: (signingInput: string) => Uint8Array | string;
}

export interface Kit {
  readonly nowSeconds: number;
  readonly issuer: string;
  readonly audience: string;
  readonly keys: {
    readonly rs: TestKey;
    readonly ps: TestKey;
    readonly es: TestKey;
    readonly es384: TestKey;
    readonly ed: TestKey;
    /** Another issuer's. */
    readonly other: TestKey;
    /** Published by nobody. */
    readonly attacker: TestKey;
  };
  /** What the issuer publishes: `rs`, `ps`, `es` and `ed`. */
  readonly jwks: { readonly keys: readonly TestJwk[] };
  claims(changes?: Record<string, unknown>): Record<string, unknown>;
  token(parts?: TokenParts): string;
  /** The same RSA key pair, published for another algorithm. */
  as(key: TestKey, changes: TestJwk): TestKey;
}

/** 2026-11-21T12:00:00Z: the tables have a clock of their own, so that their tokens can be written down. */
const tableTime = 1_795_262_400;

export function createKit(): Kit {
  const nowSeconds = tableTime;
  const issuer = "https://issuer.example";
  const audience = "https://api.example";
  const keys = {
    rs: createTestKey("rs-1", "RS256"),
    ps: createTestKey("ps-1", "PS256"),
    es: createTestKey("es-1", "ES256"),
    es384: createTestKey("es384-1", "ES384"),
    ed: createTestKey("ed-1", "EdDSA"),
    other: createTestKey("rs-1", "RS256"),
    attacker: createTestKey("rs-1", "RS256"),
  };
  const claims = (changes: Record<string, unknown> = {}) => ({
    iss: issuer,
    aud: audience,
    sub: "248289761001",
    client_id: "s6BhdRkqt3-client",
    jti: "0f1e2d3c-4b5a-6978",
    iat: nowSeconds - 60,
    exp: nowSeconds + 300,
    scope: "orders:read profile",
    ...changes,
  });

  function token(parts: TokenParts = {}): string {
    const { key = keys.rs, signAs = key.alg } = parts;
    const header =
      parts.rawHeader ?? JSON.stringify({ alg: key.alg, kid: key.kid, typ: "at+jwt", ...parts.header });
    const payload = parts.rawPayload ?? JSON.stringify(claims(parts.claims));
    const input = `${base64url(header)}.${parts.payloadSegment ?? base64url(payload)}`;
    const signature =
      parts.sign?.(input) ?? signBytes(signAs, key.privateKey as KeyObject, Buffer.from(input));
    return `${input}.${typeof signature === "string" ? signature : base64url(signature)}`;
  }

  return {
    nowSeconds,
    issuer,
    audience,
    keys,
    jwks: { keys: [keys.rs.jwk, keys.ps.jwk, keys.es.jwk, keys.ed.jwk] },
    claims,
    token,
    as: (key, changes) => {
      const jwk = { ...key.jwk, ...changes };
      return { ...key, kid: jwk.kid as string, jwk };
    },
  };
}
