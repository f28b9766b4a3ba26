// Checks of the published keys (RFC 7517, RFC 7518 §6, RFC 8725): the verifier's own judgement of each, and what it can't see.
import { type Answer, mostBytes } from "../../answer.ts";
import type { Check } from "../../finding.ts";
import type { KeyFacts, ProviderFacts } from "./facts.ts";
import { isRedirect, target } from "./metadata.ts";

const mostKeys = 100;
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth"];

export const keyAnswerChecks: readonly Check<Answer>[] = [
  {
    id: "keys_unreachable",
    level: "mend",
    says: "The key set can't be had",
    mend: "Can the API reach the host that jwks_uri names? Where it knows the provider by another address, give it `jwksUri`.",
    test: ({ status, failure }) => status === 0 && `The key set can't be had (${failure})`,
  },
  {
    id: "keys_redirect",
    level: "mend",
    says: "The key set is behind a redirect, which is not followed",
    mend: "jwks_uri must name the final URL: tell the provider its public URL.",
    test: (answer) => isRedirect(answer) && `The key set is behind a redirect${target(answer)}`,
  },
  {
    id: "keys_status",
    level: "mend",
    says: "The key set is not where jwks_uri says",
    mend: "Correct jwks_uri at the provider, or what the proxy in front of it does with that path.",
    test: (answer) =>
      answer.status !== 0 &&
      answer.status !== 200 &&
      !isRedirect(answer) &&
      `The key set is not where jwks_uri says: the answer was ${answer.status}`,
  },
  {
    id: "keys_not_a_set",
    level: "mend",
    says: `The key set is not a JSON object with a list \`keys\` of at most ${mostBytes / 1024} KiB`,
    mend: "jwks_uri must lead to a JWK Set (RFC 7517 §5), not to a page, a certificate or a single key.",
    test: ({ status, document }) => status === 200 && !Array.isArray(document?.keys),
  },
];

type Keys = readonly KeyFacts[];
type WithKeys = ProviderFacts & { readonly keys: Keys };

/** A check of each key; the sentence names those it is about. */
function ofEach(
  row: Omit<Check<WithKeys>, "test">,
  about: (key: KeyFacts, keys: Keys) => boolean,
): Check<WithKeys> {
  return {
    ...row,
    test: ({ keys }) => {
      const found = keys.filter((key) => about(key, keys));
      const flaws = [...new Set(found.flatMap(({ flaw }) => flaw ?? []))];
      const why = flaws.length > 0 ? `; the library does not use it: ${flaws.join("; ")}` : "";
      return found.length > 0 && `${row.says}: ${found.map(({ name }) => name).join(", ")}${why}`;
    },
  };
}

const short = /shorter than/;
const unaccepted = /fits none of the algorithms/;
const isSymmetric = ({ jwk }: KeyFacts) => jwk.kty === "oct";
const otherFlaw = (key: KeyFacts) =>
  key.flaw !== undefined && !short.test(key.flaw) && !unaccepted.test(key.flaw) && !isSymmetric(key);

export const keyChecks: readonly Check<WithKeys>[] = [
  {
    id: "too_many_keys",
    level: "mend",
    says: `The key set has more than ${mostKeys} keys, and is refused whole`,
    mend: "Let the provider drop the keys whose tokens have all expired.",
    test: ({ keySet }) => ((keySet?.document?.keys ?? []) as readonly unknown[]).length > mostKeys,
  },
  {
    id: "no_usable_key",
    level: "mend",
    says: "The key set holds no key that tokens can be verified with",
    mend: "The provider must publish a public RSA (2048 bits or more), EC or Ed25519 key for signing; if it signs with a shared secret (HS256), switch it to RS256 or ES256.",
    test: ({ keys }) => keys.every(({ flaw }) => flaw !== undefined),
  },
  ofEach(
    {
      id: "private_key_published",
      level: "mend",
      says: "A private key is published: everybody can sign tokens",
      mend: "Replace the key at once, publish its public half only (kty, kid, alg, use, n and e, or crv, x and y), and end the sessions and tokens that it signed.",
    },
    ({ jwk }) => privateMembers.some((member) => Object.hasOwn(jwk, member)),
  ),
  ofEach(
    {
      id: "symmetric_key_published",
      level: "mend",
      says: "A shared secret is published: everybody can sign tokens with it",
      mend: "Take the key of the kty oct out of the set and replace it wherever it is used; sign with RS256 or ES256.",
    },
    isSymmetric,
  ),
  ofEach(
    {
      id: "key_too_short",
      level: "mend",
      says: "An RSA key is shorter than 2048 bits",
      mend: "Let the provider make an RSA key of 2048 or 3072 bits, or an EC key (ES256), and sign with that (RFC 7518 §3.3).",
    },
    ({ flaw }) => short.test(flaw ?? ""),
  ),
  ofEach(
    {
      id: "key_algorithm_not_accepted",
      // Other clients of the provider may need it; where there is no other key, `no_usable_key` says so.
      level: "advice",
      says: "A key's algorithm is none that is accepted from this issuer",
      mend: "If your clients' tokens are signed with it, change that at the provider, or list the algorithm in the library's `algorithms`; if another preset fits the provider, name that.",
    },
    (key) => unaccepted.test(key.flaw ?? "") && !isSymmetric(key),
  ),
  ofEach(
    {
      id: "key_refused",
      level: "mend",
      says: "A key has a form or a weakness for which it is refused",
      mend: "Let the provider make a new key; look at what stands between it and jwks_uri (a template, an export by hand).",
    },
    otherFlaw,
  ),
  ofEach(
    {
      id: "kid_duplicate",
      level: "mend",
      says: "Several keys have the same kid",
      mend: "Give each key a kid of its own (its RFC 7638 thumbprint does): a verifier that takes the first one refuses good tokens after a rotation.",
    },
    ({ jwk }, keys) =>
      jwk.kid !== undefined &&
      keys.filter((other) => other.jwk.kid === jwk.kid && other.jwk.kty === jwk.kty).length > 1,
  ),
  ofEach(
    {
      id: "kid_missing",
      level: "mend",
      says: "A key has no kid, and the set has several",
      mend: "Give each key a kid, and each token the kid of its key: without it nobody can tell which one to verify with.",
    },
    ({ jwk }, keys) => jwk.kid === undefined && keys.length > 1,
  ),
  ofEach(
    {
      id: "only_key_without_kid",
      level: "advice",
      says: "The only key has no kid",
      mend: "Give it one before the first rotation: with two keys and no kid, tokens are refused.",
    },
    ({ jwk }, keys) => jwk.kid === undefined && keys.length === 1,
  ),
  ofEach(
    {
      id: "alg_missing",
      level: "advice",
      says: "A key does not say its algorithm (alg)",
      mend: "Let the provider publish alg with each key: what is said is not guessed, and one key serves one algorithm (RFC 8725 §3.1).",
    },
    ({ jwk, flaw }) => jwk.alg === undefined && flaw === undefined,
  ),
  ofEach(
    {
      id: "use_missing",
      level: "advice",
      says: "A key does not say what it is for (use)",
      mend: 'Let the provider publish `"use": "sig"` with the keys it signs with.',
    },
    ({ jwk, flaw }) => jwk.use === undefined && jwk.key_ops === undefined && flaw === undefined,
  ),
];
