// What a verifier is, to those who use one.
import type { Identity, JsonObject } from "../identity.ts";
import type { IntrospectionHealth } from "./introspection/proof.ts";
import type { IssuerMetadata } from "./issuers/issuer-metadata.ts";
import type { KeySourceHealth } from "./keys/key-set.ts";
import type { Provider } from "./provider.ts";
import type { Binding } from "./sender/binding.ts";
import type { Presentation } from "./sender/presentation.ts";

/** A public key in use, as {@link Verifier.signingKeys} lists it. */
export interface SigningKey {
  readonly issuer: string;
  readonly kid: string | undefined;
  readonly algorithm: string;
}

/** Plain data about one issuer. */
export interface IssuerHealth extends KeySourceHealth {
  readonly issuer: string;
  readonly preset: string;
  /** Only where the issuer is asked about tokens. */
  readonly introspection?: IntrospectionHealth;
}

/** Plain data about a verifier, for a health endpoint. */
export interface VerifierHealth {
  /** Whether every issuer has keys that may be used, and answers where it is asked about tokens. */
  readonly ok: boolean;
  readonly issuers: readonly IssuerHealth[];
  readonly cachedTokens: number;
  readonly cachedBytes: number;
}

/** What is known of a verification beside the identity; for events. */
export interface Verified<Claims = JsonObject> {
  readonly identity: Identity<Claims>;
  readonly keyId: string | undefined;
  /** What the token is bound to; its sender has proven it. */
  readonly binding: Binding | undefined;
  readonly cached: boolean;
}

/** What an answer to a DPoP client says. */
export interface VerifierDpop {
  /** Accepted signature algorithms of proofs. */
  readonly algorithms: readonly string[];
  /** Whether every token must be bound by DPoP. */
  readonly required: boolean;
  /** The nonce that the next proof should hold; `undefined` where none is asked for. */
  nonce(): string | Promise<string> | undefined;
}

/** Verifies access tokens. */
export interface Verifier<Claims = JsonObject> {
  /** Issuers that clients get their tokens from (`authorization_servers`, RFC 9728 §2): the trusted ones, but for those whose tokens no client can ask for. */
  readonly authorizationServers: readonly string[];
  /**
   * Verifies a token.
   *
   * @param presented how it came; without it, a token that is bound to a key is refused
   * @throws AuthError by rejection; see {@link AuthError} for the codes
   */
  verify(token: string, presented?: Presentation): Promise<Identity<Claims>>;
  /**
   * Verifies a token at once.
   *
   * @throws AuthError the same codes, and `sync_unavailable` where an answer needs a fetch, a promise of
   * `isRevoked` or `claims`, or a runtime without synchronous cryptography
   */
  verifySync(token: string, presented?: Presentation): Identity<Claims>;
  /** As `verify`, without a promise where none is needed, and with what events tell beside the identity. */
  check(token: string, presented?: Presentation): Verified<Claims> | Promise<Verified<Claims>>;
  /**
   * As `check`, of a token that this application got for itself, and that nobody has shown: what it is bound to is not proven
   * anew, and has to be our own key.
   *
   * @param jkt the thumbprint of that key; `undefined` where the token is to be bound to none
   */
  checkOwn(token: string, jkt: string | undefined): Verified<Claims> | Promise<Verified<Claims>>;
  /**
   * As `check`, of a token that the cache has; `undefined` of any other.
   *
   * @param at milliseconds since 1970: the time, where the caller has just read it
   */
  recall(
    token: string,
    presented?: Presentation,
    at?: number,
  ): Verified<Claims> | Promise<Verified<Claims>> | undefined;
  /** How DPoP is done here, for the challenge and the response; `undefined` where it is off. */
  readonly dpop: VerifierDpop | undefined;
  /**
   * Loads the keys of every issuer, and asks those that are asked about tokens whether they answer.
   *
   * @throws AuthError by rejection: what is wrong with the first issuer that can't be used
   */
  ready(): Promise<void>;
  health(): VerifierHealth;
  signingKeys(): readonly SigningKey[];
  /** What may be told of the trusted issuers, in their order: for documents that describe the application. */
  issuers(): readonly IssuerMetadata[];
  /** The trusted issuers as those who sign people in, in their order. */
  providers(): readonly Provider[];
  /** Ends requests in flight; later calls are refused with the code `closed`. */
  close(): void;
}
