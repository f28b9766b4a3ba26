// Tokens of many kinds, and what is said of each on sight.
import { encoded, good, goodHeader, idp, seconds, signed, without } from "./support.ts";

/** What is said on sight beside the notes, for each kind of token, and words of it or of its mend. */
export const kinds: readonly {
  name: string;
  token: () => Promise<string> | string;
  says: string;
  words: RegExp;
}[] = [
  {
    name: "an access token that is well",
    token: () => idp.token(),
    says: "fits_preset",
    words: /preset rfc9068/,
  },
  {
    name: "an ID token",
    token: signed({ typ: "JWT" }, { at_hash: "abc", nonce: "n" }),
    says: "id_token fits_preset",
    words: /not `id_token`/,
  },
  {
    name: "Keycloak's ID token",
    token: signed({ typ: "JWT" }, { iss: "https://sso.example.com/realms/demo", typ: "ID" }),
    says: "id_token provider",
    words: /looks like an ID token/,
  },
  {
    name: "a logout token",
    token: signed(
      { typ: "logout+jwt" },
      { events: { "http://schemas.openid.net/event/backchannel-logout": {} } },
    ),
    says: "logout_token fits_preset",
    words: /back-channel logout endpoint/,
  },
  {
    name: "Keycloak's refresh token",
    token: signed({ typ: "JWT" }, { typ: "Refresh" }),
    says: "refresh_token",
    words: /Never send it to an API/,
  },
  {
    name: "a DPoP proof",
    token: () =>
      idp.sign(
        { typ: "dpop+jwt", alg: "ES256", jwk: {} },
        { htm: "GET", htu: "https://a.example", jti: "1", iat: seconds },
      ),
    says: "dpop_proof header_names_key",
    words: /into the header `DPoP`/,
  },
  {
    name: "a token without a signature",
    token: () => `${encoded({ ...goodHeader, alg: "none" })}.${encoded(good)}.`,
    says: "unreadable unsigned",
    words: /anybody can have written it/,
  },
  {
    name: "a token that names its own key",
    token: signed({ jku: "https://attacker.example/keys" }, {}),
    says: "header_names_key",
    words: /Its header has jku/,
  },
  {
    name: "one that has expired",
    token: signed({}, { iat: seconds - 7200, exp: seconds - 3600 }),
    says: "expired",
    words: /expired 1 hour ago/,
  },
  {
    name: "one from the future",
    token: signed({}, { iat: seconds + 600, exp: seconds + 900 }),
    says: "not_yet_valid",
    words: /in 10 minutes only/,
  },
  {
    name: "one with milliseconds",
    token: signed({}, { exp: (seconds + 300) * 1000 }),
    says: "dates_not_seconds",
    words: /NumericDates are seconds/,
  },
  {
    name: "one that never expires",
    token: () => idp.sign(goodHeader, without("exp", good)),
    says: "never_expires",
    words: /for ever/,
  },
  {
    name: "one for nobody",
    token: () => idp.sign(goodHeader, without("aud", good)),
    says: "audience_missing",
    words: /audience mapper/,
  },
  {
    name: "one without a kid",
    token: async () => {
      const [, ...rest] = (await idp.token()).split(".");
      return [encoded({ alg: "ES256", typ: "at+jwt" }), ...rest].join(".");
    },
    says: "kid_missing",
    words: /does not name its key/,
  },
  {
    name: "one by a shared secret",
    token: signed({ alg: "HS256" }, {}),
    says: "shared_secret",
    words: /can make it, too/,
  },
  {
    name: "one for a month",
    token: signed({}, { exp: seconds + 30 * 86_400 }),
    says: "long_lived",
    words: /lives for 30 days/,
  },
  {
    name: "one bound to a DPoP key",
    token: signed({}, { cnf: { jkt: "abc" } }),
    says: "dpop_bound",
    words: /proof of that key/,
  },
  {
    name: "one bound to a certificate",
    token: signed({}, { cnf: { "x5t#S256": "abc" } }),
    says: "certificate_bound",
    words: /mutual TLS/,
  },
  {
    name: "one of a token exchange",
    token: signed({}, { act: { sub: "agent" } }),
    says: "acting",
    words: /acts for its subject/,
  },
  {
    name: "Google's opaque token",
    token: () => "ya29.a0AbCdEfGhIj-klmnopqrstuvwxyz0123456789",
    says: "opaque",
    words: /Google's access tokens/,
  },
  {
    name: "an opaque token of nobody known",
    token: () => "8xLOxBtZp8",
    says: "opaque",
    words: /opaque \(10 characters\)/,
  },
  {
    name: "an encrypted token",
    token: () => `${encoded({ alg: "RSA-OAEP", enc: "A256GCM" })}.a2V5.aXY.Y2lwaGVy.dGFn`,
    says: "encrypted",
    words: /sign access tokens for this API/,
  },
  {
    name: "a token cut off",
    token: async () => (await idp.token()).slice(0, 60),
    says: "unreadable",
    words: /cut or line-wrapped/,
  },
];
