// Providers whose clock, offers or preset are wrong.
import { type BrokenProvider, with_, without } from "./provider.ts";

export const brokenOffers: readonly BrokenProvider[] = [
  {
    name: "a clock that is five minutes ahead",
    script: { metadataAnswer: { headers: { date: new Date(Date.now() + 300_000).toUTCString() } } },
    finds: "clock_ahead",
    mend: /NTP/,
    sentence: /\d+ seconds ahead/,
  },
  {
    name: "a clock that is five minutes behind",
    script: { metadataAnswer: { headers: { date: new Date(Date.now() - 300_000).toUTCString() } } },
    finds: "clock_behind",
    mend: /`clockToleranceSeconds`/,
    sentence: /\d+ seconds behind/,
  },
  {
    name: "signatures by a shared secret only",
    script: { metadata: with_({ id_token_signing_alg_values_supported: ["HS256"] }) },
    finds: "no_common_algorithm",
    mend: /RS256, ES256 or EdDSA/,
    sentence: /signs with HS256/,
  },
  {
    name: "ID tokens without a signature",
    script: { metadata: with_({ id_token_signing_alg_values_supported: ["RS256", "none"] }) },
    finds: "unsigned_offered",
    mend: /Switch `none` off/,
    status: 0,
  },
  {
    name: "DPoP proofs by a shared secret",
    script: { metadata: with_({ dpop_signing_alg_values_supported: ["ES256", "HS256"] }) },
    finds: "weak_proofs_accepted",
    mend: /asymmetric algorithms only/,
  },
  {
    name: "no PKCE",
    script: { metadata: without("code_challenge_methods_supported") },
    finds: "pkce_not_offered",
    mend: /Switch PKCE/,
    status: 0,
  },
  {
    name: "PKCE without a hash as well",
    script: { metadata: with_({ code_challenge_methods_supported: ["plain", "S256"] }) },
    finds: "pkce_plain_offered",
    mend: /S256 alone/,
    status: 0,
  },
  {
    name: "authorization responses that do not say from whom they are",
    script: { metadata: without("authorization_response_iss_parameter_supported") },
    finds: "issuer_not_in_response",
    mend: /`login.redirectUri` of its own/,
    status: 0,
  },
  {
    name: "the implicit grant",
    script: { metadata: with_({ response_types_supported: ["code", "id_token token"] }) },
    finds: "implicit_offered",
    mend: /code flow with PKCE/,
    status: 0,
  },
  {
    name: "the password grant",
    script: { metadata: with_({ grant_types_supported: ["authorization_code", "password"] }) },
    finds: "password_grant_offered",
    mend: /direct access grants/,
    status: 0,
  },
  {
    name: "an endpoint for certificates by http",
    script: {
      metadata: with_({ mtls_endpoint_aliases: { token_endpoint: "http://mtls.example.org/token" } }),
    },
    finds: "mtls_alias_not_https",
    mend: /RFC 8705/,
  },
  {
    name: "Authentik, not named",
    script: { path: "/application/o/shop/" },
    finds: "preset_must_be_named",
    mend: /OAUTH2_PRESET/,
    sentence: /preset: "authentik"/,
  },
  {
    name: "Keycloak, named as RFC 9068",
    script: { path: "/realms/demo" },
    args: ["--insecure-allow-loopback", "--preset", "rfc9068"],
    finds: "preset_contradicts",
    mend: /name the one that fits/,
    sentence: /the provider is keycloak/,
  },
];
