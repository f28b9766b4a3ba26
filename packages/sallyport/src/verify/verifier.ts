// token → issuer → key → signature → claims → Identity: each arrow one function, each met once.
import { platform } from "#platform";
import { chain, isPromise, isThenable } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { SecurityEvent } from "../events.ts";
import type { Identity, JsonObject } from "../identity.ts";
import { checkOptions } from "../options.ts";
import { sameAlgorithm } from "./algorithms.ts";
import { checkClaims, includes } from "./claims.ts";
import { type CompactToken, createCompactParser } from "./compact.ts";
import { type CustomClaims, customClaims } from "./custom-claims.ts";
import { identify } from "./identify.ts";
import type { VerificationKey } from "./jwk.ts";
import type { KeySourceHealth } from "./key-set.ts";
import {
  cacheTable,
  depsTable,
  limitTable,
  type VerifierDeps,
  type VerifierOptions,
  verifierOptionTable,
} from "./options.ts";
import { presetsAccepting } from "./preset-choice.ts";
import { keyMayServe, tenantMatches } from "./tenants.ts";
import { thumbprintsAgree } from "./thumbprints.ts";
import { createTokenCache } from "./token-cache.ts";
import { type TrustedIssuer, trustIssuers } from "./trusted-issuers.ts";

/** A public key in use, as {@link Verifier.signingKeys} lists it. */
export interface SigningKey {
  readonly issuer: string;
  readonly kid: string | undefined;
  readonly algorithm: string;
}

/** Plain data about a verifier, for a health endpoint. */
export interface VerifierHealth {
  /** Whether every issuer has keys that may be used. */
  readonly ok: boolean;
  readonly issuers: readonly (KeySourceHealth & { readonly issuer: string; readonly preset: string })[];
  readonly cachedTokens: number;
  readonly cachedBytes: number;
}

/** What is known of a verification beside the identity; for events. */
export interface Verified<Claims = JsonObject> {
  readonly identity: Identity<Claims>;
  readonly keyId: string | undefined;
  readonly cached: boolean;
}

/** Verifies access tokens. */
export interface Verifier<Claims = JsonObject> {
  /**
   * Verifies a token.
   *
   * @throws AuthError by rejection; see {@link AuthError} for the codes
   */
  verify(token: string): Promise<Identity<Claims>>;
  /**
   * Verifies a token at once.
   *
   * @throws AuthError the same codes, and `sync_unavailable` where an answer needs a fetch, a promise of
   * `isRevoked` or `claims`, or a runtime without synchronous cryptography
   */
  verifySync(token: string): Identity<Claims>;
  /** As `verify`, without a promise where none is needed, and with what events tell beside the identity. */
  check(token: string): Verified<Claims> | Promise<Verified<Claims>>;
  /**
   * Loads the keys of every issuer.
   *
   * @throws AuthError by rejection: what is wrong with the first issuer that can't be used
   */
  ready(): Promise<void>;
  health(): VerifierHealth;
  signingKeys(): readonly SigningKey[];
  /** Ends requests in flight; later calls are refused with the code `closed`. */
  close(): void;
}

interface CachedToken<Claims> {
  readonly identity: Identity<Claims>;
  readonly keyId: string | undefined;
  readonly trusted: TrustedIssuer;
  readonly key: VerificationKey;
  /** Seconds since 1970, tolerance included: not valid before. */
  readonly from: number;
  /** Within these bounds nothing has to be looked at again: expiry or greatest age, whichever comes first. */
  readonly until: number;
  readonly oldest: number | undefined;
}

/**
 * Makes a verifier. Synchronous, and without a request: an API starts while its provider is down.
 *
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
): Verifier<Claims> {
  checkOptions("createVerifier", options, verifierOptionTable);
  checkOptions("createVerifier's deps", deps, depsTable);
  if (options.limits) checkOptions("limits", options.limits, limitTable);
  if (options.cache) checkOptions("cache", options.cache, cacheTable);
  const { now = Date.now, isRevoked, random = platform.randomUint32 } = deps;
  const { tokenBytes = 16_384, depth = 32 } = options.limits ?? {};
  const parser = createCompactParser({ tokenBytes, depth });
  const issuers = trustIssuers(options, deps, tell);
  const custom: CustomClaims<Claims> = customClaims(deps.claims);
  const cache =
    options.cache === false
      ? undefined
      : createTokenCache<CachedToken<Claims>>({
          maxEntries: options.cache?.maxEntries ?? 16_384,
          maxBytes: options.cache?.maxBytes ?? 33_554_432,
          seed: random,
        });
  let closed = false;

  /** Tells the logger and the listener; neither can hurt a request. */
  function tell(event: Omit<SecurityEvent, "type" | "time">): void {
    const whole: SecurityEvent = { type: "security", time: now(), ...event };
    const level = quietEvents.includes(event.name) ? "info" : "warn";
    quietly(() => deps.onEvent?.(whole));
    quietly(() => deps.logger?.[level]({ event: event.name, issuer: event.issuer }, event.message));
  }

  function check(token: string): Verified<Claims> | Promise<Verified<Claims>> {
    const known = typeof token === "string" ? cache?.get(token) : undefined;
    const verified = known ? recheck(token, known) : checkNew(token);
    return isRevoked ? chain(verified, checkRevocation) : verified;
  }

  /** What may have changed since a token was verified: the time, and the keys. */
  function recheck(token: string, known: CachedToken<Claims>): Verified<Claims> | Promise<Verified<Claims>> {
    if (closed) throw new AuthError("closed", "The verifier was closed");
    const seconds = now() / 1000;
    const error = seconds >= known.from && seconds < known.until ? undefined : outOfTime(known, seconds);
    if (error) throw error;
    // The key was dropped: whether the issuer has it again, or another of this name, is asked as for a new token.
    return chain(known.trusted.keys.stillTrusted(known.key), (trusted) =>
      trusted === true ? { identity: known.identity, keyId: known.keyId, cached: true } : checkNew(token),
    );
  }

  function checkNew(token: string): Verified<Claims> | Promise<Verified<Claims>> {
    if (closed) throw new AuthError("closed", "The verifier was closed");
    const parsed = parser.parse(token);
    const trusted = issuerOf(parsed.payload);
    checkHeader(parsed, trusted);
    return chain(trusted.keys.find(parsed.header.kid, parsed.header.alg), (keys) =>
      chain(firstGoodKey(ownKeys(keys, parsed, trusted), parsed, 0), (key) =>
        accept(token, parsed, trusted, key),
      ),
    );
  }

  function issuerOf(claims: JsonObject): TrustedIssuer {
    const { iss } = claims;
    if (iss === undefined) throw new AuthError("missing_claim", "The token has no iss");
    const trusted = typeof iss === "string" ? issuers.byName.get(iss) : undefined;
    if (!trusted) throw new AuthError("invalid_issuer", "The token's iss is none of the configured issuers");
    if (!tenantMatches(trusted.policy, claims)) {
      throw new AuthError("invalid_issuer", "The token's tenant claim is not the tenant of its iss");
    }
    return trusted;
  }

  function checkHeader({ header, payload }: CompactToken, { policy }: TrustedIssuer): void {
    if (!policy.algorithms.some((name) => sameAlgorithm(name, header.alg))) {
      throw new AuthError("disallowed_alg", "The token's alg is not allowed for this issuer");
    }
    const { headerTypes, name } = policy.preset;
    if (includes(headerTypes, header.typ ?? null)) return;
    const others = presetsAccepting(header.typ, payload);
    const hint = others.length > 0 ? `; tokens of this form fit the preset ${others.join(", ")}` : "";
    throw new AuthError(
      "wrong_token_type",
      `The header's typ is not that of an access token (preset ${name})${hint}`,
    );
  }

  /** The keys that belong to the token's issuer, where a shared set says whose they are, and that its header does not contradict. */
  function ownKeys(keys: readonly VerificationKey[], parsed: CompactToken, { policy }: TrustedIssuer) {
    const { header, payload } = parsed;
    const own = policy.preset.tenancy
      ? keys.filter((key) => keyMayServe(policy, key.issuer, payload.iss as string))
      : keys;
    if (own.length === 0 && keys.length > 0) {
      throw new AuthError("invalid_issuer", "The signing key belongs to another issuer than the token's");
    }
    return header.thumbprints
      ? own.filter((key) => thumbprintsAgree(header.thumbprints, key.thumbprints))
      : own;
  }

  /** Duplicate keys are tried in turn; usually there is one. */
  function firstGoodKey(
    keys: readonly VerificationKey[],
    parsed: CompactToken,
    index: number,
  ): VerificationKey | Promise<VerificationKey> {
    const key = keys[index];
    if (!key) {
      throw index === 0
        ? new AuthError("key_not_found", "The issuer publishes no key of this kid and algorithm")
        : new AuthError("invalid_signature", "The signature does not verify with the issuer's key");
    }
    return chain(verifySignature(key, parsed), (good) =>
      good === true ? key : firstGoodKey(keys, parsed, index + 1),
    );
  }

  function accept(
    token: string,
    parsed: CompactToken,
    trusted: TrustedIssuer,
    key: VerificationKey,
  ): Verified<Claims> | Promise<Verified<Claims>> {
    parser.remember(parsed);
    const { policy } = trusted;
    const claims = parsed.payload;
    try {
      checkClaims(claims, policy, now() / 1000);
    } catch (error) {
      tellConfusion(error, policy.name);
      throw error;
    }
    const identity = custom(identify(claims, policy));
    return isPromise(identity)
      ? identity.then((own) => admit(token, parsed, trusted, key, own))
      : admit(token, parsed, trusted, key, identity);
  }

  /** The last checks, and the cache. */
  function admit(
    token: string,
    { payload, header }: CompactToken,
    trusted: TrustedIssuer,
    key: VerificationKey,
    identity: Identity<Claims>,
  ): Verified<Claims> {
    const { policy } = trusted;
    requireAlways(identity, policy.requiredScopes, policy.requiredPermissions);
    const keyId = header.kid;
    if (cache) {
      const { clockToleranceSeconds: tolerance, maxTokenAgeSeconds: age } = policy;
      const issuedAt = numberOr(payload.iat, 0);
      const oldest = age === undefined ? undefined : issuedAt + age + tolerance;
      const expiry = identity.expiresAt + tolerance;
      cache.set(token, {
        identity,
        keyId,
        trusted,
        key,
        from: Math.max(numberOr(payload.nbf, 0), issuedAt) - tolerance,
        until: oldest === undefined ? expiry : Math.min(expiry, oldest),
        oldest,
      });
    }
    return { identity, keyId, cached: false };
  }

  function tellConfusion(error: unknown, issuer: string): void {
    if (!(error instanceof AuthError)) return;
    const name =
      error.code === "invalid_audience"
        ? "audience_confusion"
        : error.code === "wrong_token_type"
          ? "token_type_confusion"
          : undefined;
    if (name) tell({ name, issuer, message: `A well-signed token was refused: ${error.message}` });
  }

  function checkRevocation(verified: Verified<Claims>): Verified<Claims> | Promise<Verified<Claims>> {
    const unavailable = (cause: unknown) =>
      new AuthError("revocation_unavailable", "Whether the token was revoked cannot be found out", { cause });
    const judge = (revoked: unknown) => {
      if (revoked === false) return verified;
      if (revoked === true) throw new AuthError("token_revoked", "The token has been revoked");
      throw unavailable(new TypeError("isRevoked takes a function that answers true or false"));
    };
    let answer: boolean | Promise<boolean> | undefined;
    try {
      answer = isRevoked?.(verified.identity as Identity);
    } catch (cause) {
      throw unavailable(cause);
    }
    if (!isThenable(answer)) return judge(answer);
    return Promise.resolve(answer).then(judge, (cause: unknown) => {
      throw unavailable(cause);
    });
  }

  return {
    async verify(token) {
      const verified = check(token);
      return isPromise(verified) ? (await verified).identity : verified.identity;
    },
    verifySync(token) {
      const verified = check(token);
      if (isPromise(verified)) {
        verified.catch(() => {});
        throw new AuthError("sync_unavailable", "This token needs a promise to be verified: use verify()");
      }
      return verified.identity;
    },
    check,
    async ready() {
      await Promise.all(
        issuers.all.map(async ({ keys }) => {
          await keys.load();
          if (keys.keys().length === 0) {
            throw new AuthError("jwks_error", "The issuer publishes no key fit to verify with");
          }
        }),
      );
    },
    health() {
      const each = issuers.all.map(({ policy, keys }) => ({
        issuer: policy.name,
        preset: policy.preset.name,
        ...keys.health(),
      }));
      return {
        ok: !closed && each.every(({ state, keys }) => keys > 0 && state !== "expired" && state !== "empty"),
        issuers: each,
        cachedTokens: cache?.size ?? 0,
        cachedBytes: cache?.bytes ?? 0,
      };
    },
    signingKeys: () =>
      issuers.all.flatMap(({ policy, keys }) =>
        keys.keys().map(({ kid, algorithm }) => ({ issuer: policy.name, kid, algorithm })),
      ),
    close() {
      closed = true;
      for (const { keys } of issuers.all) keys.close();
    },
  };
}

/** Events that tell of everyday life; the rest are warnings. */
const quietEvents: readonly SecurityEvent["name"][] = ["preset_inferred", "keys_recovered", "keys_rotated"];

/** Why a token verified earlier is out of its time; `undefined` at the very edge of its greatest age. */
function outOfTime({ identity, trusted, from, oldest }: CachedToken<unknown>, seconds: number) {
  // Put so that a clock that is not a number refuses.
  if (!(seconds < identity.expiresAt + trusted.policy.clockToleranceSeconds)) {
    return new AuthError("token_expired", "The access token has expired");
  }
  if (seconds < from) return new AuthError("token_not_yet_valid", "The token is not valid yet");
  if (oldest === undefined || seconds <= oldest) return undefined;
  return new AuthError("token_too_old", "The token was issued longer ago than maxTokenAgeSeconds allows");
}

function verifySignature(
  key: VerificationKey,
  { signature, signingInput }: CompactToken,
): boolean | Promise<boolean> {
  const { row } = key;
  // A length the algorithm does not have is refused before the runtime can make anything of it (RFC 7518 §3.4).
  if (row.signatureBytes !== undefined && signature.length !== row.signatureBytes) return false;
  return platform.verify(row, key.key, signingInput, signature);
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

/** Calls a listener of the user's: its failure is its own, at once or later (a rejection nobody handles ends a process). */
function quietly(listener: () => unknown): void {
  try {
    const answer = listener();
    if (isThenable(answer)) answer.then(undefined, () => {});
  } catch {
    // As above.
  }
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
