// A key set document → the keys fit to verify with. One bad key never spoils the set.
import { isPromise } from "../../chain.ts";
import { AuthError } from "../../errors.ts";
import type { Algorithm } from "./algorithms.ts";
import { sameAlgorithm } from "./algorithms.ts";
import { importJudged, type JudgedJwk, judgeJwk, type VerificationKey } from "./jwk.ts";

/** Where an issuer's keys come from. */
export interface KeySource {
  /**
   * The keys that could have made a signature: none, one, or, where the issuer published duplicates, a few.
   * Rejects or throws an AuthError of status 503 where keys can't be had.
   */
  find(
    kid: string | undefined,
    algorithm: string,
  ): readonly VerificationKey[] | Promise<readonly VerificationKey[]>;
  /**
   * Whether a token verified earlier with this key still counts: answers at once while the set is fresh, starts the
   * refresh that is due, and waits for it (a promise) once the set is past its lifetime. `at`: now, in milliseconds.
   */
  stillTrusted(key: VerificationKey, at: number): boolean | Promise<boolean>;
  /** Loads the keys, or throws what is wrong. */
  load(): Promise<void>;
  keys(): readonly VerificationKey[];
  health(): KeySourceHealth;
  close(): void;
}

/** Plain data about one issuer's keys. Times in seconds. */
export interface KeySourceHealth {
  readonly keys: number;
  /** Age of the set; `undefined` while none was loaded, or where it is static. */
  readonly ageSeconds: number | undefined;
  /** `unused`: the issuer is asked about each token, and needs no keys. */
  readonly state: "static" | "unused" | "empty" | "fresh" | "stale" | "expired";
  readonly lastError: { readonly code: string; readonly message: string } | undefined;
  readonly fetches: number;
}

/** Told of keys that are refused or dangerous. `name` is that of a security event. */
export type KeyWarning = (name: "key_refused" | "private_key_published", message: string) => void;

/** Bounds and rules of {@link judgeKeySet}. */
export interface KeySetRules {
  readonly algorithms: readonly Algorithm[];
  readonly maxKeys: number;
  readonly warn: KeyWarning;
}

/**
 * Judges a whole JWK Set (RFC 7517 §5).
 *
 * @throws AuthError `jwks_error` where the document is not a key set at all, or too large a one
 */
export function judgeKeySet(
  document: Readonly<Record<string, unknown>>,
  rules: KeySetRules,
): readonly JudgedJwk[] {
  const keys = Object.hasOwn(document, "keys") ? document.keys : undefined;
  if (!Array.isArray(keys)) throw new AuthError("jwks_error", "The key set has no list of keys");
  if (keys.length > rules.maxKeys)
    throw new AuthError("jwks_error", `The key set has more than ${rules.maxKeys} keys`);
  if (!keys.every((key) => typeof key === "object" && key !== null && !Array.isArray(key))) {
    throw new AuthError("jwks_error", "The key set lists something that is not a key");
  }
  const judged: JudgedJwk[] = [];
  for (const [index, jwk] of keys.entries()) {
    const verdict = judgeJwk(jwk, rules.algorithms);
    if (typeof verdict === "string") {
      // An encryption key beside the signing key is everyday life (Keycloak): nothing to warn of.
      if (jwk.use !== "enc") rules.warn("key_refused", `Key ${index} of the set is not used: ${verdict}`);
      continue;
    }
    if (verdict.hadPrivateMembers) {
      rules.warn(
        "private_key_published",
        `Key ${index} of the set was published with its private half: replace it`,
      );
    }
    if (!judged.some((other) => other.fingerprint === verdict.fingerprint)) judged.push(verdict);
  }
  return judged;
}

/** Imports judged keys; those of `known` with the same fingerprint are kept as they are. */
export function importKeys(
  judged: readonly JudgedJwk[],
  known: readonly VerificationKey[],
  warn: KeyWarning,
): readonly VerificationKey[] | Promise<readonly VerificationKey[]> {
  const refused = (): undefined => {
    warn("key_refused", "A key of the set is not used: the runtime's cryptography refuses it");
    return undefined;
  };
  const imported = judged.map((jwk) => {
    const same = known.find((key) => key.fingerprint === jwk.fingerprint);
    if (same) return same;
    try {
      const key = importJudged(jwk);
      return isPromise(key) ? key.catch(refused) : key;
    } catch {
      return refused();
    }
  });
  const usable = (keys: readonly (VerificationKey | undefined)[]) => keys.filter((key) => key !== undefined);
  return imported.some((key) => isPromise(key))
    ? Promise.all(imported).then(usable)
    : usable(imported as (VerificationKey | undefined)[]);
}

// Keys that share kid and algorithm are tried one after the other: so many are tried at most.
const mostCandidates = 4;

/**
 * Picks by `kid` and algorithm. Without a `kid`, only a set with exactly one key of the algorithm answers
 * (OIDC Core §10.1).
 *
 * @throws AuthError `missing_kid` where the token names no key and several could be meant
 */
export function pickKeys(
  keys: readonly VerificationKey[],
  kid: string | undefined,
  algorithm: string,
): readonly VerificationKey[] {
  const fit: VerificationKey[] = [];
  for (const key of keys) {
    if ((kid === undefined || key.kid === kid) && sameAlgorithm(key.algorithm, algorithm)) fit.push(key);
  }
  if (kid === undefined && fit.length > 1) {
    throw new AuthError(
      "missing_kid",
      "The header has no kid, and the issuer has several keys of this algorithm",
    );
  }
  return fit.length > mostCandidates ? fit.slice(0, mostCandidates) : fit;
}
