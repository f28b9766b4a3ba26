// What the verifier needs of a runtime. `node.ts` answers at once, `web.ts` may return promises.

/** A public key, bound to one algorithm, in the runtime's own form. */
export type PlatformKey = { readonly platformKey: unknown };

/** All there is to know about a JWS algorithm (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864). */
export interface AlgorithmRow {
  readonly kty: "RSA" | "EC" | "OKP" | "oct";
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512" | undefined;
  /** Length of the hash in bytes: PSS salt (RFC 7518 §3.5) and least HMAC secret (§3.2). */
  readonly hashBytes: number;
  readonly pss: boolean;
  readonly crv: "P-256" | "P-384" | "P-521" | "Ed25519" | undefined;
  /** Exact length of the signature in bytes where the algorithm fixes it. */
  readonly signatureBytes: number | undefined;
}

/** The port. Every function returns `undefined` or `false` for bad input; none throws on what a caller sent. */
export interface Platform {
  /** Bytes of canonical, unpadded base64url (RFC 7515 §2, RFC 4648 §3.5). */
  decodeBase64url(text: string): Uint8Array | undefined;
  /** Text of a canonical base64url segment that holds UTF-8 without a byte-order mark. */
  decodeText(segment: string): string | undefined;
  /** Imports a checked JWK's public half for one algorithm. Rejects or throws where the runtime refuses the key. */
  importKey(jwk: Readonly<Record<string, unknown>>, row: AlgorithmRow): PlatformKey | Promise<PlatformKey>;
  /** Imports an HMAC secret. */
  importSecret(secret: Uint8Array, row: AlgorithmRow): PlatformKey | Promise<PlatformKey>;
  /** Checks a signature over ASCII text. */
  verify(
    row: AlgorithmRow,
    key: PlatformKey,
    data: string,
    signature: Uint8Array,
  ): boolean | Promise<boolean>;
  /** SHA-256 in base64url of bytes, or of ASCII text. */
  sha256(data: string | Uint8Array): string | Promise<string>;
  /** HMAC-SHA-256 in base64url of ASCII text. */
  hmacSha256(secret: Uint8Array, data: string): string | Promise<string>;
  /**
   * Encrypts text for `context`, which has to be the same to open it: AES-256-GCM (NIST SP 800-38D) under a key that is HMAC-SHA-256
   * of a random salt. A salt serves a million messages, so that no number of them wears the secret out. In base64url.
   *
   * @param secret 32 bytes
   */
  seal(secret: Uint8Array, text: string, context: string): string | Promise<string>;
  /** What {@link seal} encrypted; `undefined` where the secret or the context is another, or a bit was changed. */
  open(secret: Uint8Array, sealed: string, context: string): string | undefined | Promise<string | undefined>;
  /** Random bytes in base64url. */
  randomText(bytes: number): string;
  randomUint32(): number;
}
