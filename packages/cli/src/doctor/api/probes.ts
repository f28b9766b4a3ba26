// What the API is tried with: a row each. A 2xx to any of them is a finding.
import { randomUUID } from "node:crypto";
import type { Check } from "../../finding.ts";
import type { Reply, Sent } from "./exchange.ts";
import {
  bringingItsKey,
  byKnownSecret,
  byPublicKey,
  type ForgingScene,
  selfSigned,
  tampered,
  unsigned,
} from "./forge.ts";

/** Real tokens, where they were given. */
export interface RealTokens {
  /** One that the API should take. */
  readonly good: string | undefined;
  readonly idToken: string | undefined;
  /** One for another audience. */
  readonly other: string | undefined;
}

export interface ProbeScene extends ForgingScene, RealTokens {
  readonly url: string;
  readonly nowSeconds: number;
  readonly signed: boolean;
}

/** What came back, by probe. */
export type Replies = ReadonlyMap<string, readonly Reply[]>;

export interface Probe {
  readonly name: string;
  /** What is sent; nothing where what it needs was not given. */
  readonly send: (scene: ProbeScene) => readonly Sent[];
  /** The finding where it is let in. Absent where letting it in is right. */
  readonly accepted?: Pick<Check<Replies>, "id" | "says" | "mend">;
}

/** A word that only the probe of a broken token contains. */
export const brokenToken = `not-a-token-${randomUUID()}`;

const bearer = (token: string): Sent => ({ authorization: [`Bearer ${token}`] });
const each = (tokens: readonly string[]) => tokens.map(bearer);
const ifGiven = (token: string | undefined, sent: (token: string) => readonly Sent[]) =>
  token === undefined ? [] : sent(token);

export const probes: readonly Probe[] = [
  {
    name: "none",
    send: () => [{}],
    accepted: {
      id: "not_guarded",
      says: "Not guarded: it answers without a token",
      mend: "Put the guard before this route: `auth.required()` on it, or on the router that it hangs from. If it is meant to be public, there is nothing to examine here.",
    },
  },
  {
    name: "head",
    send: () => [{ method: "HEAD" }],
    accepted: {
      id: "head_not_guarded",
      says: "HEAD is answered without a token, where GET is not",
      mend: "Guard the path for every method: a guard on GET alone leaves HEAD, and whatever else falls through, open.",
    },
  },
  {
    name: "broken",
    send: () => [bearer(brokenToken)],
    accepted: {
      id: "broken_token_accepted",
      says: "It takes any text for a token",
      mend: "Verify the token, not that there is one: `auth.required()` does.",
    },
  },
  {
    name: "unsigned",
    send: (scene) => each(unsigned(scene)),
    accepted: {
      id: "unsigned_accepted",
      says: "It takes a token without a signature (alg: none): anybody can be anybody",
      mend: "Name the algorithms that are accepted (RS256, ES256), and never let the token's header choose (RFC 8725 §3.1).",
    },
  },
  {
    name: "self-signed",
    send: (scene) => each(selfSigned(scene)),
    accepted: {
      id: "self_signed_accepted",
      says: "It takes a token that we signed ourselves: the signature is not checked",
      mend: "Decoding is not verifying: check the signature with the issuer's published keys, and nothing else (`createVerifier`, or `auth.required()`).",
    },
  },
  {
    name: "expired",
    send: (scene) =>
      each(
        selfSigned(scene, {
          iat: scene.nowSeconds - 7200,
          nbf: scene.nowSeconds - 7200,
          exp: scene.nowSeconds - 3600,
        }),
      ),
    accepted: {
      id: "expired_accepted",
      says: "It takes a token that expired an hour ago",
      mend: "Refuse what is past its exp, with a few seconds for clocks that differ.",
    },
  },
  {
    name: "embedded-key",
    send: (scene) => each(bringingItsKey(scene)),
    accepted: {
      id: "embedded_key_accepted",
      says: "It checks the signature with the key that the token itself brings (jwk)",
      mend: "Take keys from the issuer's key set only; refuse jwk, jku, x5u and x5c in the header (RFC 8725 §3.10).",
    },
  },
  {
    name: "public-key-as-secret",
    send: (scene) => each(byPublicKey(scene)),
    accepted: {
      id: "algorithm_confusion",
      says: "It takes the issuer's public key for a shared secret (HS256): anybody can sign",
      mend: "Bind each key to its one algorithm and list the asymmetric ones you accept (RFC 8725 §2.1, §3.1).",
    },
  },
  {
    name: "known-secret",
    send: (scene) => each(byKnownSecret(scene)),
    accepted: {
      id: "known_secret",
      says: "It takes tokens signed with a secret from a tutorial",
      mend: "Replace the secret at once with 32 random bytes, or better: let a provider sign with RS256 or ES256, whose secret never leaves it.",
    },
  },
  { name: "good", send: ({ good }) => ifGiven(good, (token) => [bearer(token)]) },
  {
    name: "tampered",
    send: ({ good, signed }) => ifGiven(signed ? good : undefined, (token) => each(tampered(token))),
    accepted: {
      id: "tampered_accepted",
      says: "It takes your token with another subject in it: the signature is not checked",
      mend: "Check the signature over header and payload as they came, before anything in them is believed.",
    },
  },
  {
    name: "id-token",
    send: ({ idToken }) => ifGiven(idToken, (token) => [bearer(token)]),
    accepted: {
      id: "id_token_accepted",
      says: "It takes an ID token, which every application that people sign in to holds",
      mend: "Tell the kinds apart: `typ: at+jwt`, or the provider's preset; and accept this API's audience only, never a login client's id.",
    },
  },
  {
    name: "other-audience",
    send: ({ other }) => ifGiven(other, (token) => [bearer(token)]),
    accepted: {
      id: "other_audience_accepted",
      says: "It takes a token that is meant for another API",
      mend: "Check aud: give `audience` this API's identifier, and have no other API's in the list.",
    },
  },
  {
    name: "query",
    send: ({ good, url }) => ifGiven(good, (token) => [{ url: inQuery(url, token) }]),
    accepted: {
      id: "query_token_accepted",
      says: "It takes a token from the query, where logs, histories and Referer headers keep it",
      mend: "Read the Authorization header only (RFC 9700 §4.3.2). The token that was tried is in this server's access log now: let it expire.",
    },
  },
  {
    name: "two-tokens",
    send: ({ good }) =>
      ifGiven(good, (token) => [
        { authorization: [`Bearer ${token}`, `Bearer ${brokenToken}`] },
        { authorization: [`Bearer ${brokenToken}`, `Bearer ${token}`] },
      ]),
    accepted: {
      id: "two_tokens_accepted",
      says: "It takes two Authorization headers and believes one of them: a proxy in front may have checked the other",
      mend: "Answer 400 where there is more than one. In Node, `request.headers` keeps the first without a word: count in `rawHeaders`.",
    },
  },
];

function inQuery(url: string, token: string): string {
  const changed = new URL(url);
  changed.searchParams.set("access_token", token);
  return changed.href;
}

export const isSuccess = ({ status }: Reply) => status >= 200 && status < 300;

/** One check a probe. What is open without a token is open with any: then nothing more is said. */
export const acceptanceChecks: readonly Check<Replies>[] = probes.flatMap(({ name, accepted }) =>
  accepted === undefined
    ? []
    : [
        {
          ...accepted,
          level: "mend" as const,
          test: (replies: Replies) =>
            replies.get(name)?.some(isSuccess) === true &&
            (name === "none" || replies.get("none")?.some(isSuccess) !== true),
        },
      ],
);
