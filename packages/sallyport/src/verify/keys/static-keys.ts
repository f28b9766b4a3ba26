// Keys that come with the configuration: a JWK Set or a shared secret. Nothing is fetched.

import { platform } from "#platform";
import { isPromise } from "../../chain.ts";
import { secretFlaw } from "../../secret-quality.ts";
import type { JsonWebKeySet } from "../issuers/issuer-options.ts";
import type { Algorithm } from "./algorithms.ts";
import { algorithms } from "./algorithms.ts";
import type { VerificationKey } from "./jwk.ts";
import { importKeys, judgeKeySet, type KeySetRules, type KeySource, pickKeys } from "./key-set.ts";

/**
 * A key source over a fixed JWK Set.
 *
 * @throws TypeError where no key of the set can be used
 */
export function createStaticKeys(jwks: JsonWebKeySet, rules: KeySetRules): KeySource {
  const keys = importKeys(judgeKeySet({ keys: jwks.keys }, rules), [], rules.warn);
  if (!isPromise(keys) && keys.length === 0)
    throw new TypeError("`jwks` takes a key set with at least one key fit to verify with");
  return fixedKeys(keys);
}

/**
 * A key source over one shared secret (RFC 7518 §3.2).
 *
 * @throws TypeError where the secret is shorter than the hash, is a public key, or could be guessed
 */
export function createSecretKeys(secret: string | Uint8Array, names: readonly Algorithm[]): KeySource {
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  const flaw = secretFlaw(bytes);
  if (flaw) throw new TypeError(flaw);
  const keys = names.map((algorithm) => {
    const row = algorithms[algorithm];
    if (bytes.length < row.hashBytes) {
      throw new TypeError(`\`secret\` takes at least ${row.hashBytes} bytes for ${algorithm}`);
    }
    const finish = (key: VerificationKey["key"]): VerificationKey => ({
      kid: undefined,
      algorithm,
      row,
      key,
      issuer: undefined,
      thumbprints: undefined,
      fingerprint: algorithm,
      active: true,
    });
    const imported = platform.importSecret(bytes, row);
    return isPromise(imported) ? imported.then(finish) : finish(imported);
  });
  const source = fixedKeys(
    keys.some((key) => isPromise(key)) ? Promise.all(keys) : (keys as VerificationKey[]),
  );
  // One secret has no kid: whatever the header names, there is nothing to choose.
  return { ...source, find: (_kid, algorithm) => source.find(undefined, algorithm) };
}

/** The key source of an issuer that nothing is verified of by a signature. */
export const noKeys: KeySource = Object.freeze({
  find: () => [],
  stillTrusted: () => false,
  load: async () => {},
  keys: () => [],
  health: () =>
    ({ keys: 0, ageSeconds: undefined, state: "unused", lastError: undefined, fetches: 0 }) as const,
  close: () => {},
});

function fixedKeys(keys: readonly VerificationKey[] | Promise<readonly VerificationKey[]>): KeySource {
  let loaded = isPromise(keys) ? undefined : keys;
  const ready = isPromise(keys)
    ? keys.then((done) => {
        loaded = done;
        return done;
      })
    : Promise.resolve(keys);
  ready.catch(() => {});
  return {
    find(kid, algorithm) {
      return loaded ? pickKeys(loaded, kid, algorithm) : ready.then((done) => pickKeys(done, kid, algorithm));
    },
    stillTrusted: () => true,
    load: async () => {
      await ready;
    },
    keys: () => loaded ?? [],
    health: () => ({
      keys: loaded?.length ?? 0,
      ageSeconds: undefined,
      state: "static",
      lastError: undefined,
      fetches: 0,
    }),
    close: () => {},
  };
}
