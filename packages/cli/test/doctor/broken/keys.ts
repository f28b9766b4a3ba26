// Providers whose keys are wrong, or travel wrongly.
import { ecJwk, type Json, rsaJwk } from "../../support/scripted-provider.ts";
import { type BrokenProvider, first, with_, without } from "./provider.ts";

const day = 86_400;

export const brokenKeys: readonly BrokenProvider[] = [
  {
    name: "keys on a port where nobody listens",
    script: { metadata: with_({ jwks_uri: "http://127.0.0.1:1/keys" }) },
    finds: "keys_unreachable",
    mend: /give it `jwksUri`/,
  },
  {
    name: "keys behind a redirect",
    script: { keysAnswer: { status: 302, headers: { location: "/elsewhere" } } },
    finds: "keys_redirect",
    mend: /final URL/,
  },
  {
    name: "keys that need a password",
    script: { keysAnswer: { status: 401 } },
    finds: "keys_status",
    mend: /Correct jwks_uri/,
    sentence: /the answer was 401/,
  },
  {
    name: "a single key instead of a set",
    script: { keys: ([key]) => key },
    finds: "keys_not_a_set",
    mend: /JWK Set/,
  },
  {
    name: "more keys than anybody reads",
    script: { keys: () => Array.from({ length: 101 }, (_, index) => ecJwk(`ec-${index}`)) },
    finds: "too_many_keys",
    mend: /drop the keys/,
  },
  {
    name: "an empty set",
    script: { keys: () => [] },
    finds: "no_usable_key",
    mend: /must publish a public RSA/,
  },
  {
    name: "keys for encryption only",
    script: { keys: (keys) => keys.map((jwk) => ({ ...jwk, use: "enc" })) },
    finds: "no_usable_key",
    mend: /for signing/,
  },
  {
    name: "a private key, published",
    script: { keys: ([rsa]) => [rsa, ecJwk("ec-1", { withPrivate: true })] },
    finds: "private_key_published",
    mend: /Replace the key at once/,
    sentence: /Key 1 \(kid "ec-1"\)/,
  },
  {
    name: "a shared secret, published",
    script: {
      keys: (keys) => [...keys, { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQ", kid: "hs", alg: "HS256" }],
    },
    finds: "symmetric_key_published",
    mend: /kty oct out of the set/,
  },
  {
    name: "an RSA key of 1024 bits",
    script: { keys: (keys) => [...keys, rsaJwk("old", 1024)] },
    finds: "key_too_short",
    mend: /2048 or 3072 bits/,
    sentence: /kid "old"/,
  },
  {
    name: "a key of an algorithm that nobody lists",
    script: { keys: (keys) => [...keys, ecJwk("big", { curve: "P-521", alg: "ES512" })] },
    finds: "key_algorithm_not_accepted",
    mend: /library's `algorithms`/,
    status: 0,
  },
  {
    name: "an RSA key with the exponent 3",
    script: { keys: (keys) => [...keys, { ...rsaJwk("three"), e: "Aw" }] },
    finds: "key_refused",
    mend: /make a new key/,
    sentence: /exponent/,
  },
  {
    name: "two keys with one kid",
    script: { keys: ([rsa]) => [rsa, rsaJwk("rsa-1")] },
    finds: "kid_duplicate",
    mend: /a kid of its own/,
  },
  {
    name: "a key without a kid among several",
    script: { keys: first(without("kid")) },
    finds: "kid_missing",
    mend: /Give each key a kid/,
  },
  {
    name: "an only key without a kid",
    script: { keys: ([rsa]) => [without("kid")(rsa as Json)] },
    finds: "only_key_without_kid",
    mend: /before the first rotation/,
    status: 0,
  },
  {
    name: "a key without its algorithm",
    script: { keys: first(without("alg")) },
    finds: "alg_missing",
    mend: /publish alg/,
    status: 0,
  },
  {
    name: "a key without its use",
    script: { keys: first(without("use")) },
    finds: "use_missing",
    mend: /"use": "sig"/,
    status: 0,
  },
  {
    name: "keys that may be kept for a month",
    script: { keysAnswer: { headers: { "cache-control": `public, max-age=${30 * day}` } } },
    finds: "keys_kept_too_long",
    mend: /an hour or less/,
    status: 0,
  },
  {
    name: "a key off its curve, which only the runtime sees",
    script: { keys: ([, ec]) => [{ ...ec, y: (ec as { x: string }).x }] },
    finds: "library_refuses",
    mend: /auth\.ready\(\)/,
    sentence: /no key fit to verify with/,
  },
];
