// token → issuer → key → signature → claims → Identity: each arrow one function, each met once.
import { platform } from "#platform";
import { chain, isPromise } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { Identity, JsonObject } from "../identity.ts";
import { checkArguments, checkOptions } from "../options.ts";
import type { Watch } from "../watch.ts";
import { checkHeader, findKey, issuerOf, parseToken } from "./authenticate.ts";
import { createIntrospection } from "./introspection/introspection.ts";
import type { IntrospectionHealth, Proof } from "./introspection/introspector.ts";
import { type IssuerMetadata, issuerMetadata } from "./issuers/issuer-metadata.ts";
import { type TrustedIssuer, trustIssuers } from "./issuers/trusted-issuers.ts";
import { requireHttps } from "./issuers/urls.ts";
import type { VerificationKey } from "./keys/jwk.ts";
import type { KeySourceHealth } from "./keys/key-set.ts";
import { noKeys } from "./keys/static-keys.ts";
import { type KnownToken, lifeOf, outOfTime, type Voucher } from "./known-token.ts";
import {
  cacheTable,
  depsTable,
  limitTable,
  type VerifierDeps,
  type VerifierOptions,
  verifierOptionTable,
} from "./options.ts";
import { checkRevocation, type RevocationQuestion } from "./revocation-check.ts";
import { type Binding, bindingOf } from "./sender/binding.ts";
import { createDpop } from "./sender/dpop.ts";
import { resolveDpop } from "./sender/options.ts";
import type { Presentation } from "./sender/presentation.ts";
import { createReplayMemory } from "./sender/replay.ts";
import { createSenderCheck } from "./sender/sender.ts";
import { createTell, type Tell, tellConfusion } from "./tell.ts";
import { checkClaims } from "./token/claims.ts";
import { type CompactToken, createCompactParser, readTokenHeader } from "./token/compact.ts";
import { type CustomClaims, customClaims } from "./token/custom-claims.ts";
import { identify } from "./token/identify.ts";
import { createTokenCache } from "./token-cache.ts";

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
  /** Ends requests in flight; later calls are refused with the code `closed`. */
  close(): void;
}

/**
 * Makes a verifier. Synchronous, and without a request: an API starts while its provider is down.
 *
 * @param watch looks on; `sallyport()` makes it of its `deps.telemetry`
 * @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another
 *
 * @example
 * ```ts
 * const verifier = createVerifier({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });
 * const identity = await verifier.verify(token);
 * ```
 */
export function createVerifier<Claims = JsonObject>(
  options: VerifierOptions,
  deps: VerifierDeps<Claims> = {},
  watch?: Watch,
): Verifier<Claims> {
  checkArguments("createVerifier", options, verifierOptionTable, deps, depsTable);
  if (options.limits) checkOptions("limits", options.limits, limitTable);
  if (options.cache) checkOptions("cache", options.cache, cacheTable);
  for (const option of ["publicUrl", "resource"] as const) {
    const url = options[option];
    if (url !== undefined) requireHttps(url, option, options, "createVerifier");
  }
  const { now = Date.now, isRevoked, random = platform.randomUint32 } = deps;
  const { tokenBytes = 16_384, depth = 32 } = options.limits ?? {};
  const parser = createCompactParser({ tokenBytes, depth }, readTokenHeader);
  const tell = createTell(deps, now, watch);
  const issuers = trustIssuers(options, deps, tell, watch);
  const dpop = dpopOf(options, deps, now, tell);
  const sender = createSenderCheck({
    dpop,
    mtls: options.mtls ?? "accepted",
    clientCertificate: deps.clientCertificate,
  });
  const custom: CustomClaims<Claims> = customClaims(deps.claims);
  const cache =
    options.cache === false
      ? undefined
      : createTokenCache<KnownToken<Claims>>({
          maxEntries: options.cache?.maxEntries ?? 16_384,
          maxBytes: options.cache?.maxBytes ?? 33_554_432,
          seed: random,
        });
  const introspection = createIntrospection<Claims>(issuers.all, {
    deps,
    now,
    random,
    tell,
    watch,
    tokenBytes,
    documentBytes: options.limits?.documentBytes ?? 524_288,
    depth,
    known: (token) => cache?.get(token),
    believe: (token, claims, voucher, proof) => believe(token, claims, undefined, voucher, proof),
  });
  let closed = false;

  function recall(
    token: string,
    presented?: Presentation,
    at?: number,
  ): Verified<Claims> | Promise<Verified<Claims>> | undefined {
    const known = typeof token === "string" ? cache?.get(token) : undefined;
    if (known === undefined) return undefined;
    watch?.lookup(true);
    return checkUse(recheck(token, known, at ?? now()), token, presented);
  }

  function check(token: string, presented?: Presentation): Verified<Claims> | Promise<Verified<Claims>> {
    const known = recall(token, presented);
    if (known !== undefined) return known;
    if (cache) watch?.lookup(false);
    return checkUse(checkUnknown(token), token, presented);
  }

  /** What is asked at every use of a good token: whether it is in the right hands, and whether it was revoked. */
  function checkUse(
    verified: Verified<Claims> | Promise<Verified<Claims>>,
    token: string,
    presented: Presentation | undefined,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    const held = isPromise(verified)
      ? verified.then((one) => checkSender(one, token, presented))
      : checkSender(verified, token, presented);
    return isRevoked ? chain(held, unlessRevoked) : held;
  }

  function checkSender(
    verified: Verified<Claims>,
    token: string,
    presented: Presentation | undefined,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    const { binding, identity } = verified;
    if (binding === undefined && sender.takesBearers && presented?.scheme !== "DPoP") return verified;
    const shown = { token, issuer: identity.issuer, presented };
    return chain(sender.confirm(binding, shown), () => verified);
  }

  function unlessRevoked(verified: Verified<Claims>): Verified<Claims> | Promise<Verified<Claims>> {
    return chain(
      checkRevocation(isRevoked as RevocationQuestion, verified.identity as Identity),
      () => verified,
    );
  }

  /** What may have changed since a token was verified: the time, and the keys. */
  function recheck(
    token: string,
    known: KnownToken<Claims>,
    at: number,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    if (closed) throw new AuthError("closed", "The verifier was closed");
    const seconds = at / 1000;
    const error = seconds >= known.from && seconds < known.until ? undefined : outOfTime(known, seconds);
    if (error) throw error;
    const trusted = known.trusted.keys.stillTrusted(known.key, at);
    if (trusted === true) return known.answer;
    // The key was dropped: whether the issuer has it again, or another of this name, is asked as for a new token.
    return chain(trusted, (still) => (still === true ? known.answer : checkUnknown(token)));
  }

  function checkUnknown(token: string): Verified<Claims> | Promise<Verified<Claims>> {
    return watch ? watch.verification(() => checkNew(token)) : checkNew(token);
  }

  function checkNew(token: string): Verified<Claims> | Promise<Verified<Claims>> {
    if (closed) throw new AuthError("closed", "The verifier was closed");
    const opaque = introspection?.opaque(token);
    if (opaque !== undefined) return opaque;
    const parsed = parseToken(parser, token);
    const trusted = issuerOf(parsed.payload, issuers.byName);
    const answered = introspection?.jwt(token, parsed.payload, trusted);
    if (answered !== undefined) return answered;
    checkHeader(parsed, trusted);
    return chain(findKey(parsed, trusted), (key) => accept(token, parsed, trusted, key));
  }

  function accept(
    token: string,
    parsed: CompactToken,
    trusted: TrustedIssuer,
    key: VerificationKey,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    parser.remember(parsed);
    return believe(token, parsed.payload, parsed.header.kid, trusted, key);
  }

  /** From claims that their issuer vouches for, by a signature or by its own word, to an identity. */
  function believe(
    token: string,
    claims: JsonObject,
    keyId: string | undefined,
    trusted: Voucher,
    key: VerificationKey | Proof,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    const { policy } = trusted;
    try {
      checkClaims(claims, policy, now() / 1000);
    } catch (error) {
      tellConfusion(tell, error, policy.name);
      throw error;
    }
    const identity = custom(identify(claims, policy));
    return isPromise(identity)
      ? identity.then((own) => admit(token, claims, keyId, trusted, key, own))
      : admit(token, claims, keyId, trusted, key, identity);
  }

  /** The last checks, and the cache. */
  function admit(
    token: string,
    claims: JsonObject,
    keyId: string | undefined,
    trusted: Voucher,
    key: VerificationKey | Proof,
    identity: Identity<Claims>,
  ): Verified<Claims> {
    const { policy } = trusted;
    requireAlways(identity, policy.requiredScopes, policy.requiredPermissions);
    const binding = claims.cnf === undefined ? undefined : bindingOf(claims.cnf);
    if (cache) {
      const { from, until, oldest } = lifeOf(claims, identity.expiresAt, policy);
      const answer = { identity, keyId, binding, cached: true } as const;
      cache.set(token, { answer, trusted, key, from, until, oldest });
    }
    return { identity, keyId, binding, cached: false };
  }

  return {
    authorizationServers: issuers.all.flatMap(({ policy }) => policy.authorizationServers),
    async verify(token, presented) {
      const verified = check(token, presented);
      return isPromise(verified) ? (await verified).identity : verified.identity;
    },
    verifySync(token, presented) {
      const verified = check(token, presented);
      if (isPromise(verified)) {
        verified.catch(() => {});
        throw new AuthError("sync_unavailable", "This token needs a promise to be verified: use verify()");
      }
      return verified.identity;
    },
    check,
    recall,
    dpop: dpop && Object.freeze(dpop),
    async ready() {
      const loaded = issuers.all.map(async ({ keys }) => {
        await keys.load();
        if (keys !== noKeys && keys.keys().length === 0) {
          throw new AuthError("jwks_error", "The issuer publishes no key fit to verify with");
        }
      });
      await Promise.all([...loaded, introspection?.ready()]);
    },
    health() {
      const each = issuers.all.map((trusted): IssuerHealth => {
        const asked = introspection?.health(trusted);
        return {
          issuer: trusted.policy.name,
          preset: trusted.policy.preset.name,
          ...trusted.keys.health(),
          ...(asked && { introspection: asked }),
        };
      });
      return {
        ok: !closed && each.every(isWell),
        issuers: each,
        cachedTokens: cache?.size ?? 0,
        cachedBytes: cache?.bytes ?? 0,
      };
    },
    signingKeys: () =>
      issuers.all.flatMap(({ policy, keys }) =>
        keys.keys().map(({ kid, algorithm }) => ({ issuer: policy.name, kid, algorithm })),
      ),
    issuers: () => issuers.all.map(({ policy, endpoints }) => issuerMetadata(policy, endpoints())),
    close() {
      closed = true;
      for (const { keys } of issuers.all) keys.close();
      introspection?.close();
    },
  };
}

function dpopOf(
  options: VerifierOptions,
  { replayStore }: Pick<VerifierDeps, "replayStore">,
  now: () => number,
  tell: Tell,
) {
  const policy = resolveDpop(options, options.publicUrl, "createVerifier");
  if (!policy) return undefined;
  const { algorithms, required } = policy;
  const dpop = createDpop(policy, {
    now,
    replayStore: replayStore ?? createReplayMemory({ now }),
    tell,
  });
  return { ...dpop, algorithms: Object.freeze(algorithms), required };
}

function isWell({ keys, state, introspection }: IssuerHealth): boolean {
  const keyed = state === "unused" || (keys > 0 && state !== "expired" && state !== "empty");
  return keyed && introspection?.state !== "failing";
}

function requireAlways(
  identity: Identity<unknown>,
  scopes: readonly string[],
  permissions: readonly string[],
): void {
  if (scopes.length === 0 && permissions.length === 0) return;
  const missing = scopes.filter((scope) => !identity.scopes.includes(scope));
  if (missing.length > 0) {
    throw new AuthError("insufficient_scope", "The token lacks a scope that the configuration requires", {
      scopes,
    });
  }
  if (!permissions.every((permission) => identity.permissions.includes(permission))) {
    throw new AuthError(
      "insufficient_permissions",
      "The token lacks a permission that the configuration requires",
    );
  }
}
