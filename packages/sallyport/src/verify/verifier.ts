// token → issuer → key → signature → claims → Identity: each arrow one function, each met once.
import { platform } from "#platform";
import { chain, isPromise } from "../chain.ts";
import { AuthError } from "../errors.ts";
import type { Identity, JsonObject } from "../identity.ts";
import { checkArguments, checkOptions } from "../options.ts";
import type { Watch } from "../watch.ts";
import { requireAlways } from "./always-required.ts";
import { checkHeader, findKey, issuerOf, parseToken } from "./authenticate.ts";
import type { Verified, Verifier } from "./contract.ts";
import { issuerHealth, isWell } from "./health.ts";
import { createIntrospection } from "./introspection/introspection.ts";
import type { Proof } from "./introspection/proof.ts";
import { issuerMetadata } from "./issuers/issuer-metadata.ts";
import { type SignIn, type TrustedIssuer, trustIssuers } from "./issuers/trusted-issuers.ts";
import { requireHttps } from "./issuers/urls.ts";
import type { VerificationKey } from "./keys/jwk.ts";
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
import { createProvider } from "./provider.ts";
import { bindingOf } from "./sender/binding.ts";
import type { Presentation } from "./sender/presentation.ts";
import { createTell, tellConfusion } from "./tell.ts";
import { checkClaims } from "./token/claims.ts";
import { type CompactToken, createCompactParser, readTokenHeader } from "./token/compact.ts";
import { type CustomClaims, customClaims } from "./token/custom-claims.ts";
import { identify } from "./token/identify.ts";
import { createTokenCache } from "./token-cache.ts";
import { createUseCheck } from "./use-check.ts";

/**
 * Makes a verifier. Synchronous, and without a request: an API starts while its provider is down.
 *
 * @param watch looks on; `sallyport()` makes it of its `deps.telemetry`
 * @param signIn at which issuers people sign in; `sallyport()` knows it
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
  signIn?: SignIn,
): Verifier<Claims> {
  checkArguments("createVerifier", options, verifierOptionTable, deps, depsTable);
  if (options.limits) checkOptions("limits", options.limits, limitTable);
  if (options.cache) checkOptions("cache", options.cache, cacheTable);
  for (const option of ["publicUrl", "resource"] as const) {
    const url = options[option];
    if (url !== undefined) requireHttps(url, option, options, "createVerifier");
  }
  const { now = Date.now, random = platform.randomUint32 } = deps;
  const { tokenBytes = 16_384, depth = 32 } = options.limits ?? {};
  const parser = createCompactParser({ tokenBytes, depth }, readTokenHeader);
  const tell = createTell(deps, now, watch);
  const issuers = trustIssuers(options, deps, tell, watch, signIn);
  const use = createUseCheck<Claims>(options, { ...deps, now, tell });
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
    return use.check(recheck(token, known, at ?? now()), token, presented);
  }

  function check(token: string, presented?: Presentation): Verified<Claims> | Promise<Verified<Claims>> {
    const known = recall(token, presented);
    if (known !== undefined) return known;
    if (cache) watch?.lookup(false);
    return use.check(checkUnknown(token), token, presented);
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
    checkOwn(token, jkt) {
      const known = cache?.get(token);
      return use.checkOwn(known ? recheck(token, known, now()) : checkUnknown(token), jkt);
    },
    recall,
    dpop: use.dpop,
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
      const each = issuers.all.map((trusted) => issuerHealth(trusted, introspection?.health(trusted)));
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
    providers: () => issuers.all.map((trusted) => createProvider(trusted, { depth })),
    issuers: () => issuers.all.map(({ policy, endpoints }) => issuerMetadata(policy, endpoints())),
    close() {
      closed = true;
      for (const { keys } of issuers.all) keys.close();
      introspection?.close();
    },
  };
}
